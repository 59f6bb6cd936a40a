use super::*;
use ProblemCode::{BadFormat, Contradiction, ControlCharacter, NotAnOption, Required, TooLong, UnknownField};

fn resolved(pairs: &[(&str, &str)]) -> Result<Connection, Vec<Problem>> {
    resolve(&Entries::new(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()))
}

fn connection(pairs: &[(&str, &str)]) -> Connection {
    resolved(pairs).unwrap_or_else(|problems| panic!("{pairs:?}: {problems:?}"))
}

/// Returns the problems, in order. Panics when there are none.
fn found(pairs: &[(&str, &str)]) -> Vec<(String, ProblemCode)> {
    let problems = resolved(pairs).map(|c| panic!("{pairs:?}: {c:?}")).unwrap_err();
    problems.into_iter().map(|problem| (problem.field.unwrap(), problem.code)).collect()
}

fn is(expected: &[(&str, ProblemCode)]) -> Vec<(String, ProblemCode)> {
    expected.iter().map(|(field, code)| ((*field).to_owned(), *code)).collect()
}

const REGIONS: &str = "Nexthink has the regions us (United States), eu (European Union), pac (Asia-Pacific) and meta \
                       (Middle East, Turkey and Africa).";

/// White space that people paste along.
const BLANKS: [&str; 7] = [" ", "\t", "\r\n", "\u{a0}", "\u{feff}", "\u{85}", "\u{3000}"];

fn hosts(connection: &Connection) -> [String; 2] {
    [connection.tenant.login_host(), connection.tenant.api_host()]
}

#[test]
fn a_name_and_a_region_lead_to_the_documented_hosts() {
    let connection = connection(&[("instance", "nxdocs"), ("region", "eu"), ("client_id", "Aladdin")]);
    assert_eq!(connection.key(), "nexthink/eu/nxdocs/Aladdin");
    assert_eq!(connection.tenant.label(), "nxdocs (European Union)");
    assert_eq!(hosts(&connection), ["nxdocs-login.eu.nexthink.cloud", "nxdocs.api.eu.nexthink.cloud"]);
    assert_eq!(connection.base_url(), "https://nxdocs.api.eu.nexthink.cloud");
    assert_eq!(
        connection.settings(),
        [(Key::Instance, "nxdocs"), (Key::Region, "eu"), (Key::ClientId, "Aladdin")].map(|(k, v)| (k, v.to_owned()))
    );
    assert!(connection.notes.is_empty(), "{:?}", connection.notes);
}

#[test]
fn each_region_has_its_label_and_its_hosts() {
    for (code, label) in [
        ("us", "acme (United States)"),
        ("eu", "acme (European Union)"),
        ("pac", "acme (Asia-Pacific)"),
        ("meta", "acme (Middle East, Turkey and Africa)"),
    ] {
        let connection = connection(&[("instance", "acme"), ("region", code)]);
        assert_eq!(connection.tenant.label(), label);
        let expected = [format!("acme-login.{code}.nexthink.cloud"), format!("acme.api.{code}.nexthink.cloud")];
        assert_eq!(hosts(&connection), expected);
        assert_eq!(connection.base_url(), format!("https://acme.api.{code}.nexthink.cloud"));
    }
}

#[test]
fn case_and_surrounding_white_space_of_instance_and_region_do_not_matter() {
    let plain = connection(&[("instance", "acme-prod"), ("region", "meta")]);
    for blank in BLANKS {
        for (instance, region) in [("acme-prod", "META"), ("ACME-Prod", "meta"), ("AcMe-PrOd", "MeTa")] {
            let (instance, region) = (format!("{blank}{instance}{blank}"), format!("{blank}{region}{blank}"));
            assert_eq!(connection(&[("instance", &instance), ("region", &region)]), plain, "{instance:?}");
        }
    }
}

#[test]
fn an_instance_name_has_at_most_57_characters_as_name_and_in_an_address() {
    let (longest, longer) = ("a".repeat(57), "a".repeat(58));
    for form in ["", "-login.eu.nexthink.cloud", ".eu.nexthink.cloud", ".data.eu.nexthink.cloud"] {
        let entered = format!("{longest}{form}");
        let connection = connection(&[("instance", &entered), ("region", "eu")]);
        assert_eq!(hosts(&connection)[0], format!("{longest}-login.eu.nexthink.cloud"));
        let entered = format!("{longer}{form}");
        assert_eq!(found(&[("instance", &entered), ("region", "eu")]), is(&[("instance", TooLong)]), "{form}");
    }
}

