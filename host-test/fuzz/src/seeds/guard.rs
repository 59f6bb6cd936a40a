//! Values that the guard accepts, in the order of members that `guard` reads.

use nexthink_connector::definition;
use nexthink_connector::http::{Header, Request};
use nexthink_connector::operations::step::Step;
use nexthink_connector::operations::{self, CATALOGUE};

use super::Seeds;
use crate::format::Writer;
use crate::operations::settings;

/// A link as the recordings have it.
const LINK: &str = "https://nxdocs-exports.s3.eu-west-1.amazonaws.com/a.csv?X-Amz-Expires=900&X-Amz-Signature=0000";

impl Seeds {
    /// Adds one value of each kind, and the requests of all operations.
    pub(super) fn add_values(&mut self) {
        let part = |kind: &str| Writer::default().part(kind);
        self.value("definition", definition());
        self.value(
            "connection",
            part("connection")
                .part("nexthink/eu/nxdocs/example")
                .part("nxdocs (European Union)")
                .pairs(&[("instance".to_owned(), "nxdocs".to_owned()), ("region".to_owned(), "eu".to_owned())])
                .part("https://nxdocs.api.eu.nexthink.cloud")
                .list(&["White space around the client id was left out."]),
        );
        let login = "https://nxdocs-login.eu.nexthink.cloud/oauth2/default/v1/token";
        let exchange = part("exchange").part("").part("POST").part(login);
        let exchange = exchange.pairs(&[("accept".to_owned(), "application/json".to_owned())]);
        self.value(
            "exchange",
            exchange.part("grant_type=client_credentials").flag(false).flag(true).part("30").part("65536"),
        );
        let download = part("download").part("GET").part(LINK).part("").part("").flag(false).flag(true);
        let download = download.part("1800").part("4294967295").part("[1,\"nql.export\",{}]").part("text/csv");
        self.value("download", download.part("gzip").flag(true).list(&["The export is incomplete."]));
        self.value("done", part("done").part("{\"a\":[1]}").flag(true).list(&["A warning."]));
        let problem = part("problem").part("region").part("Choose one.").part("not-an-option");
        self.value("problem", problem.part("This region is not known."));
        let failure = part("failure").part("invalid-client").part("60").part("Not accepted.").part("Copy it again.");
        self.value("failure", failure.part("client_id").part("invalid_client").part("No such client."));
        let token = part("token").part("eyJ.a.b").part("Bearer").part("900").part("840").flag(false);
        self.value("token", token.list(&["service:integration"]).part("").part("eyJ.r.b"));
        let url = "https://nxdocs-login.eu.nexthink.cloud/a?response_type=code&redirect_uri=http%3A%2F%2F127.0.0.1%2F\
                   &state=s&code_challenge=c&code_challenge_method=S256";
        self.value("authorization-url", part("authorization-url").part(url));
        let headers = [("authorization".to_owned(), "Bearer eyJ.a.b".to_owned())];
        self.value("token-headers", part("token-headers").pairs(&headers));
        self.value("permission-status", part("permission-status").part("granted").part("NQL API answers."));
        for operation in CATALOGUE {
            self.value(&format!("operation-{}", operation.id), described(operation));
            if let Ok(Step::Send(pending)) = operations::start(&settings(), operation.id, operation.example) {
                self.value(&format!("api-request-{}", operation.id), request(part("api-request"), &pending.request));
                let signed = request(part("signed"), &pending.request);
                let headers = [("x-signature".to_owned(), "a".to_owned())];
                self.value(&format!("signed-{}", operation.id), signed.pairs(&headers).part("?key=a"));
                let send = request(part("send"), &pending.request).part("1").part(&pending.state);
                self.value(&format!("send-{}", operation.id), send.part(&pending.progress.text).part("1").part("2"));
            }
        }
    }

    fn value(&mut self, name: &str, value: Writer) {
        self.insert("guard", name, value.done());
    }
}

fn request(writer: Writer, request: &Request) -> Writer {
    let header = |header: &Header| (header.name.to_string(), header.value.expose().to_owned());
    let headers: Vec<_> = request.headers.iter().map(header).collect();
    let writer = writer.part(request.method).part(&request.url).pairs(&headers).part(&request.body);
    let writer = writer.flag(request.authorized).flag(request.repeatable);
    writer.part(request.timeout.to_string()).part(request.response_limit.to_string())
}

fn described(operation: &operations::Operation) -> Writer {
    let writer = Writer::default().part("operation").part(operation.id).part(operation.title);
    let writer = writer
        .part(operation.description)
        .part(operation.permission.unwrap_or_default())
        .part(operation.effect.as_str());
    let writer = writer.part(operation.input_schema()).part(operation.output_schema()).part(operation.documentation);
    writer.list(operation.download_domains())
}

fn definition() -> Writer {
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(left, right)| ((*left).to_owned(), (*right).to_owned())).collect()
    };
    let writer = Writer::default().part("definition").part(definition::ID).part(definition::NAME);
    let shown = &definition::DEFINITION;
    let writer = writer.part(shown.summary).part(shown.version).list(shown.categories);
    let writer = writer.part(shown.icon).pairs(&pairs(shown.links)).list(shown.domains);
    let writer = writer.part(shown.auth).list(shown.prerequisites).pairs(&pairs(&[("word", "text")]));
    let writer = writer.part("find").part("Find it").part("In *Nexthink*.");
    let writer = writer.part("nql").part("NQL API").part("extract data");
    let writer = writer.part("region").part("Region").part("Where it is.").part("choice").flag(true);
    let writer = writer.part("eu").part("us").part("^(us|eu)$").part("4").part("find");
    writer.pairs(&pairs(&[("us", "United States"), ("eu", "European Union")]))
}
