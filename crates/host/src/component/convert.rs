//! Between the types of the bindings and those of the core. Everything moves, nothing is
//! judged: the guard does that.

use connector_core::records::{
    Choice, Compression, Context, Definition, Failure, Field, GuideStep, HostRole, HostTemplate, Link, Permission,
    PermissionStatus, Problem, Progress, Recovery, Request, Response, Token,
};
use connector_core::{Credential, Secret, raw};

use super::bindings::exports::integration::provider::{access, operations, permissions, provider, token, types};

/// Borrows pairs of texts.
pub(super) fn pairs(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs.iter().map(|(key, text)| (key.as_str(), text.as_str())).collect()
}

/// Borrows a response.
pub(super) fn response<'a>(response: &'a Response, headers: &'a [(&'a str, &'a str)]) -> types::Response<'a> {
    types::Response { status: response.status, headers, body: &response.body, received_at: response.received_at }
}

/// Borrows a credential: the token in it, or entries that were borrowed before.
pub(super) fn credential<'a>(given: Credential<'a>, entries: &'a [(&'a str, &'a str)]) -> access::Credential<'a> {
    match given {
        Credential::AccessToken(token) => access::Credential::AccessToken(token),
        Credential::Entries(_) => access::Credential::Entries(entries),
    }
}

/// Borrows a context.
pub(super) fn context(context: &Context) -> types::Context<'_> {
    types::Context { now: context.now, nonce: &context.nonce }
}

/// Borrows the headers of a request.
pub(super) fn headers(request: &Request) -> Vec<(&str, &str)> {
    request.headers.iter().map(|(name, value)| (name.as_str(), value.expose())).collect()
}

/// Borrows a request.
pub(super) fn sent<'a>(request: &'a Request, headers: &'a [(&'a str, &'a str)]) -> types::RequestParam<'a> {
    types::RequestParam {
        method: &request.method,
        url: request.url.as_str(),
        headers,
        body: &request.body,
        authorized: request.authorized,
        repeatable: request.repeatable,
        timeout: request.timeout,
        response_limit: request.response_limit,
    }
}

pub(super) fn definition(raw: provider::Definition) -> Definition {
    let link = |raw: provider::Link| Link { relation: raw.relation, url: raw.url };
    let permission = |raw: provider::Permission| Permission { id: raw.id, label: raw.label, purpose: raw.purpose };
    let step = |raw: provider::GuideStep| GuideStep { id: raw.id, title: raw.title, text: raw.text };
    Definition {
        id: raw.id,
        name: raw.name,
        summary: raw.summary,
        version: raw.version,
        categories: raw.categories,
        icon: raw.icon,
        links: raw.links.into_iter().map(link).collect(),
        domains: raw.domains,
        hosts: raw.hosts.into_iter().map(host_template).collect(),
        auth: raw.auth,
        fields: raw.fields.into_iter().map(field).collect(),
        permissions: raw.permissions.into_iter().map(permission).collect(),
        prerequisites: raw.prerequisites,
        guide: raw.guide.into_iter().map(step).collect(),
        extra: raw.extra,
    }
}

fn host_template(raw: provider::HostTemplate) -> HostTemplate {
    let role = match raw.role {
        provider::HostRole::Token => HostRole::Token,
        provider::HostRole::Api => HostRole::Api,
        provider::HostRole::Authorization => HostRole::Authorization,
        provider::HostRole::Web => HostRole::Web,
    };
    HostTemplate { role, platform: raw.platform, template: raw.template }
}

fn field(raw: provider::Field) -> Field {
    let choice = |raw: provider::Choice| Choice { value: raw.value, label: raw.label };
    Field {
        key: raw.key,
        label: raw.label,
        description: raw.description,
        kind: raw.kind,
        required: raw.required,
        example: raw.example,
        default: raw.default,
        pattern: raw.pattern,
        max_length: raw.max_length,
        choices: raw.choices.into_iter().map(choice).collect(),
        guide_step: raw.guide_step,
    }
}