#[test]
fn a_pasted_address_gives_instance_and_region_and_a_note_says_so() {
    for (address, instance, code, label) in [
        ("https://acme.eu.nexthink.cloud/", "acme", "eu", "European Union"),
        ("HTTPS://Acme.EU.Nexthink.Cloud/a/b?c=d#e", "acme", "eu", "European Union"),
        ("acme.us.nexthink.cloud:443", "acme", "us", "United States"),
        ("acme.data.pac.nexthink.cloud", "acme", "pac", "Asia-Pacific"),
        ("acme.api.meta.nexthink.cloud.", "acme", "meta", "Middle East, Turkey and Africa"),
        (" acme-prod-login.us.nexthink.cloud\r\n", "acme-prod", "us", "United States"),
        ("\u{feff}acme-engine-12.eu.nexthink.cloud/2/query\u{a0}", "acme", "eu", "European Union"),
    ] {
        let note = format!("From the address: instance {instance}, region {code} ({label}).");
        for region in [None, Some(""), Some(" \t\u{3000}"), Some(code), Some(&*code.to_uppercase())] {
            let mut pairs = vec![("instance", address)];
            pairs.extend(region.map(|region| ("region", region)));
            let connection = connection(&pairs);
            assert_eq!(connection.tenant.instance.as_str(), instance, "{pairs:?}");
            assert_eq!(connection.tenant.region.code(), code, "{pairs:?}");
            assert_eq!(connection.notes, [note.as_str()], "{pairs:?}");
        }
    }
}

#[test]
fn an_address_in_another_region_than_the_chosen_one_is_a_contradiction() {
    for address in Region::ALL {
        for chosen in Region::ALL.into_iter().filter(|chosen| *chosen != address) {
            let instance = format!("https://acme.data.{}.nexthink.cloud/", address.code());
            let problems = resolved(&[("instance", &instance), ("region", chosen.code())]).unwrap_err();
            assert_eq!(problems.len(), 1);
            assert_eq!((problems[0].field.as_deref(), problems[0].code), (Some("region"), Contradiction));
            let message = format!("The address lies in region {}, but {} is chosen.", address.code(), chosen.code());
            assert_eq!(problems[0].message, message);
        }
    }
}

#[test]
fn an_unknown_region_is_refused_naming_the_four() {
    for (field, pairs) in [
        ("region", [("instance", "acme"), ("region", "apac")]),
        ("region", [("instance", "acme"), ("region", "e")]),
        ("region", [("instance", "acme"), ("region", "eu us")]),
        ("region", [("instance", "acme"), ("region", "eu.nexthink.cloud")]),
        ("region", [("instance", "acme"), ("region", "European Union")]),
        ("region", [("instance", "acme"), ("region", "ｅｕ")]),
        ("region", [("instance", "acme.eu.nexthink.cloud"), ("region", "ca")]),
        ("instance", [("instance", "acme.apac.nexthink.cloud"), ("region", "")]),
        ("instance", [("instance", "https://acme.data.apac.nexthink.cloud/"), ("region", "eu")]),
    ] {
        let problems = resolved(&pairs).unwrap_err();
        assert_eq!(problems.len(), 1, "{pairs:?}: {problems:?}");
        assert_eq!((problems[0].field.as_deref(), problems[0].code), (Some(field), NotAnOption), "{pairs:?}");
        assert_eq!(problems[0].hint.as_deref(), Some(REGIONS), "{pairs:?}");
    }
}

