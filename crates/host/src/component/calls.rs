//! The functions of the contract, over Wasmtime.

use connector_core::raw::{Connection, Entry, Exchange, Header, Operation, Probe, Request, Step, Unchecked};
use connector_core::records::{self, Context, Definition, Failure, PermissionStatus, Problem, Response, Token};
use connector_core::{
    ApiCall, CallError, CallErrorKind, Credential, Ended, Function, Functions, Interface, Leave, Redirect,
};

use super::convert::{self, failure, pairs, problems, request};
use super::loaded::Component;

impl Component {
    fn offered<T>(interface: Option<&T>, function: Function) -> Result<&T, CallError> {
        interface.ok_or(CallError { function, kind: CallErrorKind::NotOffered })
    }
}

/// Returns the length of entries or headers, in bytes.
fn length(pairs: &[(String, String)]) -> usize {
    pairs.iter().map(|(name, value)| name.len() + value.len()).sum()
}

/// Returns the length of a credential, and its entries to borrow from.
fn parts(credential: Credential<'_>) -> (usize, Vec<(&str, &str)>) {
    match credential {
        Credential::AccessToken(token) => (token.len(), Vec::new()),
        Credential::Entries(entries) => (length(entries), pairs(entries)),
    }
}

/// Converts the error of the contract that a component returned.
fn returned<E, F>(convert: impl FnOnce(E) -> F) -> impl FnOnce(E) -> Ended<F> {
    |error| Ended::Returned(convert(error))
}

impl Functions for Component {
    fn exports(&self, interface: Interface) -> bool {
        match interface {
            Interface::Provider => true,
            Interface::Token => self.token.is_some(),
            Interface::ClientCredentials => self.client_credentials.is_some(),
            Interface::AuthorizationCode => self.authorization_code.is_some(),
            Interface::Refresh => self.refresh.is_some(),
            Interface::Access => self.access.is_some(),
            Interface::Signature => self.signature.is_some(),
            Interface::Permissions => self.permissions.is_some(),
            Interface::Operations => self.operations.is_some(),
        }
    }

    fn input_limit(&self) -> usize {
        self.limits.input_bytes
    }

    fn describe(&self) -> Result<Unchecked<Definition>, CallError> {
        let described = self.call(Function::Describe, 0, |store, instance| {
            self.provider.load(&mut *store, instance)?.call_describe(store)
        })?;
        Ok(Unchecked::new(convert::definition(described)))
    }

    fn resolve(&self, entries: &[Entry]) -> Result<Connection, Ended<Vec<Problem>>> {
        let (read, entries) = (length(entries), pairs(entries));
        let resolved = self.call(Function::Resolve, read, |store, instance| {
            self.provider.load(&mut *store, instance)?.call_resolve(store, &entries)
        })?;
        resolved.map(convert::connection).map_err(returned(problems))
    }

    fn token_request(&self, entries: &[Entry], context: &Context) -> Result<Exchange, Ended<Vec<Problem>>> {
        let grant = Self::offered(self.client_credentials.as_ref(), Function::TokenRequest)?;
        let (read, entries) = (length(entries), pairs(entries));
        let built = self.call(Function::TokenRequest, read, |store, instance| {
            grant.load(&mut *store, instance)?.call_token_request(store, &entries, convert::context(context))
        })?;
        built.map(convert::exchange).map_err(returned(problems))
    }

    fn authorization_url(&self, entries: &[Entry], leave: &Leave<'_>) -> Result<String, Ended<Vec<Problem>>> {
        let grant = Self::offered(self.authorization_code.as_ref(), Function::AuthorizationUrl)?;
        let Leave { redirect_uri, state, code_challenge } = *leave;
        let (read, entries) = (length(entries), pairs(entries));
        let built = self.call(Function::AuthorizationUrl, read, |store, instance| {
            let grant = grant.load(&mut *store, instance)?;
            grant.call_authorization_url(store, &entries, redirect_uri, state, code_challenge)
        })?;
        built.map_err(returned(problems))
    }

    fn code_request(
        &self,
        entries: &[Entry],
        redirect: &Redirect<'_>,
        context: &Context,
    ) -> Result<Exchange, Ended<Vec<Problem>>> {
        let grant = Self::offered(self.authorization_code.as_ref(), Function::CodeRequest)?;
        let Redirect { redirect_uri, code, code_verifier } = *redirect;
        let (read, entries) = (length(entries) + code.len(), pairs(entries));
        let built = self.call(Function::CodeRequest, read, |store, instance| {
            let grant = grant.load(&mut *store, instance)?;
            grant.call_code_request(store, &entries, redirect_uri, code, code_verifier, convert::context(context))
        })?;
        built.map(convert::exchange).map_err(returned(problems))
    }

    fn refresh_request(
        &self,
        entries: &[Entry],
        refresh_token: &str,
        context: &Context,
    ) -> Result<Exchange, Ended<Vec<Problem>>> {
        let grant = Self::offered(self.refresh.as_ref(), Function::RefreshRequest)?;
        let (read, entries) = (length(entries) + refresh_token.len(), pairs(entries));
        let built = self.call(Function::RefreshRequest, read, |store, instance| {
            let grant = grant.load(&mut *store, instance)?;
            grant.call_refresh_request(store, &entries, refresh_token, convert::context(context))
        })?;
        built.map(convert::exchange).map_err(returned(problems))
    }

