//! Enters what attackers enter, and secrets that can be found again.

use serde_json::json;

use super::entered::CANARY;
use super::form::quoted;
use super::{Check, Entered, Rule};
use crate::model::{Connection, Problem, Secret, Token};
use crate::plugin::ApiCall;
use crate::redact::Redactor;

/// Stands in entries that are refused: a problem that holds it quotes them. Nothing
/// that a person would enter, and no secret.
const QUOTED: &str = "zq7Xw9-quoted";

/// Entries that would lead elsewhere, where an address is put together from them; `{}`
/// is a domain of the definition.
const ELSEWHERE: [&str; 36] = [
    "evil.example",
    "evil.example/",
    "evil.example#",
    "evil.example?",
    "evil.example\\",
    "evil.example:443/",
    "evil.example%2f",
    "evil.example@",
    "@evil.example/",
    "a@evil.example/",
    "https://evil.example/",
    "https://{}@evil.example/",
    "https://a.{}@evil.example/",
    "https://evil.example@a.{}/",
    "https://evil.example\\@a.{}/",
    "https://evil.example/?.{}",
    "https://evil.example#.{}",
    "//evil.example/.{}",
    "evil{}",
    "a.evil{}",
    "a.{}.evil.example",
    "a.{}:8443",
    "a.{}:443",
    "a.{}/",
    "HTTPS://A.{}/",
    "https:\\\\a.{}\\",
    "a\t.{}",
    "a\r\nhost: evil.example\r\n.{}",
    "a\0.{}",
    "a。{}",
    "аcme",
    "ａcme",
    "a%2e{}",
    "127.0.0.1",
    "[::1]",
    "..",
];

/// Paths that would leave the API's host, or smuggle a header.
const PATHS: [&str; 12] = [
    "/",
    "/v1/things?a=b",
    "//evil.example/",
    "/\\evil.example/",
    "@evil.example/",
    ".evil.example/",
    ":8443/",
    "https://evil.example/",
    "/../../x",
    "/a\r\nhost: evil.example",
    "/a\tb",
    "/#@evil.example/",
];

impl Check<'_> {
    /// Tries every text field with what leads elsewhere, and every field with what
    /// must not be repeated.
    pub(super) fn probe(&mut self, connection: Option<&Connection>) {
        let fields = self.definition_of().fields.clone();
        let domain = self.definition_of().domains.first().cloned().unwrap_or_default();
        for field in &fields {
            for text in ELSEWHERE {
                let text = text.replace("{}", &domain);
                let entered = self.entered.with(&field.key, &text);
                self.connect(&format!("{} = {}", field.key, quoted(&text)), &entered);
            }
        }
        for field in &fields {
            let (key, given) = (&field.key, self.entered.clone());
            self.connect(&format!("{key} left out"), &given.without(key));
            let (canary, place) = if field.kind == "secret" { (CANARY, "the secret") } else { (QUOTED, "a text") };
            for (how, text) in [
                ("", canary.to_owned()),
                (" with white space around it", format!(" {canary}\r\n")),
                (" with a control character behind it", format!("{canary}\u{1}x")),
                (" with a colon behind it", format!("{canary}:x")),
                (" repeated 1,000 times", canary.repeat(1000)),
                (" in an address", format!("https://{canary}.example/{canary}")),
            ] {
                self.connect(&format!("{place}{how} as {key}"), &given.with(key, &text));
            }
            // Entered twice, which may be a problem and must not be a way out.
            let mut twice = given.clone();
            twice.0.push((key.clone(), format!("{QUOTED}\u{1}")));
            self.connect(&format!("{key} entered twice"), &twice);
        }
        self.connect("nothing entered", &Entered(Vec::new()));
        self.connect("a field that nobody asked for", &self.entered.with("nobody-asked", "x"));
        if let Some(connection) = connection {
            self.paths(connection);
        }
    }

    /// Resolves entries, asks for the token request, and looks through both.
    fn connect(&mut self, at: &str, entered: &Entered) {
        let Some(resolved) = self.resolve(at, entered) else { return };
        let entries = entered.entries(self.connector);
        let request =
            self.call(at, |connector| connector.token_request(&entries, resolved.as_ref().map_err(Vec::as_slice)));
        self.ledger.tried(Rule::Secrets);
        match &resolved {
            Ok(connection) => self.look_for_canary(at, "a connection", &json!(connection).to_string()),
            Err(problems) => self.look_through(at, problems),
        }
        match request {
            Some(Ok(exchange)) => {
                self.look_for_canary(at, "the notes of a token request", &exchange.notes.join("\n"));
                self.look_for_canary(at, "the URL of a token request", exchange.request.url.as_str());
            }
            Some(Err(problems)) => self.look_through(at, &problems),
            None => {}
        }
    }

    fn look_through(&mut self, at: &str, problems: &[Problem]) {
        for problem in problems {
            let texts = [Some(&problem.code), Some(&problem.message), problem.hint.as_ref()];
            let text = texts.into_iter().flatten().cloned().collect::<Vec<_>>().join("\n");
            self.look_for_canary(at, "a problem", &text);
            if text.to_ascii_lowercase().contains(&QUOTED.to_ascii_lowercase()) {
                self.ledger.broken(Rule::Secrets, at, "a problem quotes what was entered");
            }
        }
    }

    /// Looks for the secret in a text, in every form in which secrets travel. The
    /// guard looks for entries as a whole; this finds parts of them too.
    pub(super) fn look_for_canary(&mut self, at: &str, place: &str, text: &str) {
        let canary = vec![("secret".to_owned(), CANARY.to_owned())];
        let finder = Redactor::new(&crate::entries::Entries::new(canary, &["secret"]), &[]);
        if finder.finds_in(text) {
            self.ledger.broken(Rule::Secrets, at, &format!("{place} holds the secret"));
        }
    }

    fn paths(&mut self, connection: &Connection) {
        if !self.connector.facts().exports_interface("access") {
            return;
        }
        for path in PATHS {
            for (header, value) in [("accept", "*/*"), ("x-a", "b\r\nhost: evil.example"), ("host", "evil.example")] {
                let headers = vec![(header.to_owned(), value.to_owned())];
                let call =
                    ApiCall { method: "GET".to_owned(), path_and_query: path.to_owned(), headers, body: Vec::new() };
                self.ledger.tried(Rule::Hosts);
                self.call(&format!("`api-request` of {}", quoted(path)), |connector| {
                    connector.api_request(connection, &call)
                });
            }
        }
        let token = token();
        self.call("`authorize`", |connector| connector.authorize(&token));
    }
}

/// Makes a token that can be found again.
pub(super) fn token() -> Token {
    Token {
        value: Secret::new(format!("{CANARY}-token")),
        kind: "Bearer".to_owned(),
        expires_in: 900,
        refresh_after: 840,
        lifetime_assumed: false,
        scopes: Vec::new(),
        missing_scopes: Vec::new(),
    }
}
