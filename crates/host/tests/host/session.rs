use std::sync::atomic::Ordering;
use std::time::Duration;

use connector_host::records::Recovery;
use connector_host::{ApiCall, Clock as _, Error, Fault, Session};

use super::script::{Answer, Fixture, OK, entries};

async fn send(fixture: &Fixture, method: &str, path: &str) -> Result<u16, String> {
    let call = ApiCall { method: method.into(), path_and_query: path.into(), ..ApiCall::default() };
    let sent = fixture.session.call(&call).await;
    sent.map(|response| response.status).map_err(|error| error.to_string())
}

#[tokio::test]
async fn callers_share_one_exchange() {
    let fixture = Fixture::new(&[Answer::Token(900)], &[OK]);
    let session = &fixture.session;
    let callers: Vec<_> = (0..32)
        .map(|_| {
            tokio::spawn({
                let session = session.clone();
                async move { session.token().await }
            })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap().unwrap().unwrap().token().value.expose(), "token-1");
    }
    assert_eq!((fixture.script.exchanges(), fixture.script.most_running.load(Ordering::SeqCst)), (1, 1));
}

#[tokio::test]
async fn a_token_is_renewed_in_the_background_while_the_old_one_is_good() {
    let fixture = Fixture::new(&[Answer::Token(900)], &[OK]);
    assert_eq!(fixture.token().await.as_deref(), Ok("token-1"));
    fixture.clock.set(1000 + 839);
    assert_eq!(fixture.token().await.as_deref(), Ok("token-1"));
    assert_eq!(fixture.script.exchanges(), 1);
    fixture.clock.set(1000 + 840);
    assert_eq!(fixture.token().await.as_deref(), Ok("token-1"));
    fixture.settle(2).await;
    assert_eq!(fixture.token().await.as_deref(), Ok("token-2"));
}

#[tokio::test]
async fn an_expired_token_is_never_used() {
    let fixture = Fixture::new(&[Answer::Token(900)], &[OK]);
    fixture.token().await.unwrap();
    fixture.clock.set(1000 + 900);
    assert_eq!(fixture.token().await.as_deref(), Ok("token-2"));
}

#[tokio::test]
async fn a_clock_that_jumps_back_makes_a_token_old() {
    let fixture = Fixture::new(&[Answer::Token(900)], &[OK]);
    fixture.token().await.unwrap();
    fixture.clock.set(10);
    assert_eq!(fixture.token().await.as_deref(), Ok("token-2"));
    assert_eq!(fixture.token().await.as_deref(), Ok("token-2"));
}

#[tokio::test]
async fn a_token_that_is_refused_is_renewed_and_the_request_sent_once_more() {
    let fixture = Fixture::new(&[Answer::Token(900)], &[Answer::Status(401, Vec::new(), ""), OK]);
    assert_eq!(send(&fixture, "POST", "/api/v1/act/execute").await, Ok(200));
    assert_eq!(fixture.script.calls(), ["Bearer token-1", "Bearer token-2"]);

    let fixture = Fixture::new(&[Answer::Token(900)], &[Answer::Status(401, Vec::new(), "")]);
    let failure = send(&fixture, "GET", "/api/v1/workflows").await.unwrap_err();
    assert!(failure.ends_with("(token-expired)"), "{failure}");
    assert_eq!(fixture.script.calls().len(), 2, "once more, and no more");
}

#[tokio::test]
async fn only_what_is_repeatable_is_repeated_when_its_effect_is_unknown() {
    for broken in [Answer::Status(503, Vec::new(), ""), Answer::Broken(Fault::Reset)] {
        let fixture = Fixture::new(&[Answer::Token(900)], &[broken.clone(), broken.clone(), OK]);
        assert_eq!(send(&fixture, "GET", "/api/v1/workflows").await, Ok(200));
        assert_eq!(fixture.script.calls().len(), 3);
        let fixture = Fixture::new(&[Answer::Token(900)], &[broken, OK]);
        assert!(send(&fixture, "POST", "/api/v1/act/execute").await.is_err());
        assert_eq!(fixture.script.calls().len(), 1);
    }
}

#[tokio::test]
async fn a_rate_limit_is_waited_for_even_by_what_is_not_repeatable() {
    let limited = Answer::Status(429, vec![("retry-after", "30")], "");
    let fixture = Fixture::new(&[Answer::Token(9000)], &[limited, OK]);
    assert_eq!(send(&fixture, "POST", "/api/v1/act/execute").await, Ok(200));
    assert!(fixture.clock.now() >= Duration::from_secs(1030), "{:?}", fixture.clock.now());
}

