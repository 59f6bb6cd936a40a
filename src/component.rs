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

use connector_kit::each;

use crate::access::{self, Call};
use crate::connection::{self, Connection};
use crate::definition;
use crate::entries::Entries;
use crate::operations;
use crate::permissions;
use crate::token::{self, Token};

connector_kit::conversions!(bindings, operations);

struct Nexthink;

bindings::export!(Nexthink with_types_in bindings);

impl provider::Guest for Nexthink {
    fn describe() -> provider::Definition {
        (&definition::DEFINITION).into()
    }

    fn resolve(entries: Vec<contract::Entry>) -> Result<provider::Connection, Vec<contract::Problem>> {
        connection::resolve(&Entries::new(entries)).map(Into::into).map_err(each)
    }
}

impl client_credentials::Guest for Nexthink {
    fn token_request(
        entries: Vec<contract::Entry>,
        _: contract::Context,
    ) -> Result<token_contract::Exchange, Vec<contract::Problem>> {
        token::request(&Entries::new(entries))
            .map(|exchange| token_contract::Exchange { request: exchange.request.into(), notes: exchange.notes })
            .map_err(each)
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
        authorized.map(each).map_err(Into::into)
    }

    fn api_request(
        settings: Vec<contract::Entry>,
        method: String,
        path_and_query: String,
        headers: Vec<contract::Header>,
        body: Vec<u8>,
    ) -> Result<contract::Request, Vec<contract::Problem>> {
        let call = Call { method, path_and_query, headers, body };
        access::request(&Entries::new(settings), call).map(Into::into).map_err(each)
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
        operations::start(&Entries::new(settings), &operation, &input).map(Into::into).map_err(each)
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
            refresh_token: None,
        }
    }
}
