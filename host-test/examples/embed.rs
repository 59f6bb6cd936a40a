//! Connects to a tenant, runs a query, and tries what its credentials are not allowed to do.
//!
//! ```sh
//! NX_SECRET=… cargo run -p host-test --example embed [ADDRESS CA_FILE]    # as `host-test tenant` names them
//! ```

use std::error::Error;
use std::sync::Arc;
use std::{env, process};

use host_test::guard::Connector;
use host_test::operation::{Finished, Run, RunFailure};
use host_test::plugin::{Limits, Plugin};
use host_test::session::{CallFailure, Cancel, Policy, Session, SystemClock};
use host_test::transport::{Live, LiveOptions};

fn main() -> Result<(), Box<dyn Error>> {
    // Once: refuse what imports anything, compile, check the definition.
    let component = host_test::BUILT_IN; // or std::fs::read("nexthink.wasm")?
    let connector = Arc::new(Connector::new(Plugin::load(component, Limits::default())?)?);
    let definition = connector.definition();
    let labels: Vec<_> = definition.fields.iter().map(|field| field.label.as_str()).collect();
    println!("{} asks for {}", definition.name, labels.join(", "));

    // What a person enters; which of it is secret the definition says.
    let entries = connector.entries(vec![
        ("instance".to_owned(), "https://nxdocs.data.eu.nexthink.cloud/dashboards".to_owned()),
        ("client_id".to_owned(), "demo".to_owned()),
        ("client_secret".to_owned(), env::var("NX_SECRET").unwrap_or_default()),
    ]);
    // An error of a call: the plugin misbehaved. An error in what it gives: every problem.
    let (transport, clock) = (Arc::new(network()?), Arc::new(SystemClock::new()));
    let session = match Session::open(connector, entries, transport, clock, Policy::default())? {
        Ok(session) => session,
        Err(problems) => {
            for problem in problems {
                explain(&problem.code, &problem.message, problem.hint.as_deref());
            }
            process::exit(1);
        }
    };
    let connection = session.connection();
    println!("leads to {}: {}", connection.label, connection.hosts.join(", "));

    match query(&session) {
        Err(RunFailure::Call(CallFailure::Failed(failure))) => {
            explain(&failure.code, &failure.message, failure.hint.as_deref());
            process::exit(1);
        }
        ended => Ok(ended?),
    }
}

/// Sends requests over `ureq`: to the fake tenant, or without arguments where
/// they lead. No redirect is followed.
fn network() -> Result<Live, Box<dyn Error>> {
    let mut options = LiveOptions::default();
    if let [_, address, ca_file] = &env::args().collect::<Vec<_>>()[..] {
        for host in ["nxdocs-login.eu.nexthink.cloud", "nxdocs.api.eu.nexthink.cloud"] {
            options.resolve.push(format!("{host}:443:{address}").parse()?);
        }
        options.ca_file = Some(ca_file.into());
    }
    Ok(Live::new(options)?)
}

fn query(session: &Session) -> Result<(), RunFailure> {
    // The session renews the token in time; whoever calls operations need not know it.
    let token = session.token(&Cancel::default())?;
    println!("{} token, to be renewed after {} s", token.kind, token.refresh_after);
    let devices = call(session, "nql.execute", r##"{"queryId": "#devices_overview"}"##)?;
    println!("nql.execute gives {} rows", devices["rows"]);
    call(session, "remote-actions.list", "{}").map(drop)
}

/// Runs an operation that ends with JSON; one that ends with a file writes it to the sink.
fn call(session: &Session, id: &str, input: &str) -> Result<serde_json::Value, RunFailure> {
    use host_test::operation::Carrier as _;
    let offered = session.connector().operations()?;
    let operation = offered.into_iter().find(|operation| operation.id == id).expect("the connector offers it");
    let run = Run::start(session.clone(), operation, input.to_owned())?.expect("the input fits its schema");
    match run.go(&mut std::io::sink(), &Cancel::default(), &mut |_| ())? {
        Finished::Done(outcome) => Ok(serde_json::from_str(&outcome.output).expect("the guard has read it")),
        Finished::Downloaded(_) => Ok(serde_json::Value::Null),
    }
}

fn explain(code: &str, message: &str, hint: Option<&str>) {
    println!("{code}: {message}\n  {}", hint.unwrap_or_default());
}