#[tokio::test]
async fn tries_are_bounded() {
    let fixture = Fixture::new(&[Answer::Token(9000)], &[Answer::Status(503, Vec::new(), "")]);
    assert!(send(&fixture, "GET", "/api/v1/workflows").await.unwrap_err().ends_with("(unavailable)"));
    assert_eq!(fixture.script.calls().len(), 3);
}

#[tokio::test]
async fn a_wait_beyond_the_patience_is_passed_on() {
    let limited = Answer::Status(429, vec![("retry-after", "86400")], "");
    let fixture = Fixture::new(&[Answer::Token(900)], &[limited, OK]);
    assert!(send(&fixture, "GET", "/api/v1/workflows").await.unwrap_err().ends_with("(rate-limited)"));
    assert_eq!(fixture.clock.now(), Duration::from_secs(1000), "nobody waited");
}

#[tokio::test]
async fn after_a_failed_exchange_there_is_a_growing_pause() {
    let fixture = Fixture::new(
        &[Answer::Status(503, Vec::new(), ""), Answer::Status(503, Vec::new(), ""), Answer::Token(900)],
        &[OK],
    );
    let first = fixture.token().await.unwrap_err();
    assert!(first.ends_with("(unavailable)"));
    assert_eq!(fixture.token().await.unwrap_err(), first, "the same failure");
    assert_eq!(fixture.script.exchanges(), 1, "without another exchange");
    fixture.clock.set(1001);
    fixture.token().await.unwrap_err();
    assert_eq!(fixture.script.exchanges(), 2);
    fixture.clock.set(1001);
    fixture.token().await.unwrap_err();
    assert_eq!(fixture.script.exchanges(), 2, "now for longer");
    fixture.clock.set(1003);
    assert_eq!(fixture.token().await.as_deref(), Ok("token-3"));
}

#[tokio::test]
async fn a_failed_exchange_pauses_as_long_as_the_provider_asks() {
    let fixture = Fixture::new(&[Answer::Status(429, vec![("retry-after", "100")], ""), Answer::Token(900)], &[OK]);
    fixture.token().await.unwrap_err();
    fixture.clock.set(1099);
    fixture.token().await.unwrap_err();
    assert_eq!(fixture.script.exchanges(), 1);
    fixture.clock.set(1100);
    assert_eq!(fixture.token().await.as_deref(), Ok("token-2"));
}

#[tokio::test]
async fn a_call_waits_out_the_pause_and_uses_up_no_tries() {
    let mut answers = vec![Answer::Status(503, Vec::new(), ""); 4];
    answers.push(Answer::Token(9000));
    let fixture = Fixture::new(&answers, &[OK]);
    for minute in 1..=4 {
        fixture.clock.set(1000 + minute * 60);
        fixture.token().await.unwrap_err();
    }
    // The pause has at least 4 s by now, and all waits between three tries together
    // have at most 3 s.
    assert_eq!(send(&fixture, "POST", "/api/v1/act/execute").await, Ok(200));
    assert_eq!(fixture.script.exchanges(), 5);
    assert!(fixture.clock.now() >= Duration::from_secs(1244), "{:?}", fixture.clock.now());
}

#[tokio::test]
async fn a_pause_beyond_the_patience_is_passed_on() {
    let fixture = Fixture::new(&[Answer::Status(503, vec![("retry-after", "700")], ""), Answer::Token(900)], &[OK]);
    fixture.token().await.unwrap_err();
    fixture.clock.set(1001);
    assert!(send(&fixture, "GET", "/api/v1/workflows").await.unwrap_err().ends_with("(unavailable)"));
    assert_eq!(fixture.clock.now(), Duration::from_secs(1001), "nobody waited");
}

