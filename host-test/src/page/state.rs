//! What the server keeps while it runs: the component, the connections made, and
//! the jobs under way. A connection is known to the browser by a random id alone.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::{Notify, Semaphore};
use tokio::task;

use super::recordings::Listed;
use crate::guard::Connector;
use crate::model::operation::Progress;
use crate::plugin::{Artefact, hex};
use crate::session::{Cancel, Session};
use crate::transport::Live;

/// Jobs that run at once; further ones are told to wait. One that was given up
/// counts until its request has ended.
const WORKERS: usize = 16;

/// Connections kept; the oldest goes first.
const CONNECTIONS: usize = 16;

/// Jobs kept, the finished ones included.
const JOBS: usize = 64;

/// Says who answers.
pub enum Answers {
    /// Recordings, of which the page picks one.
    Recordings(Vec<Listed>),
    /// The provider.
    Live(Arc<Live>),
}

/// Holds everything behind the page.
pub struct Page {
    pub(super) connector: Arc<Connector>,
    pub(super) component: Artefact,
    pub(super) answers: Answers,
    pub(super) connections: Shelf<Session>,
    pub(super) jobs: Shelf<Job>,
    workers: Arc<Semaphore>,
}

impl Page {
    /// Puts the page together.
    pub fn new(connector: Connector, component: Artefact, answers: Answers) -> Self {
        Self {
            connector: Arc::new(connector),
            component,
            answers,
            connections: Shelf::new(CONNECTIONS),
            jobs: Shelf::new(JOBS),
            workers: Arc::new(Semaphore::new(WORKERS)),
        }
    }

    /// Begins a job and returns its id; none while too many are under way. What
    /// takes longer than the limit is given up.
    pub(super) fn begin(
        &self,
        limit: Duration,
        work: impl FnOnce(&Job) -> Value + Send + 'static,
    ) -> Option<(String, Arc<Job>)> {
        let permit = Arc::clone(&self.workers).try_acquire_owned().ok()?;
        let job = Arc::new(Job::new());
        let id = self.jobs.put(Arc::clone(&job), Job::cancel)?;
        let worker = Arc::clone(&job);
        let working = task::spawn_blocking(move || {
            let value = work(&worker);
            drop(permit);
            value
        });
        let watcher = Arc::clone(&job);
        tokio::spawn(async move {
            let value = match tokio::time::timeout(limit, working).await {
                Ok(Ok(value)) => value,
                Ok(Err(_)) => error("host-fault", "The host broke this off: it has a fault."),
                Err(_) => {
                    watcher.cancel.cancel();
                    error("timeout", &format!("There was no end to it within {} seconds.", limit.as_secs()))
                }
            };
            watcher.finish(value);
        });
        Some((id, job))
    }
}

/// Spells an error that is nobody's entry's fault.
pub(super) fn error(code: &str, message: &str) -> Value {
    json!({ "error": { "code": code, "message": message } })
}

/// Holds something under way.
pub(super) struct Job {
    pub(super) cancel: Cancel,
    started: Instant,
    state: Mutex<State>,
    over: Notify,
}

enum State {
    Running(Option<Progress>),
    Over(Value),
}

impl Job {
    fn new() -> Self {
        let (state, over) = (Mutex::new(State::Running(None)), Notify::new());
        Self { cancel: Cancel::default(), started: Instant::now(), state, over }
    }

    /// Says what is going on.
    pub(super) fn progress(&self, text: impl Into<String>, done: u32, total: u32) {
        if let State::Running(progress) = &mut *self.state() {
            *progress = Some(Progress { text: text.into(), done, total });
        }
    }

    /// Gives it up. Whoever waits for it is told at once.
    pub(super) fn cancel(&self) {
        self.cancel.cancel();
        self.finish(error("cancelled", "It was cancelled."));
    }

    /// Enters what came of it; the first word stands.
    fn finish(&self, value: Value) {
        let mut state = self.state();
        if matches!(*state, State::Running(_)) {
            *state = State::Over(value);
            self.over.notify_waiters();
        }
    }

    /// Waits for the end, at most so long, and tells how it stands.
    pub(super) async fn report(&self, patience: Duration) -> Value {
        let over = self.over.notified();
        if matches!(*self.state(), State::Running(_)) {
            let _ = tokio::time::timeout(patience, over).await;
        }
        match &*self.state() {
            State::Running(progress) => {
                json!({ "running": { "seconds": self.started.elapsed().as_secs(), "progress": progress } })
            }
            State::Over(value) => json!({ "over": value }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps the newest of something under ids that nobody can guess.
pub(super) struct Shelf<T> {
    most: usize,
    kept: Mutex<VecDeque<(String, Arc<T>)>>,
}

impl<T> Shelf<T> {
    fn new(most: usize) -> Self {
        Self { most, kept: Mutex::default() }
    }

    /// Keeps one more; `gone` hears of the one that has to go. None where the system
    /// gives no random numbers.
    pub(super) fn put(&self, item: Arc<T>, gone: impl FnOnce(&T)) -> Option<String> {
        let id = random_id()?;
        let mut kept = self.kept();
        if kept.len() == self.most
            && let Some((_, oldest)) = kept.pop_front()
        {
            gone(&oldest);
        }
        kept.push_back((id.clone(), item));
        Some(id)
    }

    pub(super) fn get(&self, id: &str) -> Option<Arc<T>> {
        self.kept().iter().find(|(given, _)| given == id).map(|(_, item)| Arc::clone(item))
    }

    pub(super) fn remove(&self, id: &str) {
        self.kept().retain(|(given, _)| given != id);
    }

    fn kept(&self) -> MutexGuard<'_, VecDeque<(String, Arc<T>)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn random_id() -> Option<String> {
    let mut bytes = [0; 16];
    rustls::crypto::ring::default_provider().secure_random.fill(&mut bytes).ok()?;
    Some(hex(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_first() {
        let shelf = Shelf::new(2);
        let ids: Vec<_> = (0..3).map(|n| shelf.put(Arc::new(n), |gone| assert_eq!(*gone, 0)).unwrap()).collect();
        assert!(ids.iter().all(|id| id.len() == 32) && ids[0] != ids[1]);
        assert_eq!((shelf.get(&ids[0]), shelf.get(&ids[2])), (None, Some(Arc::new(2))));
        shelf.remove(&ids[2]);
        assert_eq!(shelf.get(&ids[2]), None);
    }

    #[test]
    fn the_first_word_about_a_job_stands() {
        let job = Job::new();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_time().build().unwrap();
        let report = |patience| runtime.block_on(job.report(patience));
        job.progress("Waiting", 1, 2);
        assert_eq!(report(Duration::ZERO)["running"]["progress"]["text"], "Waiting");
        job.cancel();
        job.finish(json!("late"));
        assert_eq!(report(Duration::from_mins(1))["over"]["error"]["code"], "cancelled");
    }
}