#[test]
fn anything_else_as_instance_is_bad_format_and_never_repaired() {
    #[rustfmt::skip]
    let refused = [
        "acme.", ".acme", "acme.eu", "acme.example", "acme/x", "/acme", "//acme", "acme@evil", "acme@evil.example",
        "acme:443", "acme?", "acme?x=y", "acme#x", "acme%2eeu", "acme\\x", "ac me", "ac\u{a0}me", "ac\0me", "acme\0",
        "ac\nme", "ac\u{85}me", "ac\u{200b}me", "acmé", "ａcme", "acme_prod", "-acme", "acme-", "-", "203.0.113.7",
        "[2001:db8::1]", "https://[2001:db8::1]/", "https://0xcb007107/", "https://acme",
        "https:acme.eu.nexthink.cloud", "http://acme.eu.nexthink.cloud", "javascript://acme.eu.nexthink.cloud",
        "acme.eu.nexthink.cloud:8443", "acme.eu.nexthink.cloud:80", "https://user@acme.eu.nexthink.cloud",
        "https://user:word@acme.eu.nexthink.cloud", "acme.eu.nexthink.cloud@evil.example",
        "https://acme.eu.nexthink.cloud\\.evil.example/", "acme.eu.nexthink.cloud.evil.example",
        "acme.eu.evilnexthink.cloud", "evilnexthink.cloud", "nexthink.cloud", "eu.nexthink.cloud",
        "acme.prod.eu.nexthink.cloud", "acme.web.eu.nexthink.cloud", "acme.eu.nexthink.cloud..",
        "acme..eu.nexthink.cloud", "acme.eu.nexthink。cloud", "acme eu.nexthink.cloud", "acme.eu.nexthink.cloud /x",
        "acme.eu.nexthink.cloud/\u{7f}", "acme.eu.nexthink.cloud/\u{202f}x",
        "agora.eu.nexthink.cloud", "https://AGORA.us.nexthink.cloud/x", "agora.nowhere.nexthink.cloud",
    ];
    for instance in refused {
        for region in ["eu", "EU "] {
            let pairs = [("instance", instance), ("region", region)];
            assert_eq!(found(&pairs), is(&[("instance", BadFormat)]), "{instance:?}");
        }
    }
}

#[test]
fn instance_and_region_are_needed_and_blank_is_empty() {
    let both = is(&[("instance", Required), ("region", Required)]);
    assert_eq!(found(&[]), both);
    assert_eq!(found(&[("client_id", "Aladdin"), ("client_secret", "open sesame")]), both);
    for blank in BLANKS.into_iter().chain([""]) {
        assert_eq!(found(&[("instance", blank), ("region", blank)]), both, "{blank:?}");
        assert_eq!(found(&[("instance", "acme"), ("region", blank)]), is(&[("region", Required)]));
        assert_eq!(found(&[("instance", blank), ("region", "eu")]), is(&[("instance", Required)]));
    }
}

#[test]
fn an_unreadable_address_is_not_blamed_on_the_region_too() {
    for address in ["acme.example", "http://acme.eu.nexthink.cloud", "agora.eu.nexthink.cloud", "a.b"] {
        assert_eq!(found(&[("instance", address)]), is(&[("instance", BadFormat)]), "{address}");
    }
    // An invalid name does not imply a region.
    assert_eq!(found(&[("instance", "ac me")]), is(&[("instance", BadFormat), ("region", Required)]));
}

#[test]
fn unknown_and_repeated_keys_each_have_their_problem() {
    let good = [("instance", "acme"), ("region", "eu")];
    for key in ["", "tenant", "Instance", "region ", "clientId", "CLIENT_SECRET", "\0"] {
        assert_eq!(found(&[good[0], (key, "x"), good[1], (key, "")]), is(&[(key, UnknownField)]), "{key:?}");
    }
    for key in Key::ALL {
        // Even where both values are equal: which one was meant is not for the
        // connector to guess.
        let pairs = [("instance", "acme"), ("region", "eu"), ("client_id", "a"), ("client_secret", "b")];
        let again = pairs.into_iter().find(|(name, _)| *name == key.name()).unwrap();
        assert_eq!(found(&[&pairs[..], &[again]].concat()), is(&[(key.name(), Contradiction)]));
        assert_eq!(found(&[&pairs[..], &[(key.name(), "")]].concat()), is(&[(key.name(), Contradiction)]));
    }
}

#[test]
fn all_problems_come_at_once() {
    let long = "x".repeat(513);
    for (pairs, expected) in [
        (
            &[("tenant", "a"), ("instance", "ac me"), ("region", "moon"), ("client_id", "a:b"), ("Region", "")][..],
            &[
                ("tenant", UnknownField),
                ("Region", UnknownField),
                ("instance", BadFormat),
                ("region", NotAnOption),
                ("client_id", BadFormat),
            ][..],
        ),
        (
            &[("instance", "acme.us.nexthink.cloud"), ("region", "eu"), ("client_id", "a\u{1b}b")],
            &[("region", Contradiction), ("client_id", ControlCharacter)],
        ),
        (
            &[("region", "eu"), ("region", "us"), ("client_secret", ""), ("client_secret", ""), ("client_id", &long)],
            &[
                ("region", Contradiction),
                ("client_secret", Contradiction),
                ("instance", Required),
                ("client_id", TooLong),
            ],
        ),
        (
            &[("instance", "a"), ("instance", "b"), ("region", "moon"), ("x", "")],
            &[("x", UnknownField), ("instance", Contradiction), ("region", NotAnOption)],
        ),
        (
            &[("instance", "-a.apac.nexthink.cloud"), ("region", "apac")],
            &[("instance", BadFormat), ("region", NotAnOption)],
        ),
    ] {
        assert_eq!(found(pairs), is(expected), "{pairs:?}");
    }
}

