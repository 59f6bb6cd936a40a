//! The adapter between the library and the contract. It converts types and decides
//! nothing.

#![allow(unsafe_code, reason = "the generated exports; nothing here is written by hand")]

#[allow(missing_docs, clippy::pedantic, reason = "generated")]
mod bindings {
    wit_bindgen::generate!({ path: "wit", world: "client-credentials-connector" });
}

use bindings::exports::integration::provider::types as contract;
use bindings::exports::integration::provider::{
    access as access_contract, client_credentials, operations as operations_contract,
    permissions as permissions_contract, provider, token as token_contract,
};

use crate::access::{self, Call};
use crate::connection::{self, Connection};
use crate::definition;
use crate::entries::Entries;
use crate::failure::{Failure, Recovery};
use crate::http::{Header, Request, Response};
use crate::key::Key;
use crate::operations::step::{Compression, Download, Outcome, Pending, Step};
use crate::operations::{self, Operation};
use crate::permissions;
use crate::problem::Problem;
use crate::tenant;
use crate::token::{self, Token};

struct Nexthink;

bindings::export!(Nexthink with_types_in bindings);

impl provider::Guest for Nexthink {
    fn describe() -> provider::Definition {
        provider::Definition {
            id: definition::ID.to_owned(),
            name: definition::NAME.to_owned(),
            summary: definition::SUMMARY.to_owned(),
            version: definition::VERSION.to_owned(),
            categories: definition::CATEGORIES.map(str::to_owned).into(),
            icon: definition::ICON.to_owned(),
            links: definition::LINKS
                .map(|(relation, url)| provider::Link { relation: relation.to_owned(), url: url.to_owned() })
                .into(),
            domains: definition::DOMAINS.map(str::to_owned).into(),
            hosts: tenant::HOSTS.map(Into::into).into(),
            auth: definition::AUTH.to_owned(),
            fields: definition::FIELDS.iter().map(Into::into).collect(),
            permissions: definition::PERMISSIONS.iter().map(Into::into).collect(),
            prerequisites: definition::PREREQUISITES.map(str::to_owned).into(),
            guide: definition::GUIDE.iter().map(Into::into).collect(),
            extra: Vec::new(),
        }
    }

    fn resolve(entries: Vec<contract::Entry>) -> Result<provider::Connection, Vec<contract::Problem>> {
        connection::resolve(&Entries::new(entries)).map(Into::into).map_err(problems)
    }
}

impl client_credentials::Guest for Nexthink {
    fn token_request(entries: Vec<contract::Entry>) -> Result<token_contract::Exchange, Vec<contract::Problem>> {
        token::request(&Entries::new(entries))
            .map(|exchange| token_contract::Exchange { request: exchange.request.into(), notes: exchange.notes })
            .map_err(problems)
    }
}

impl token_contract::Guest for Nexthink {
    fn token_response(response: contract::Response) -> Result<token_contract::AccessToken, contract::Failure> {
        token::response(&response.into()).map(Into::into).map_err(Into::into)
    }
}

impl access_contract::Guest for Nexthink {
    fn authorize(credential: access_contract::Credential) -> Result<Vec<contract::Header>, contract::Failure> {
        let authorized = match credential {
            access_contract::Credential::AccessToken(token) => access::authorize(&token),
            access_contract::Credential::Entries(_) => Err(access::no_entries()),
        };
        authorized.map(headers).map_err(Into::into)
    }

    fn api_request(
        settings: Vec<contract::Entry>,
        method: String,
        path_and_query: String,
        headers: Vec<contract::Header>,
        body: Vec<u8>,
    ) -> Result<contract::Request, Vec<contract::Problem>> {
        let call = Call { method, path_and_query, headers, body };
        access::request(&Entries::new(settings), call).map(Into::into).map_err(problems)
    }

    fn api_response(response: contract::Response) -> Result<(), contract::Failure> {
        access::response(&response.into()).map_err(Into::into)
    }
}

