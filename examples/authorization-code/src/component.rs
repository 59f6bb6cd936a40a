//! The adapter between the library and the contract. It converts types and decides nothing.

#![allow(unsafe_code, reason = "the generated exports; nothing here is written by hand")]

#[allow(missing_docs, clippy::pedantic, reason = "generated")]
mod bindings {
    wit_bindgen::generate!({ path: "../../wit", world: "authorization-code-connector" });
}

use bindings::exports::integration::provider::types::{Context, Entry, Failure, Header, Problem, Request, Response};
use bindings::exports::integration::provider::{access, authorization_code, operations, provider, refresh, token};
use connector_kit::api::Call;
use connector_kit::each;
use connector_kit::entries::Entries;

use crate::catalogue::CATALOGUE;
use crate::definition::DEFINITION;
use crate::sign_in::Grant;

connector_kit::conversions!(bindings, operations);

struct Zendesk;

bindings::export!(Zendesk with_types_in bindings);

impl provider::Guest for Zendesk {
    fn describe() -> provider::Definition {
        (&DEFINITION).into()
    }

    fn resolve(entries: Vec<Entry>) -> Result<provider::Connection, Vec<Problem>> {
        crate::connection::resolve(&Entries::new(entries)).map(Into::into).map_err(each)
    }
}

impl authorization_code::Guest for Zendesk {
    fn authorization_url(
        entries: Vec<Entry>,
        redirect_uri: String,
        state: String,
        code_challenge: String,
    ) -> Result<String, Vec<Problem>> {
        crate::sign_in::authorization_url(&Entries::new(entries), &redirect_uri, &state, &code_challenge).map_err(each)
    }

    fn code_request(
        entries: Vec<Entry>,
        redirect_uri: String,
        code: String,
        code_verifier: String,
        _: Context,
    ) -> Result<token::Exchange, Vec<Problem>> {
        let (code, redirect_uri, code_verifier) = (&*code, &*redirect_uri, &*code_verifier);
        exchange(entries, Grant::AuthorizationCode { code, redirect_uri, code_verifier })
    }
}

impl refresh::Guest for Zendesk {
    fn refresh_request(
        entries: Vec<Entry>,
        refresh_token: String,
        _: Context,
    ) -> Result<token::Exchange, Vec<Problem>> {
        exchange(entries, Grant::RefreshToken { refresh_token: &refresh_token })
    }
}

fn exchange(entries: Vec<Entry>, grant: Grant<'_>) -> Result<token::Exchange, Vec<Problem>> {
    let (request, notes) = crate::sign_in::exchange(&Entries::new(entries), grant).map_err(each)?;
    Ok(token::Exchange { request: request.into(), notes })
}

impl token::Guest for Zendesk {
    fn token_response(response: Response) -> Result<token::AccessToken, Failure> {
        let token = crate::sign_in::token_response(&response.into())?;
        Ok(token::AccessToken {
            refresh_after: token.refresh_after(),
            missing_scopes: token.missing_scopes(),
            value: token.value.expose().to_owned(),
            kind: token.kind,
            expires_in: token.expires_in,
            lifetime_assumed: token.lifetime_assumed,
            scopes: token.scopes,
            refresh_token: token.refresh_token.map(|token| token.expose().to_owned()),
        })
    }
}

impl access::Guest for Zendesk {
    fn authorize(credential: access::Credential) -> Result<Vec<Header>, Failure> {
        match credential {
            access::Credential::AccessToken(token) => Ok(vec![crate::access::authorize(&token)?.into()]),
            access::Credential::Entries(_) => Ok(vec![crate::access::authorize("")?.into()]),
        }
    }

    fn api_request(
        settings: Vec<Entry>,
        method: String,
        path_and_query: String,
        headers: Vec<Header>,
        body: Vec<u8>,
    ) -> Result<Request, Vec<Problem>> {
        let call = Call { method, path_and_query, headers, body };
        crate::access::request(&Entries::new(settings), call).map(Into::into).map_err(each)
    }

    fn api_response(response: Response) -> Result<(), Failure> {
        crate::access::response(&response.into()).map_err(Into::into)
    }
}

impl operations::Guest for Zendesk {
    fn list_operations() -> Vec<operations::Operation> {
        CATALOGUE.iter().map(Into::into).collect()
    }

    fn start(settings: Vec<Entry>, operation: String, input: String) -> Result<operations::Step, Vec<Problem>> {
        crate::operations::start(&Entries::new(settings), &operation, &input).map(Into::into).map_err(each)
    }

    fn resume(
        settings: Vec<Entry>,
        operation: String,
        input: String,
        state: Vec<u8>,
        response: Response,
    ) -> Result<operations::Step, Failure> {
        let settings = Entries::new(settings);
        let step = crate::operations::resume(&settings, &operation, &input, &state, &response.into());
        step.map(Into::into).map_err(Into::into)
    }
}
