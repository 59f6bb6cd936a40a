//! The exports started so far.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use serde::Deserialize;

use crate::samples::{Outcome, Query};

/// The compression of an exported file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Compression {
    #[default]
    None,
    Gzip,
    Zstd,
}

/// The latest exports.
#[derive(Default)]
pub(crate) struct Exports(Mutex<Started>);

#[derive(Default)]
struct Started {
    exports: HashMap<String, Export>,
    order: VecDeque<String>,
}

/// An export.
pub(crate) struct Export {
    instance: String,
    query: &'static Query,
    compression: Compression,
    asked: u32,
    /// The signature and the expiry of each link, oldest first.
    links: VecDeque<(String, u64)>,
}

/// What a link means.
pub(crate) enum Link {
    Good(&'static Query, Compression),
    Expired,
    Unknown,
}

/// Exports that are remembered, so that memory is bounded; no test follows more at once.
const EXPORTS: usize = 10_000;

/// Links of one export that stay valid; each status request after completion adds one.
const LINKS: usize = 16;

impl Export {
    pub(crate) fn new(instance: &str, query: &'static Query, compression: Compression) -> Self {
        Self { instance: instance.to_owned(), query, compression, asked: 0, links: VecDeque::new() }
    }
}

impl Exports {
    /// Adds an export; the oldest is forgotten when there are too many.
    pub(crate) fn add(&self, id: String, export: Export) {
        let mut started = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if started.order.len() >= EXPORTS
            && let Some(oldest) = started.order.pop_front()
        {
            started.exports.remove(&oldest);
        }
        started.order.push_back(id.clone());
        started.exports.insert(id, export);
    }

    /// Counts a status request, and adds a link when the export is complete. Returns the count and the outcome; `None`
    /// for an export that the instance does not have.
    pub(crate) fn ask(&self, id: &str, instance: &str, signature: &str, expires: u64) -> Option<(u32, Outcome)> {
        let mut started = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let export = started.exports.get_mut(id).filter(|export| export.instance == instance)?;
        export.asked = export.asked.saturating_add(1);
        if export.asked > 2 && export.query.outcome != Outcome::Failing {
            if export.links.len() >= LINKS {
                export.links.pop_front();
            }
            export.links.push_back((signature.to_owned(), expires));
        }
        Some((export.asked, export.query.outcome))
    }

    /// Returns what a link means at a time.
    pub(crate) fn follow(&self, id: &str, instance: &str, signature: &str, now: u64) -> Link {
        let started = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(export) = started.exports.get(id).filter(|export| export.instance == instance) else {
            return Link::Unknown;
        };
        match export.links.iter().find(|(known, _)| known == signature) {
            None => Link::Unknown,
            Some((_, expires)) if *expires <= now => Link::Expired,
            Some(_) => Link::Good(export.query, export.compression),
        }
    }
}