#[test]
fn a_client_id_is_judged_when_it_is_there() {
    let place = [("instance", "acme"), ("region", "eu")];
    let judged = |id: &str| resolved(&[&place[..], &[("client_id", id)]].concat());
    for id in ["a", "0k5m2f", "a b", "a/b?c#d", "ümläut", &"a".repeat(512), &"é".repeat(256)] {
        let connection = judged(id).unwrap();
        assert_eq!(connection.client_id.as_ref().map(ClientId::as_str), Some(id));
        assert!(connection.notes.is_empty(), "{id}: {:?}", connection.notes);
    }
    for (id, code) in [
        ("a:b", BadFormat),
        (":", BadFormat),
        ("a\0b", ControlCharacter),
        ("a\nb", ControlCharacter),
        ("a\u{7f}", ControlCharacter),
        ("a\u{85}b", ControlCharacter),
        (&"a".repeat(513), TooLong),
        (&"é".repeat(257), TooLong),
    ] {
        assert_eq!(found(&[&place[..], &[("client_id", id)]].concat()), is(&[("client_id", code)]), "{id:?}");
    }
    for blank in BLANKS {
        assert_eq!(judged(blank).unwrap(), connection(&place), "{blank:?}");
        let connection = judged(&format!("{blank}Aladdin{blank}")).unwrap();
        assert_eq!(connection.client_id.as_ref().map(ClientId::as_str), Some("Aladdin"), "{blank:?}");
        assert_eq!(connection.notes, ["White space around the client id was left out."], "{blank:?}");
    }
}

#[test]
fn notes_come_in_the_order_of_the_form() {
    let connection = connection(&[("client_id", " Aladdin"), ("instance", "acme.eu.nexthink.cloud")]);
    let derived = "From the address: instance acme, region eu (European Union).";
    assert_eq!(connection.notes, [derived, "White space around the client id was left out."]);
}

#[test]
fn secrets_are_not_looked_at() {
    let others = [("instance", "acme"), ("region", "eu"), ("client_id", "Aladdin")];
    let without = connection(&others);
    for secret in ["", " ", "open sesame", " open sesame\n", "a:b", "a\0\r\n\u{1b}b", &"s".repeat(10_000)] {
        assert_eq!(connection(&[&others[..], &[("client_secret", secret)]].concat()), without, "{secret:?}");
    }
    assert!(without.settings().iter().all(|(key, _)| *key != Key::ClientSecret));
}

#[test]
fn the_key_changes_with_instance_region_and_client_id_and_with_nothing_else() {
    let key = |instance, region, id| {
        connection(&[("instance", instance), ("region", region), ("client_id", id), ("client_secret", "x")]).key()
    };
    // Ids that imitate the parts of a key, so that a careless join would repeat one.
    let instances = ["acme", "acme-eu", "eu", "us"];
    let ids = ["a", "A", "a/b", "/a", "a/", "eu/acme/a", "acme/a", "nexthink/eu/acme/a", "a b"];
    let mut keys = Vec::new();
    for instance in instances {
        for region in Region::ALL {
            keys.extend(ids.map(|id| key(instance, region.code(), id)));
        }
    }
    let all = keys.len();
    assert!(keys.iter().all(|key| !key.is_empty()));
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), all);

    let known = key("acme", "eu", "Aladdin");
    assert_eq!(key(" ACME", "EU", "Aladdin "), known);
    assert_eq!(key("https://acme.data.eu.nexthink.cloud/", "", "Aladdin"), known);
}

#[test]
fn the_key_and_the_setting_are_missing_while_the_client_id_is() {
    for pairs in [&[][..], &[("client_id", "")], &[("client_id", " \n")], &[("client_secret", "open sesame")]] {
        let connection = connection(&[&[("instance", "acme"), ("region", "us")], pairs].concat());
        assert_eq!(connection.key(), "");
        assert_eq!(connection.client_id, None);
        assert_eq!(connection.settings(), [(Key::Instance, "acme".to_owned()), (Key::Region, "us".to_owned())]);
    }
}