    fn token_response(&self, response: &Response) -> Result<Unchecked<Token>, Ended<Box<Failure>>> {
        let token = Self::offered(self.token.as_ref(), Function::TokenResponse)?;
        let headers = pairs(&response.headers);
        let read = self.call(Function::TokenResponse, response.body.len(), |store, instance| {
            token.load(&mut *store, instance)?.call_token_response(store, convert::response(response, &headers))
        })?;
        read.map(|raw| Unchecked::new(convert::token(raw))).map_err(returned(failure))
    }

    fn authorize(&self, credential: Credential<'_>) -> Result<Vec<Header>, Ended<Box<Failure>>> {
        let access = Self::offered(self.access.as_ref(), Function::Authorize)?;
        let (read, entries) = parts(credential);
        let authorized = self.call(Function::Authorize, read, |store, instance| {
            access.load(&mut *store, instance)?.call_authorize(store, convert::credential(credential, &entries))
        })?;
        authorized.map_err(returned(failure))
    }

    fn sign(
        &self,
        credential: Credential<'_>,
        unsigned: &records::Request,
        context: &Context,
    ) -> Result<Request, Ended<Box<Failure>>> {
        let signature = Self::offered(self.signature.as_ref(), Function::Sign)?;
        let (read, entries) = parts(credential);
        let headers = convert::headers(unsigned);
        let signed = self.call(Function::Sign, read + unsigned.body.len(), |store, instance| {
            let credential = convert::credential(credential, &entries);
            let unsigned = convert::sent(unsigned, &headers);
            signature.load(&mut *store, instance)?.call_sign(store, credential, unsigned, convert::context(context))
        })?;
        signed.map(request).map_err(returned(failure))
    }

    fn api_request(&self, settings: &[Entry], call: &ApiCall) -> Result<Request, Ended<Vec<Problem>>> {
        let access = Self::offered(self.access.as_ref(), Function::ApiRequest)?;
        let ApiCall { method, path_and_query, headers, body } = call;
        let (settings, headers) = (pairs(settings), pairs(headers));
        let built = self.call(Function::ApiRequest, call.body.len(), |store, instance| {
            let access = access.load(&mut *store, instance)?;
            access.call_api_request(store, &settings, method, path_and_query, &headers, body)
        })?;
        built.map(request).map_err(returned(problems))
    }

    fn api_response(&self, response: &Response) -> Result<(), Ended<Box<Failure>>> {
        let access = Self::offered(self.access.as_ref(), Function::ApiResponse)?;
        let headers = pairs(&response.headers);
        let read = self.call(Function::ApiResponse, response.body.len(), |store, instance| {
            access.load(&mut *store, instance)?.call_api_response(store, convert::response(response, &headers))
        })?;
        read.map_err(returned(failure))
    }

    fn probes(&self, settings: &[Entry]) -> Result<Vec<Probe>, CallError> {
        let permissions = Self::offered(self.permissions.as_ref(), Function::Probes)?;
        let settings = pairs(settings);
        let probes = self.call(Function::Probes, 0, |store, instance| {
            permissions.load(&mut *store, instance)?.call_probes(store, &settings)
        })?;
        Ok(probes.into_iter().map(convert::probe).collect())
    }

    fn probe_status(&self, permission: &str, response: &Response) -> Result<Unchecked<PermissionStatus>, CallError> {
        let permissions = Self::offered(self.permissions.as_ref(), Function::ReadProbe)?;
        let headers = pairs(&response.headers);
        let read = self.call(Function::ReadProbe, response.body.len(), |store, instance| {
            permissions.load(&mut *store, instance)?.call_read_probe(
                store,
                permission,
                convert::response(response, &headers),
            )
        })?;
        Ok(Unchecked::new(convert::permission_status(read)))
    }

    fn operations(&self) -> Result<Vec<Operation>, CallError> {
        let operations = Self::offered(self.operations.as_ref(), Function::ListOperations)?;
        let listed = self.call(Function::ListOperations, 0, |store, instance| {
            operations.load(&mut *store, instance)?.call_list_operations(store)
        })?;
        Ok(listed.into_iter().map(convert::operation).collect())
    }

    fn start(&self, settings: &[Entry], operation: &str, input: &str) -> Result<Step, Ended<Vec<Problem>>> {
        let operations = Self::offered(self.operations.as_ref(), Function::Start)?;
        let settings = pairs(settings);
        let started = self.call(Function::Start, input.len(), |store, instance| {
            operations.load(&mut *store, instance)?.call_start(store, &settings, operation, input)
        })?;
        started.map(convert::step).map_err(returned(problems))
    }

    fn resume(
        &self,
        settings: &[Entry],
        operation: &str,
        input: &str,
        state: &[u8],
        response: &Response,
    ) -> Result<Step, Ended<Box<Failure>>> {
        let operations = Self::offered(self.operations.as_ref(), Function::Resume)?;
        let read = input.len() + state.len() + response.body.len();
        let (settings, headers) = (pairs(settings), pairs(&response.headers));
        let resumed = self.call(Function::Resume, read, |store, instance| {
            let operations = operations.load(&mut *store, instance)?;
            operations.call_resume(store, &settings, operation, input, state, convert::response(response, &headers))
        })?;
        resumed.map(convert::step).map_err(returned(failure))
    }
}
