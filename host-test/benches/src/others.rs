//! An exchange (build the token request, read the response) beside what platforms use
//! today: the `oauth2` crate, and `openid-client` in Node. Nothing is sent anywhere:
//! each is handed the same response.

use std::convert::Infallible;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use oauth2::basic::BasicClient;
use oauth2::{ClientId, ClientSecret, HttpRequest, HttpResponse, Scope, TokenUrl, http};

use crate::measure::{Way, take_turns};
use crate::subject::{Bare, Inputs, lowered, root};

/// Measures the exchange and returns a table.
pub fn report() -> String {
    let inputs = Inputs::new();
    let bare = Bare::new().expect("the component compiles");
    let mut warm = bare.fresh().expect("an instance");
    let response = lowered(&inputs.token);
    let mut node = Node::start(&inputs.token.body);
    let secret = || inputs.entries[3].1.clone();
    let answer = |_: HttpRequest| -> Result<HttpResponse, Infallible> {
        let answer = http::Response::builder().header("content-type", "application/json");
        Ok(answer.body(inputs.token.body.clone()).expect("a response"))
    };
    let mut ways = vec![
        Way::new("`oauth2` crate", || {
            let client = BasicClient::new(ClientId::new(inputs.entries[2].1.clone()))
                .set_client_secret(ClientSecret::new(secret()))
                .set_token_uri(
                    TokenUrl::new("https://acme-login.eu.nexthink.cloud/oauth2/default/v1/token".into())
                        .expect("a URL"),
                );
            client.exchange_client_credentials().add_scope(Scope::new("service:integration".into())).request(&answer)
        }),
        Way::new("component, warm instance", || {
            let request = warm.token_request(&inputs).expect("it answers");
            (request, warm.token_response(&response).expect("it answers"))
        }),
        Way::new("component, a fresh instance for each of both", || {
            let request = bare.fresh().expect("an instance").token_request(&inputs).expect("it answers");
            (request, bare.fresh().expect("an instance").token_response(&response).expect("it answers"))
        }),
    ];
    if let Some(node) = &mut node {
        // Its compiler needs to see the code often before it is fast.
        node.run(20_000);
        ways.push(Way::timed("`openid-client` in Node", |times| node.run(times)));
    }
    let timings = take_turns(ways);
    let crate_median = timings[0].1.median;
    let mut table = String::from("| Exchange | | |\n| --- | --: | --: |\n");
    for (name, timing) in &timings {
        table += &format!("| {name} | {} | {:.2} × the crate |\n", timing.show(), timing.median / crate_median);
    }
    if timings.len() < 4 {
        table += "\nNode was not there to be measured: `make bench` installs what it needs.\n";
    }
    table
}

/// The same in Node, which waits for how often to do it.
struct Node {
    child: Child,
    answers: BufReader<std::process::ChildStdout>,
}

impl Node {
    /// None where Node or its packages are missing.
    fn start(body: &[u8]) -> Option<Self> {
        let folder = root().join("host-test/benches/node");
        if !folder.join("node_modules").is_dir() {
            return None;
        }
        let mut command = Command::new("node");
        command.arg(folder.join("exchange.mjs")).arg(String::from_utf8_lossy(body).as_ref());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
        let answers = BufReader::new(child.stdout.take()?);
        Some(Self { child, answers })
    }

    fn run(&mut self, times: u32) -> Duration {
        let mut line = String::new();
        let asked = self.child.stdin.as_mut().map(|stdin| writeln!(stdin, "{times}"));
        asked.expect("a pipe").expect("Node listens");
        self.answers.read_line(&mut line).expect("Node answers");
        Duration::from_nanos(line.trim().parse().expect("nanoseconds"))
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