impl permissions_contract::Guest for Nexthink {
    fn probes(settings: Vec<contract::Entry>) -> Vec<permissions_contract::Probe> {
        let probe = |probe: permissions::Probe| permissions_contract::Probe {
            permission: probe.permission.id.to_owned(),
            request: probe.request.map(Into::into),
        };
        permissions::probes(&Entries::new(settings)).into_iter().map(probe).collect()
    }

    fn read_probe(permission: String, response: contract::Response) -> permissions_contract::PermissionStatus {
        let status = permissions::read_probe(&permission, &response.into());
        permissions_contract::PermissionStatus { state: status.state.as_str().to_owned(), detail: status.detail }
    }
}

impl operations_contract::Guest for Nexthink {
    fn list_operations() -> Vec<operations_contract::Operation> {
        operations::CATALOGUE.into_iter().map(Into::into).collect()
    }

    fn start(
        settings: Vec<contract::Entry>,
        operation: String,
        input: String,
    ) -> Result<operations_contract::Step, Vec<contract::Problem>> {
        operations::start(&Entries::new(settings), &operation, &input).map(Into::into).map_err(problems)
    }

    fn resume(
        settings: Vec<contract::Entry>,
        operation: String,
        input: String,
        state: Vec<u8>,
        response: contract::Response,
    ) -> Result<operations_contract::Step, contract::Failure> {
        operations::resume(&Entries::new(settings), &operation, &input, &state, &response.into())
            .map(Into::into)
            .map_err(Into::into)
    }
}

fn headers(headers: Vec<Header>) -> Vec<contract::Header> {
    headers.into_iter().map(|header| (header.name.into_owned(), header.value.expose().to_owned())).collect()
}

fn problems(problems: Vec<Problem>) -> Vec<contract::Problem> {
    problems.into_iter().map(Into::into).collect()
}

impl From<tenant::HostTemplate> for provider::HostTemplate {
    fn from(host: tenant::HostTemplate) -> Self {
        Self {
            role: match host.role {
                tenant::HostRole::Token => provider::HostRole::Token,
                tenant::HostRole::Api => provider::HostRole::Api,
                tenant::HostRole::Web => provider::HostRole::Web,
            },
            platform: host.platform.map(str::to_owned),
            template: host.template.to_owned(),
        }
    }
}

impl From<&definition::Field> for provider::Field {
    fn from(field: &definition::Field) -> Self {
        Self {
            key: field.key.name().to_owned(),
            label: field.key.label().to_owned(),
            description: field.description.to_owned(),
            kind: field.kind.as_str().to_owned(),
            required: field.required,
            example: field.example.map(str::to_owned),
            default: None,
            pattern: Some(field.pattern.to_owned()),
            max_length: field.max_length,
            choices: field
                .kind
                .choices()
                .into_iter()
                .map(|choice| provider::Choice { value: choice.value.to_owned(), label: choice.label.to_owned() })
                .collect(),
            guide_step: Some(field.guide_step.to_owned()),
        }
    }
}

impl From<&definition::Permission> for provider::Permission {
    fn from(permission: &definition::Permission) -> Self {
        Self {
            id: permission.id.to_owned(),
            label: permission.label.to_owned(),
            purpose: permission.purpose.to_owned(),
        }
    }
}

impl From<&definition::GuideStep> for provider::GuideStep {
    fn from(step: &definition::GuideStep) -> Self {
        Self { id: step.id.to_owned(), title: step.title.to_owned(), text: step.text.to_owned() }
    }
}

impl From<Connection> for provider::Connection {
    fn from(connection: Connection) -> Self {
        Self {
            key: connection.key(),
            label: connection.tenant.label(),
            settings: connection.settings().into_iter().map(|(key, value)| (key.name().to_owned(), value)).collect(),
            base_url: connection.base_url(),
            notes: connection.notes,
        }
    }
}

impl From<Request> for contract::Request {
    fn from(request: Request) -> Self {
        Self {
            method: request.method.to_owned(),
            url: request.url,
            headers: headers(request.headers),
            body: request.body,
            authorized: request.authorized,
            repeatable: request.repeatable,
            timeout: request.timeout,
            response_limit: request.response_limit,
        }
    }
}

