//! What a call costs: as Rust code, in an instance that stays, in a fresh one.

use std::hint::black_box;

use nexthink_connector::entries::Entries;
use nexthink_connector::{connection, operations, token};

use crate::measure::{Timing, Way, take_turns, time};
use crate::subject::{Bare, Inputs, host, lowered};

/// Measures the calls and returns a table.
pub fn report() -> String {
    let inputs = Inputs::new();
    let (bare, host) = (Bare::new().expect("the component compiles"), host());
    let entries = host.entries(inputs.entries.clone());
    let (response, rows) = (lowered(&inputs.token), lowered(&inputs.rows));
    let token = connector_host::records::Response {
        status: 200,
        headers: inputs.token.headers.clone(),
        body: inputs.token.body.clone().into(),
        received_at: inputs.token.received_at,
    };
    let opened = host.open(host.entries(inputs.entries.clone())).expect("the entries are good");
    let fresh = || bare.fresh().expect("an instance");
    let mut warm = fresh();
    let mut table = String::from(
        "| Call | Rust | warm instance | | fresh instance | | fresh, with the guard |\n| --- | --: | --: | --: | --: | --: | --: |\n",
    );
    let mut row = |name: &str, ways: Vec<Way<'_>>| {
        let timings: Vec<Timing> = take_turns(ways).into_iter().map(|(_, timing)| timing).collect();
        let [rust, warm, fresh, guarded @ ..] = timings.as_slice() else { unreachable!("three ways at least") };
        let guarded = guarded.first().map_or_else(|| "–".to_owned(), Timing::show);
        table += &format!(
            "| `{name}` | {} | {} | {:.1} × Rust | {} | {} more than warm | {guarded} |\n",
            rust.show(),
            warm.show(),
            warm.median / rust.median,
            fresh.show(),
            time(fresh.median - warm.median),
        );
    };

    row(
        "resolve",
        vec![
            Way::new("Rust", || {
                let found = connection::resolve(&Entries::new(inputs.entries.clone())).expect("the entries are good");
                (found.key(), found.tenant.label(), found.settings(), found.base_url())
            }),
            Way::new("warm", || warm.resolve(&inputs).expect("it answers")),
            Way::new("fresh", || fresh().resolve(&inputs).expect("it answers")),
            Way::new("guarded", || host.resolve(&entries).expect("the entries are good")),
        ],
    );
    row(
        "token-request",
        vec![
            Way::new("Rust", || token::request(&Entries::new(inputs.entries.clone())).expect("a request")),
            Way::new("warm", || warm.token_request(&inputs).expect("it answers")),
            Way::new("fresh", || fresh().token_request(&inputs).expect("it answers")),
            // The host resolves along with it.
            Way::new("guarded", || host.open(host.entries(inputs.entries.clone())).expect("the entries are good")),
        ],
    );
    row(
        "token-response",
        vec![
            Way::new("Rust", || token::response(black_box(&inputs.token)).expect("a token")),
            Way::new("warm", || warm.token_response(&response).expect("it answers")),
            Way::new("fresh", || fresh().token_response(&response).expect("it answers")),
            Way::new("guarded", || host.token_response(&opened, &token).expect("a token")),
        ],
    );
    row(
        "nql.execute: start",
        vec![
            Way::new("Rust", || {
                operations::start(&Entries::new(inputs.settings.clone()), "nql.execute", black_box(&inputs.query))
            }),
            Way::new("warm", || warm.start(&inputs, "nql.execute", &inputs.query).expect("it answers")),
            Way::new("fresh", || fresh().start(&inputs, "nql.execute", &inputs.query).expect("it answers")),
        ],
    );
    row(
        "nql.execute: resume",
        vec![
            Way::new("Rust", || {
                let settings = Entries::new(inputs.settings.clone());
                operations::resume(&settings, "nql.execute", &inputs.query, &inputs.state, black_box(&inputs.rows))
            }),
            Way::new("warm", || warm.resume(&inputs, &rows).expect("it answers")),
            Way::new("fresh", || fresh().resume(&inputs, &rows).expect("it answers")),
        ],
    );
    let instance = take_turns(vec![Way::new("instance", fresh)]);
    table + &format!("\nAn instance by itself takes {}.\n", instance[0].1.show())
}
