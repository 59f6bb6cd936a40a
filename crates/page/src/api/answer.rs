//! Answers: JSON at once, or lines of JSON while something is under way.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use connector_host::records;
use http_body::Frame;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::{Sleep, sleep, timeout};

use super::computing::apart;
use super::error::ApiError;
use crate::page::Page;

/// Least time between two lines of progress: a person sees no more of a download that
/// arrives in thousands of pieces.
const PAUSE: Duration = Duration::from_millis(100);

/// Answers at once.
pub(super) fn answer(result: Result<Value, ApiError>) -> Response {
    ([(CONTENT_TYPE, "application/json")], value(result).to_string()).into_response()
}

/// Answers in lines, each an object: `{"progress": …}` any number of times, `{"sign-in": …}` where a
/// person signs in, then the result.
/// A browser that closes the connection cancels the work. So does the time limit, also where
/// nobody reads the answer.
pub(super) fn stream<F>(page: &Page, limit: Duration, work: impl FnOnce(Progress) -> F) -> Response
where
    F: Future<Output = Result<Value, ApiError>> + Send + 'static,
{
    let permit = Arc::clone(&page.under_way).try_acquire_owned();
    let progress = Progress::default();
    let work = work(progress.clone());
    let limited = async move {
        let _permit = permit.map_err(|_| ApiError::BUSY)?;
        timeout(limit, apart(work)).await.map_err(|_| ApiError::timeout(limit))?
    };
    ([(CONTENT_TYPE, "application/x-ndjson")], Body::new(Lines::new(limited, progress))).into_response()
}

fn value(result: Result<Value, ApiError>) -> Value {
    result.unwrap_or_else(|error| error.to_json())
}

/// The latest progress of some work that has not been written yet, and who writes it.
#[derive(Clone, Default)]
pub(super) struct Progress(Arc<Mutex<(Option<Value>, Option<Waker>)>>);

impl Progress {
    /// Shows a phrase and how much is done; a total of 0 is not known.
    pub(super) fn show(&self, text: impl Into<String>, done: u32, total: u32) {
        self.write(json!({ "progress": records::Progress { text: text.into(), done, total } }));
    }

    /// Shows where a person signs in at the provider.
    pub(super) fn sign_in(&self, url: &str) {
        self.write(json!({ "sign-in": { "url": url } }));
    }

    fn write(&self, line: Value) {
        let mut latest = self.latest();
        latest.0 = Some(line);
        if let Some(waker) = latest.1.take() {
            waker.wake();
        }
    }

    fn poll(&self, cx: &Context<'_>) -> Poll<Value> {
        let mut latest = self.latest();
        latest.1 = Some(cx.waker().clone());
        latest.0.take().map_or(Poll::Pending, Poll::Ready)
    }

    fn latest(&self) -> MutexGuard<'_, (Option<Value>, Option<Waker>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A body that reports on some work, which ends with it.
struct Lines {
    /// One task; none once it is over.
    work: JoinSet<Result<Value, ApiError>>,
    progress: Progress,
    /// Runs after a line of progress; the next one waits for its end.
    pause: Option<Pin<Box<Sleep>>>,
}

impl Lines {
    fn new(work: impl Future<Output = Result<Value, ApiError>> + Send + 'static, progress: Progress) -> Self {
        let mut works = JoinSet::new();
        works.spawn(work);
        Self { work: works, progress, pause: None }
    }
}

impl http_body::Body for Lines {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let this = self.get_mut();
        if let Poll::Ready(ended) = this.work.poll_join_next(cx) {
            // The task panicked.
            let result = |ended: Result<_, _>| value(ended.unwrap_or_else(|_| Err(ApiError::INTERNAL)));
            return ended.map_or(Poll::Ready(None), |ended| line(&result(ended)));
        }
        if let Some(pause) = &mut this.pause {
            ready!(pause.as_mut().poll(cx));
            this.pause = None;
        }
        let latest = ready!(this.progress.poll(cx));
        this.pause = Some(Box::pin(sleep(PAUSE)));
        line(&latest)
    }
}

fn line(value: &Value) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
    Poll::Ready(Some(Ok(Frame::data(format!("{value}\n").into()))))
}

#[cfg(test)]
mod tests {
    use std::future::{pending, poll_fn};
    use std::pin::pin;

    use http_body::Body as _;

    use super::*;

    async fn all(lines: Lines) -> Vec<String> {
        let mut lines = pin!(lines);
        let mut all = Vec::new();
        while let Some(frame) = poll_fn(|cx| lines.as_mut().poll_frame(cx)).await {
            all.push(String::from_utf8(frame.unwrap().into_data().unwrap().into()).unwrap());
        }
        all
    }

    #[tokio::test(start_paused = true)]
    async fn progress_comes_in_lines_before_the_result() {
        let progress = Progress::default();
        let shown = progress.clone();
        let work = async move {
            for done in 1..=3 {
                shown.show("Counting", done, 3);
                sleep(Duration::from_secs(1)).await;
            }
            Ok(json!({ "counted": 3 }))
        };
        let expected = [
            r#"{"progress":{"text":"Counting","done":1,"total":3}}"#,
            r#"{"progress":{"text":"Counting","done":2,"total":3}}"#,
            r#"{"progress":{"text":"Counting","done":3,"total":3}}"#,
            r#"{"counted":3}"#,
        ];
        assert_eq!(all(Lines::new(work, progress)).await, expected.map(|line| format!("{line}\n")));
    }

    #[tokio::test(start_paused = true)]
    async fn fast_progress_is_thinned_out_but_its_last_word_is_shown() {
        let progress = Progress::default();
        let shown = progress.clone();
        let work = async move {
            for done in 1..=50 {
                shown.show("Counting", done, 0);
                sleep(Duration::from_millis(1)).await;
            }
            sleep(Duration::from_secs(10)).await;
            Ok(json!({}))
        };
        let all = all(Lines::new(work, progress)).await;
        assert_eq!(all.len(), 3, "{all:?}");
        assert!(all[1].contains(r#""done":50"#), "{all:?}");
    }

    #[tokio::test]
    async fn a_panic_is_an_internal_error() {
        let work = async { panic!("on purpose") };
        let expected = "{\"error\":{\"code\":\"internal-error\",\"message\":\"Internal error.\"}}\n";
        assert_eq!(all(Lines::new(work, Progress::default())).await, [expected]);
    }

    #[tokio::test(start_paused = true)]
    async fn work_ends_at_its_limit_even_if_nobody_reads() {
        let (limit, held) = (Duration::from_mins(1), Arc::new(()));
        let permit = Arc::clone(&held);
        let work = async move {
            let ended = timeout(limit, pending()).await.unwrap_or_else(|_| Err(ApiError::timeout(limit)));
            drop(permit);
            ended
        };
        let _unread = Lines::new(work, Progress::default());
        sleep(limit / 2).await;
        assert_eq!(Arc::strong_count(&held), 2);
        sleep(limit).await;
        assert_eq!(Arc::strong_count(&held), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn work_that_takes_too_long_is_a_timeout() {
        let work = async {
            let limit = Duration::from_mins(1);
            timeout(limit, pending()).await.unwrap_or_else(|_| Err(ApiError::timeout(limit)))
        };
        let expected = "{\"error\":{\"code\":\"timeout\",\"message\":\"Timed out after 60 seconds.\"}}\n";
        assert_eq!(all(Lines::new(work, Progress::default())).await, [expected]);
    }
}
