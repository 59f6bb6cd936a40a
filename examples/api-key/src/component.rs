//! The adapter between the library and the contract. It converts types and decides
//! nothing.

#![allow(unsafe_code, reason = "the generated exports; nothing here is written by hand")]

#[allow(missing_docs, clippy::pedantic, reason = "generated")]
mod bindings {
    wit_bindgen::generate!({ path: "../../wit", world: "key-connector" });
}

use bindings::exports::integration::provider::{
    access as access_contract, operations as operations_contract, provider, types as contract,
};
use connector_kit::api::Call;
use connector_kit::entries::Entries;
use connector_kit::{each, exchange};

use crate::access;
use crate::definition::{DEFINITION, NAME};
use crate::operations::CATALOGUE;

connector_kit::conversions!(bindings, operations);

struct Datadog;

bindings::export!(Datadog with_types_in bindings);

impl provider::Guest for Datadog {
    fn describe() -> provider::Definition {
        (&DEFINITION).into()
    }

    fn resolve(entries: Vec<contract::Entry>) -> Result<provider::Connection, Vec<contract::Problem>> {
        access::resolve(&Entries::new(entries)).map(Into::into).map_err(each)
    }
}

impl access_contract::Guest for Datadog {
    fn authorize(credential: access_contract::Credential) -> Result<Vec<contract::Header>, contract::Failure> {
        let authorized = match credential {
            access_contract::Credential::Entries(entries) => access::authorize(&Entries::new(entries)),
            access_contract::Credential::AccessToken(_) => Err(access::no_token()),
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

impl operations_contract::Guest for Datadog {
    fn list_operations() -> Vec<operations_contract::Operation> {
        CATALOGUE.into_iter().map(Into::into).collect()
    }

    fn start(
        settings: Vec<contract::Entry>,
        operation: String,
        input: String,
    ) -> Result<operations_contract::Step, Vec<contract::Problem>> {
        let base_url = |settings: &Entries| access::resolve(settings).map(|connection| connection.base_url);
        exchange::start(&CATALOGUE, NAME, base_url, &Entries::new(settings), &operation, &input)
            .map(Into::into)
            .map_err(each)
    }

    fn resume(
        _: Vec<contract::Entry>,
        operation: String,
        input: String,
        state: Vec<u8>,
        response: contract::Response,
    ) -> Result<operations_contract::Step, contract::Failure> {
        exchange::resume(&CATALOGUE, &operation, &input, &state, &response.into()).map(Into::into).map_err(Into::into)
    }
}