#[tokio::test]
async fn patience_bounds_sending_too() {
    let fixture = Fixture::new(&[Answer::Token(9000)], &[Answer::Hanging]);
    fixture.token().await.unwrap();
    let session = fixture.session.clone();
    let call = ApiCall { method: "GET".into(), path_and_query: "/api/v1/workflows".into(), ..ApiCall::default() };
    let caller = tokio::spawn(async move { session.call(&call).await });
    while fixture.script.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    fixture.clock.set(1000 + 601);
    match caller.await.unwrap() {
        Err(Error::Failed(failure)) => {
            assert_eq!(failure.code, "timeout");
            assert!(failure.message.ends_with("did not answer within 601 seconds."), "{}", failure.message);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_token_that_expired_on_its_way_is_a_failed_exchange() {
    let fixture = Fixture::new(&[Answer::Hanging, Answer::Token(900)], &[OK]);
    let session = fixture.session.clone();
    let caller = tokio::spawn(async move { session.token().await.map(drop) });
    while fixture.script.exchanges() == 0 {
        tokio::task::yield_now().await;
    }
    fixture.clock.set(1000 + 9000);
    fixture.script.released.notify_one();
    fixture.settle(1).await;
    assert!(caller.await.unwrap().is_err());
    let failure = fixture.token().await.unwrap_err();
    assert!(failure.contains("had expired when it arrived"), "{failure}");
    assert_eq!(fixture.script.exchanges(), 1, "and there is a pause before the next one");
    fixture.clock.set(1000 + 9001);
    assert_eq!(fixture.token().await.as_deref(), Ok("token-2"));
}

#[tokio::test]
async fn a_person_can_end_a_pause() {
    for status in [401, 503] {
        let fixture = Fixture::new(&[Answer::Status(status, Vec::new(), ""), Answer::Token(900)], &[OK]);
        fixture.token().await.unwrap_err();
        fixture.token().await.unwrap_err();
        fixture.session.end_pause();
        assert_eq!(fixture.token().await.as_deref(), Ok("token-2"), "{status}");
    }
}

#[tokio::test]
async fn a_failure_of_the_configuration_lasts() {
    let fixture = Fixture::new(&[Answer::Status(401, Vec::new(), ""), Answer::Token(900)], &[OK]);
    let first = fixture.token().await.unwrap_err();
    assert!(first.ends_with("(invalid-client)"), "{first}");
    fixture.clock.set(1_000_000);
    assert_eq!(fixture.token().await.unwrap_err(), first);
    assert_eq!(send(&fixture, "GET", "/api/v1/workflows").await.unwrap_err(), first);
    assert_eq!(fixture.script.exchanges(), 1);
}

#[tokio::test]
async fn a_renewal_that_fails_leaves_the_old_token_in_use() {
    let fixture = Fixture::new(&[Answer::Token(900), Answer::Status(503, Vec::new(), "")], &[OK]);
    fixture.token().await.unwrap();
    fixture.clock.set(1840);
    fixture.token().await.unwrap();
    fixture.settle(2).await;
    assert_eq!(fixture.token().await.as_deref(), Ok("token-1"));
    assert_eq!(fixture.script.exchanges(), 2, "and the pause holds");
}

#[tokio::test]
async fn a_caller_whose_patience_ends_while_another_exchanges_is_told_so() {
    let fixture = Fixture::new(&[Answer::Hanging], &[OK]);
    let caller = |session: &Session| {
        tokio::spawn({
            let session = session.clone();
            async move { session.token().await }
        })
    };
    let first = caller(&fixture.session);
    while fixture.script.exchanges() == 0 {
        tokio::task::yield_now().await;
    }
    fixture.clock.set(1000);
    let waiting = caller(&fixture.session);
    // Until it waits as well.
    tokio::time::sleep(Duration::from_millis(20)).await;
    // The first has waited for as long, and gives up too.
    fixture.clock.set(1000 + 601);
    for caller in [waiting, first] {
        match caller.await.unwrap() {
            Err(Error::Failed(failure)) => {
                assert_eq!((failure.code.as_str(), failure.recovery), ("timeout", Recovery::RetryIfRepeatable(None)));
                assert!(failure.message.contains("600 seconds") && failure.hint.is_some(), "{failure:?}");
            }
            other => panic!("{:?}", other.err()),
        }
    }
    fixture.script.released.notify_one();
    fixture.settle(1).await;
    let latest = fixture.session.latest_token().unwrap();
    assert_eq!(latest.token().value.expose(), "late", "the exchange goes on for others");
    assert_eq!(fixture.script.most_running.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_exchange_that_panics_leaves_the_session_in_order() {
    let fixture = Fixture::new(&[Answer::Panic, Answer::Token(900)], &[OK]);
    let failure = fixture.token().await.unwrap_err();
    assert!(failure.ends_with("(exchange-abandoned)"), "{failure}");
    assert_eq!(fixture.token().await.unwrap_err(), failure);
    fixture.clock.set(1001);
    assert_eq!(fixture.token().await.as_deref(), Ok("token-2"), "after a pause it is made again");
}

#[tokio::test]
async fn a_renewal_that_panics_leaves_the_old_token_in_use() {
    let fixture = Fixture::new(&[Answer::Token(900), Answer::Panic, Answer::Token(900)], &[OK]);
    fixture.token().await.unwrap();
    fixture.clock.set(1840);
    assert_eq!(fixture.token().await.as_deref(), Ok("token-1"));
    fixture.settle(2).await;
    assert_eq!(fixture.token().await.as_deref(), Ok("token-1"));
    fixture.clock.set(1841);
    fixture.token().await.unwrap();
    fixture.settle(3).await;
    assert_eq!(fixture.token().await.as_deref(), Ok("token-3"));
}

#[tokio::test]
async fn a_caller_that_is_dropped_leaves_the_exchange_to_the_others() {
    let fixture = Fixture::new(&[Answer::Hanging], &[OK]);
    let dropped = tokio::time::timeout(Duration::from_millis(50), fixture.session.token()).await;
    assert!(dropped.is_err(), "it was still waiting");
    fixture.script.released.notify_one();
    assert_eq!(fixture.token().await.as_deref(), Ok("late"));
    assert_eq!(fixture.script.exchanges(), 1);
}

#[tokio::test]
async fn a_token_that_the_platform_kept_is_used() {
    let fixture = Fixture::new(&[Answer::Token(900)], &[OK]);
    let kept = fixture.session.token().await.unwrap().unwrap().token().clone();
    let session = fixture.reopen(entries(&fixture.connector)).unwrap();
    session.adopt(kept);
    assert_eq!(session.token().await.unwrap().unwrap().token().value.expose(), "token-1");
    assert_eq!(fixture.script.exchanges(), 1);
}

#[tokio::test]
async fn permissions_are_asked_one_by_one_and_a_lost_probe_says_nothing() {
    let answers = [OK, Answer::Broken(Fault::Reset), Answer::Status(403, Vec::new(), "")];
    let fixture = Fixture::new(&[Answer::Token(900)], &answers);
    let mut asked = Vec::new();
    let table = fixture.session.permissions(|id| asked.push(id.to_owned())).await.unwrap();
    let states: Vec<_> = table.iter().map(|row| (row.permission.as_str(), row.status.state.as_str())).collect();
    assert_eq!(
        states,
        [
            ("remote-actions", "granted"),
            ("enrichment", "unknown"),
            ("data-management", "unknown"),
            ("workflows", "missing"),
            ("campaigns", "missing"),
            ("nql", "missing"),
            ("spark", "unknown"),
        ]
    );
    assert_eq!(asked, ["remote-actions", "enrichment", "workflows", "campaigns", "nql"]);
}

#[tokio::test]
async fn problems_of_the_entries_open_no_session() {
    let fixture = Fixture::new(&[Answer::Token(900)], &[OK]);
    match fixture.reopen(fixture.connector.entries(Vec::new())) {
        Err(Error::Refused(problems)) => assert_eq!(problems.len(), 4),
        other => panic!("{:?}", other.err()),
    }
}

#[tokio::test]
async fn an_operation_gets_whatever_answer_there_is_in_the_end() {
    let refused = Answer::Status(404, Vec::new(), "gone");
    let unavailable = Answer::Status(503, Vec::new(), "");
    for (repeatable, answers, status, calls) in [
        (true, vec![refused.clone()], 404, 1),
        (true, vec![unavailable.clone(), refused.clone()], 404, 2),
        (true, vec![unavailable.clone()], 503, 3),
        (false, vec![unavailable, refused.clone()], 503, 1),
        (false, vec![Answer::Status(429, Vec::new(), ""), refused.clone()], 404, 2),
        (false, vec![Answer::Status(401, Vec::new(), ""), refused], 404, 2),
    ] {
        let fixture = Fixture::new(&[Answer::Token(900)], &answers);
        let call = ApiCall { method: "GET".into(), path_and_query: "/api/v1/workflows".into(), ..ApiCall::default() };
        let mut request = fixture.connector.api_request(fixture.session.opened(), &call).unwrap();
        request.repeatable = repeatable;
        assert_eq!(fixture.session.answer(request).await.unwrap().status, status);
        assert_eq!(fixture.script.calls().len(), calls, "{status}");
    }
}
