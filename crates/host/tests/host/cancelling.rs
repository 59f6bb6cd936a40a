//! Calls that are cancelled, at each place where they wait.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use connector_host::{Completed, Error, NotSaved};

use super::operations::{ACTION, QUERY, ROWS};
use super::script::Answer::{self, Json, Status, Token};
use super::script::Fixture;

/// Polls a future so many times. None: it was not ready by then, and is dropped.
async fn polled<T>(times: u32, future: impl Future<Output = T>) -> Option<T> {
    let (mut future, mut left) = (pin!(future), times);
    let turn = poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(cx) {
            Poll::Ready(result) => Poll::Ready(Some(result)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    });
    turn.await
}

/// A limit, a refused token and a result: every way to wait.
fn fixture(result: Answer) -> Fixture {
    let later = Status(429, vec![("retry-after", "1")], "");
    Fixture::new(&[Token(900)], &[later, Status(401, Vec::new(), ""), result])
}

#[tokio::test(start_paused = true)]
async fn a_read_is_completed_wherever_it_was_cancelled() {
    let mut cancelled = 0;
    for times in 0.. {
        let fixture = fixture(ROWS);
        let mut run = fixture.session.start("nql.execute", QUERY).await.unwrap();
        if polled(times, run.complete(|_| ())).await.is_some() {
            break;
        }
        cancelled += 1;
        let resumed = fixture.session.resume(run.save().unwrap()).unwrap().complete(|_| ()).await;
        assert!(matches!(resumed, Ok(Completed::Done(_))), "resumed after {times}: {resumed:?}");
        assert!(matches!(run.complete(|_| ()).await, Ok(Completed::Done(_))), "after {times}");
    }
    assert!(cancelled > 3, "it waits at {cancelled} places");
}

#[tokio::test(start_paused = true)]
async fn a_write_takes_effect_once_at_most_wherever_it_was_cancelled() {
    let mut cancelled = 0;
    for times in 0.. {
        let fixture = fixture(Json(r#"{"requestId":"r","expiresInMinutes":60}"#));
        let mut run = fixture.session.start("remote-actions.execute", ACTION).await.unwrap();
        if polled(times, run.complete(|_| ())).await.is_some() {
            break;
        }
        cancelled += 1;
        let sent = fixture.script.calls().len();
        match run.save() {
            // The limit and the refused token had no effect, but that is not known then.
            Err(unknown) => {
                assert_eq!(unknown, NotSaved::Unknown, "after {times}");
                let error = run.complete(|_| ()).await.unwrap_err();
                assert!(matches!(&error, Error::Failed(failure) if failure.code == "interrupted"), "{error}");
                assert_eq!(fixture.script.calls().len(), sent, "after {times}");
            }
            Ok(saved) => {
                assert_eq!(sent, 0, "after {times}");
                fixture.session.resume(saved).unwrap().complete(|_| ()).await.unwrap();
                assert_eq!(fixture.script.calls().len(), 3, "after {times}");
            }
        }
    }
    assert!(cancelled > 3, "it waits at {cancelled} places");
}

#[tokio::test(start_paused = true)]
async fn permissions_and_tokens_are_there_for_others_wherever_a_call_was_cancelled() {
    let mut cancelled = 0;
    for times in 0.. {
        let fixture = fixture(ROWS);
        let ended = polled(times, fixture.session.permissions(|_| ())).await.is_some();
        fixture.session.token().await.unwrap();
        assert!(fixture.session.permissions(|_| ()).await.is_ok(), "after {times}");
        if ended {
            break;
        }
        cancelled += 1;
    }
    assert!(cancelled > 2, "it waits at {cancelled} places");
}
