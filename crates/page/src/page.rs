//! What is behind the page.

use std::sync::{Arc, OnceLock};

use connector_host::{Connector, Digest, Session, Transport};
use tokio::sync::Semaphore;

use crate::markdown;
use crate::recordings::Listed;
use crate::sign_in::{self, SignIns};
use crate::store::BoundedStore;

/// Most requests under way that wait for a provider: one person needs two or three.
const UNDER_WAY: usize = 16;

/// Connections kept; the oldest goes first. One person has one or two in each window.
const CONNECTIONS: usize = 16;

/// Most calls of the component at a time: each uses a core until its fuel is used up, and
/// whoever waits for a file of the page needs one too.
const COMPUTING: usize = 2;

/// A connector, the file it comes from, and what answers its requests.
pub struct Page {
    pub(crate) connector: Arc<Connector>,
    pub(crate) artefact: Artefact,
    pub(crate) answers: Answers,
    pub(crate) connections: BoundedStore<Session>,
    pub(crate) sign_ins: SignIns,
    /// Where it is served, once it is.
    pub(crate) port: OnceLock<u16>,
    pub(crate) under_way: Arc<Semaphore>,
    pub(crate) computing: Arc<Semaphore>,
    /// The steps of the guide as HTML.
    pub(crate) guide: Vec<String>,
}

/// The file of a component, as the page describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artefact {
    /// Its length, in bytes.
    pub bytes: usize,
    /// Its length with gzip, in bytes: what a registry transfers.
    pub gzip_bytes: usize,
    /// Its digest.
    pub digest: Digest,
}

/// What answers the requests of the connector.
pub enum Answers {
    /// Recordings, one of which is picked on the page.
    Recordings(Vec<Listed>),
    /// The provider.
    Live(Arc<dyn Transport>),
}

impl Page {
    /// Puts a page together.
    pub fn new(connector: Arc<Connector>, artefact: Artefact, answers: Answers) -> Self {
        let guide = markdown::render(connector.definition().guide.iter().map(|step| step.text.as_str()));
        let [under_way, computing] = [UNDER_WAY, COMPUTING].map(|most| Arc::new(Semaphore::new(most)));
        Self {
            connector,
            artefact,
            answers,
            connections: BoundedStore::new(CONNECTIONS),
            sign_ins: SignIns::default(),
            port: OnceLock::new(),
            under_way,
            computing,
            guide,
        }
    }

    /// Returns the URL that a browser comes back to from the provider (RFC 8252 §7.3).
    pub(crate) fn redirect_uri(&self) -> String {
        format!("http://127.0.0.1:{}{}", self.port.get().copied().unwrap_or_default(), sign_in::PATH)
    }
}
