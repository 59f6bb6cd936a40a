//! Connects to a tenant, runs a query, and tries what its credentials are not allowed to do.
//!
//! ```sh
//! NX_SECRET=… cargo run -p connector-host --example embed [ADDRESS CA_FILE]    # as `host-test tenant` prints them
//! ```

use std::sync::Arc;
use std::{env, process};

use connector_host::{Completed, Component, Connector, Entries, Error, HttpOptions, HttpTransport, Limits, Session};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Once: refuse what imports anything, compile, check the definition.
    let component = nexthink_component::NEXTHINK; // or std::fs::read("nexthink.wasm")?
    let connector = Arc::new(Connector::new(Component::load(component, Limits::default())?)?);
    let definition = connector.definition();
    let labels: Vec<_> = definition.fields.iter().map(|field| field.label.as_str()).collect();
    println!("{} asks for {}", definition.name, labels.join(", "));

    // What a person types; the definition says which of it is secret.
    let entries = connector.entries(vec![
        ("instance".to_owned(), "https://nxdocs.data.eu.nexthink.cloud/dashboards".to_owned()),
        ("client_id".to_owned(), "demo".to_owned()),
        ("client_secret".to_owned(), env::var("NX_SECRET").unwrap_or_default()),
    ]);
    match connect(connector, entries, network()?).await {
        Err(Error::Refused(problems)) => {
            for problem in problems {
                explain(&problem.code, &problem.message, problem.hint.as_deref());
            }
        }
        Err(Error::Failed(failure)) => explain(&failure.code, &failure.message, failure.hint.as_deref()),
        ended => return Ok(ended?),
    }
    process::exit(1);
}

/// Sends requests with reqwest: to the fake tenant, or without arguments to the hosts
/// themselves. No redirect is followed.
fn network() -> Result<HttpTransport, Box<dyn std::error::Error>> {
    let mut options = HttpOptions::default();
    if let [_, address, ca_file] = &env::args().collect::<Vec<_>>()[..] {
        for host in ["nxdocs-login.eu.nexthink.cloud", "nxdocs.api.eu.nexthink.cloud"] {
            options.resolve.push(format!("{host}:443:{address}").parse()?);
        }
        options.ca_file = Some(ca_file.into());
    }
    Ok(HttpTransport::new(options)?)
}

async fn connect(connector: Arc<Connector>, entries: Entries, transport: HttpTransport) -> Result<(), Error> {
    let session = Session::open(connector, entries, Arc::new(transport))?;
    let connection = session.connection();
    println!("API of {}: {}", connection.label, connection.base_url);
    // The session renews the token in time; callers of operations need not care.
    if let Some(granted) = session.token().await? {
        println!("{} token, to be renewed after {} s", granted.token().kind, granted.token().refresh_after);
    }
    let devices = call(&session, "nql.execute", r##"{"queryId": "#devices_overview"}"##).await?;
    println!("nql.execute gives {} rows", devices["rows"]);
    call(&session, "remote-actions.list", "{}").await?;
    Ok(())
}

/// Runs an operation that ends with JSON; `complete_into` writes the file of one that ends
/// with a download.
async fn call(session: &Session, operation: &str, input: &str) -> Result<serde_json::Value, Error> {
    match session.start(operation, input).await?.complete(|_| ()).await? {
        Completed::Done(outcome) => Ok(serde_json::from_str(&outcome.output).expect("the guard has checked it")),
        Completed::Downloaded(_) => Ok(serde_json::Value::Null),
    }
}

fn explain(code: &str, message: &str, hint: Option<&str>) {
    println!("{code}: {message}\n  {}", hint.unwrap_or_default());
}