#[test]
fn every_problem_says_exactly_this() {
    const NAME: &str =
        "For the address nxdocs.data.eu.nexthink.cloud it is nxdocs. You can also paste the whole address.";
    const ADDRESS: &str = "An address looks like https://nxdocs.eu.nexthink.cloud or nxdocs.data.eu.nexthink.cloud; its \
                           first part alone will do as well.";
    const ONCE: &str = "Enter it once.";
    const COPY: &str = "Copy it again with the Copy button in Nexthink.";
    let (name, address) = ("a".repeat(58), format!("a.{}", "a".repeat(2047)));
    let id = "a".repeat(513);
    let place = [("instance", "acme"), ("region", "eu")];
    let with = |pair| [&place[..], &[pair]].concat();
    let twice = |key| [&place[..], &[(key, "a"); 2]].concat();
    let instance = |text| vec![("instance", text), ("region", "eu")];
    for (pairs, message, hint) in [
        (
            with(("tenant", "x")),
            "This form has no such field.",
            "The fields are instance, region, client_id and client_secret.",
        ),
        (with(("instance", "acme")), "Instance name was entered more than once.", ONCE),
        (with(("region", "eu")), "Region was entered more than once.", ONCE),
        (twice("client_id"), "Client ID was entered more than once.", ONCE),
        (twice("client_secret"), "Client secret was entered more than once.", ONCE),
        (
            vec![("region", "eu")],
            "Instance name is missing.",
            "Enter the first part of your Nexthink address, or paste the whole address.",
        ),
        (
            vec![("instance", "acme")],
            "Region is missing.",
            "Choose the region, or paste your whole Nexthink address as the instance name.",
        ),
        (instance("a_b"), "An instance name has only letters a to z, digits and hyphens.", NAME),
        (instance("-a"), "An instance name neither begins nor ends with a hyphen.", NAME),
        (instance(&name), "An instance name has at most 57 characters.", NAME),
        (instance("a b.eu.nexthink.cloud"), "This is not a web address.", ADDRESS),
        (instance("http://a.eu.nexthink.cloud"), "The address does not start with https.", ADDRESS),
        (instance("https://x@a.eu.nexthink.cloud"), "The address contains a user name.", ADDRESS),
        (instance("a.eu.nexthink.cloud:80"), "The address names a port.", ADDRESS),
        (instance("a.example"), "The address does not lie under nexthink.cloud.", ADDRESS),
        (instance("eu.nexthink.cloud"), "The address is not one that a tenant has.", ADDRESS),
        (
            instance("agora.eu.nexthink.cloud"),
            "This address is shared by all tenants of a region and names no instance.",
            "Paste the address that your browser shows when you are signed in to Nexthink.",
        ),
        (instance("a.apac.nexthink.cloud"), "The address names a region that is not known.", REGIONS),
        (
            instance(&address),
            "The address has more than 2048 characters.",
            "Only its beginning is needed, up to nexthink.cloud.",
        ),
        (vec![("instance", "acme"), ("region", "apac")], "This region is not known.", REGIONS),
        (
            instance("a.us.nexthink.cloud"),
            "The address lies in region us, but eu is chosen.",
            "Leave the region empty to take it from the address, or correct the address.",
        ),
        (with(("client_id", "a\0b")), "The client id contains a control character.", COPY),
        (with(("client_id", "a:b")), "The client id contains a colon, which no client id does.", COPY),
        (with(("client_id", &id)), "The client id is longer than 512 bytes.", "It has at most 512 bytes."),
    ] {
        let problems = resolved(&pairs).unwrap_err();
        assert_eq!(problems.len(), 1, "{pairs:?}: {problems:?}");
        assert_eq!((&*problems[0].message, problems[0].hint.as_deref()), (message, Some(hint)), "{pairs:?}");
    }
}

#[test]
fn an_address_is_read_up_to_2048_characters_without_the_white_space_around_it() {
    let start = "https://acme.eu.nexthink.cloud/";
    // The limit counts characters, not bytes: browsers show letters of any script.
    let longest = format!(" {start}{}\n", "é".repeat(2048 - start.len()));
    assert_eq!(connection(&[("instance", &longest)]).tenant.label(), "acme (European Union)");
    let longer = format!("{start}{}", "a".repeat(2049 - start.len()));
    assert_eq!(found(&[("instance", &longer)]), is(&[("instance", TooLong)]));
}