impl From<contract::Response> for Response {
    fn from(response: contract::Response) -> Self {
        Self {
            status: response.status,
            headers: response.headers,
            body: response.body,
            received_at: response.received_at,
        }
    }
}

impl From<Token> for token_contract::AccessToken {
    fn from(token: Token) -> Self {
        Self {
            refresh_after: token.refresh_after(),
            missing_scopes: token.missing_scopes(),
            value: token.value.expose().to_owned(),
            kind: token.kind,
            expires_in: token.expires_in,
            lifetime_assumed: token.lifetime_assumed,
            scopes: token.scopes,
        }
    }
}

impl From<Problem> for contract::Problem {
    fn from(problem: Problem) -> Self {
        Self {
            field: problem.field,
            code: problem.code.as_str().to_owned(),
            message: problem.message,
            hint: problem.hint,
        }
    }
}

impl From<Failure> for contract::Failure {
    fn from(failure: Failure) -> Self {
        let failure = failure.into_details();
        Self {
            code: failure.code.as_str().to_owned(),
            recovery: failure.code.recovery(failure.retry_after).into(),
            message: failure.message,
            hint: failure.hint,
            field: failure.field.map(Key::name).map(str::to_owned),
            provider_code: failure.provider_code,
            provider_message: failure.provider_message,
        }
    }
}

impl From<Recovery> for contract::Recovery {
    fn from(recovery: Recovery) -> Self {
        match recovery {
            Recovery::Reconfigure => Self::Reconfigure,
            Recovery::RenewToken => Self::RenewToken,
            Recovery::Retry(seconds) => Self::Retry(seconds),
            Recovery::RetryIfRepeatable(seconds) => Self::RetryIfRepeatable(seconds),
            Recovery::GiveUp => Self::GiveUp,
            Recovery::Alarm => Self::Alarm,
        }
    }
}

impl From<&Operation> for operations_contract::Operation {
    fn from(operation: &Operation) -> Self {
        Self {
            id: operation.id.to_owned(),
            title: operation.title.to_owned(),
            description: operation.description.to_owned(),
            permission: Some(operation.permission.to_owned()),
            effect: operation.effect.as_str().to_owned(),
            input_schema: operation.input_schema(),
            output_schema: operation.output_schema(),
            documentation: operation.documentation.to_owned(),
            download_domains: operation.download_domains().iter().map(|domain| (*domain).to_owned()).collect(),
        }
    }
}

impl From<Step> for operations_contract::Step {
    fn from(step: Step) -> Self {
        match step {
            Step::Send(pending) => Self::Send(pending.into()),
            Step::Download(download) => Self::Download(download.into()),
            Step::Done(outcome) => Self::Done(outcome.into()),
        }
    }
}

impl From<Pending> for operations_contract::Pending {
    fn from(pending: Pending) -> Self {
        let progress = operations_contract::Progress {
            text: pending.progress.text,
            done: pending.progress.done,
            total: pending.progress.total,
        };
        Self { request: pending.request.into(), wait: pending.wait, state: pending.state, progress }
    }
}

impl From<Download> for operations_contract::Download {
    fn from(download: Download) -> Self {
        Self {
            request: download.request.into(),
            state: download.state,
            media_type: download.media_type.to_owned(),
            compression: download.compression.into(),
            partial: download.partial,
            warnings: download.warnings,
        }
    }
}

impl From<Outcome> for operations_contract::Outcome {
    fn from(outcome: Outcome) -> Self {
        Self { output: outcome.output, partial: outcome.partial, warnings: outcome.warnings }
    }
}

impl From<Compression> for operations_contract::Compression {
    fn from(compression: Compression) -> Self {
        match compression {
            Compression::None => Self::None,
            Compression::Gzip => Self::Gzip,
            Compression::Zstd => Self::Zstd,
        }
    }
}
