//! The regions that host tenants.

use connector_kit::definition::Choice;

/// A region, of those that Nexthink documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Region {
    /// `us`.
    UnitedStates,
    /// `eu`.
    EuropeanUnion,
    /// `pac`.
    AsiaPacific,
    /// `meta`.
    MiddleEastTurkeyAfrica,
}

impl Region {
    /// Every region, in the order of Nexthink.
    pub const ALL: [Self; 4] =
        [Self::UnitedStates, Self::EuropeanUnion, Self::AsiaPacific, Self::MiddleEastTurkeyAfrica];

    /// Every region, as options of a field.
    pub const CHOICES: [Choice; 4] = [
        Self::UnitedStates.choice(),
        Self::EuropeanUnion.choice(),
        Self::AsiaPacific.choice(),
        Self::MiddleEastTurkeyAfrica.choice(),
    ];

    /// The codes and labels, as part of a sentence.
    pub const NAMES: &'static str = "us (United States), eu (European Union), pac (Asia-Pacific) \
         and meta (Middle East, Turkey and Africa)";

    /// Parses a code in any case. `None` when it is none of the four.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|region| region.code().eq_ignore_ascii_case(code))
    }

    /// Returns the code, as part of host names.
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnitedStates => "us",
            Self::EuropeanUnion => "eu",
            Self::AsiaPacific => "pac",
            Self::MiddleEastTurkeyAfrica => "meta",
        }
    }

    const fn choice(self) -> Choice {
        Choice { value: self.code(), label: self.label() }
    }

    /// Returns the name that a person knows it by.
    pub const fn label(self) -> &'static str {
        match self {
            Self::UnitedStates => "United States",
            Self::EuropeanUnion => "European Union",
            Self::AsiaPacific => "Asia-Pacific",
            Self::MiddleEastTurkeyAfrica => "Middle East, Turkey and Africa",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_in_any_case() {
        for region in Region::ALL {
            assert_eq!(Region::parse(region.code()), Some(region));
            assert_eq!(Region::parse(&region.code().to_uppercase()), Some(region));
        }
    }

    #[test]
    fn anything_but_the_four_is_no_region() {
        for text in ["", "e", "eu ", "eu1", "europe", "apac", "eu.nexthink", "ｅｕ"] {
            assert_eq!(Region::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_sentence_names_every_region() {
        for region in Region::ALL {
            assert!(Region::NAMES.contains(&format!("{} ({})", region.code(), region.label())));
        }
    }
}