pub(super) fn connection(raw: provider::Connection) -> raw::Connection {
    raw::Connection { key: raw.key, label: raw.label, settings: raw.settings, base_url: raw.base_url, notes: raw.notes }
}

pub(super) fn problems(raw: Vec<types::Problem>) -> Vec<Problem> {
    let problem =
        |raw: types::Problem| Problem { field: raw.field, code: raw.code, message: raw.message, hint: raw.hint };
    raw.into_iter().map(problem).collect()
}

pub(super) fn failure(raw: types::Failure) -> Box<Failure> {
    Box::new(Failure {
        code: raw.code,
        recovery: recovery(raw.recovery),
        message: raw.message,
        hint: raw.hint,
        field: raw.field,
        provider_code: raw.provider_code,
        provider_message: raw.provider_message,
    })
}

fn recovery(raw: types::Recovery) -> Recovery {
    match raw {
        types::Recovery::Reconfigure => Recovery::Reconfigure,
        types::Recovery::RenewToken => Recovery::RenewToken,
        types::Recovery::Retry(seconds) => Recovery::Retry(seconds),
        types::Recovery::RetryIfRepeatable(seconds) => Recovery::RetryIfRepeatable(seconds),
        types::Recovery::GiveUp => Recovery::GiveUp,
        types::Recovery::Alarm => Recovery::Alarm,
    }
}

pub(super) fn exchange(raw: token::Exchange) -> raw::Exchange {
    raw::Exchange { request: request(raw.request), notes: raw.notes }
}

pub(super) fn request(raw: types::RequestResult) -> raw::Request {
    raw::Request {
        method: raw.method,
        url: raw.url,
        headers: raw.headers,
        body: raw.body,
        authorized: raw.authorized,
        repeatable: raw.repeatable,
        timeout: raw.timeout,
        response_limit: raw.response_limit,
    }
}

pub(super) fn token(raw: token::AccessToken) -> Token {
    Token {
        value: Secret::new(raw.value),
        kind: raw.kind,
        expires_in: raw.expires_in,
        refresh_after: raw.refresh_after,
        lifetime_assumed: raw.lifetime_assumed,
        scopes: raw.scopes,
        missing_scopes: raw.missing_scopes,
        refresh_token: raw.refresh_token.map(Secret::new),
    }
}

pub(super) fn probe(raw: permissions::Probe) -> raw::Probe {
    raw::Probe { permission: raw.permission, request: raw.request.map(request) }
}

pub(super) fn permission_status(raw: permissions::PermissionStatus) -> PermissionStatus {
    PermissionStatus { state: raw.state, detail: raw.detail }
}

pub(super) fn operation(raw: operations::Operation) -> raw::Operation {
    raw::Operation {
        id: raw.id,
        title: raw.title,
        description: raw.description,
        permission: raw.permission,
        effect: raw.effect,
        input_schema: raw.input_schema,
        output_schema: raw.output_schema,
        documentation: raw.documentation,
        download_domains: raw.download_domains,
    }
}

pub(super) fn step(raw: operations::Step) -> raw::Step {
    match raw {
        operations::Step::Send(raw) => raw::Step::Send(raw::Pending {
            request: request(raw.request),
            wait: raw.wait,
            state: raw.state,
            progress: Progress { text: raw.progress.text, done: raw.progress.done, total: raw.progress.total },
        }),
        operations::Step::Download(raw) => raw::Step::Download(raw::Download {
            request: request(raw.request),
            state: raw.state,
            media_type: raw.media_type,
            compression: compression(raw.compression),
            partial: raw.partial,
            warnings: raw.warnings,
        }),
        operations::Step::Done(raw) => {
            raw::Step::Done(raw::Outcome { output: raw.output, partial: raw.partial, warnings: raw.warnings })
        }
    }
}

fn compression(raw: operations::Compression) -> Compression {
    match raw {
        operations::Compression::None => Compression::None,
        operations::Compression::Gzip => Compression::Gzip,
        operations::Compression::Zstd => Compression::Zstd,
    }
}
