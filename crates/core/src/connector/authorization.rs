//! Tokens, and what authorizes a request.

use url::Url;

use super::opened::Prepared;
use super::{Connector, Opened};
use crate::entries::{Entries, trim};
use crate::error::Error;
use crate::functions::{Credential, Ended, Function, Functions, Interface, Leave, Redirect};
use crate::granted::GrantedToken;
use crate::guard::{self, BadOutput};
use crate::raw;
use crate::records::{Connection, Context, Exchange, Failure, Problem, Recovery, Request, Response, Token};
use crate::redact::Redactor;
use crate::secret::Secret;

/// What a person would be sent away with, to try the entries.
const REHEARSED: Leave<'static> = Leave {
    redirect_uri: "http://127.0.0.1/",
    state: "rehearsal",
    code_challenge: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
};

impl<C: Functions> Connector<C> {
    /// Tries entries that `resolve` accepts: only what a token is got with, or requests are
    /// authorized with, needs every field.
    pub(super) fn prepare(
        &self,
        entries: &Entries,
        connection: &Connection,
        redactor: &Redactor,
    ) -> Result<Prepared, Error> {
        if self.offers(Interface::ClientCredentials) {
            let built = self.component.token_request(entries.pairs(), &Context::REHEARSAL);
            let exchange = self.built(Function::TokenRequest, built, entries, connection, redactor)?;
            return Ok(Prepared::Exchange(exchange));
        }
        if self.offers(Interface::AuthorizationCode) {
            self.authorization_url(entries, connection, redactor, &REHEARSED)?;
            return Ok(Prepared::Nothing);
        }
        let missing = self.missing_secrets(entries);
        if !missing.is_empty() {
            return Err(Error::Refused(missing));
        }
        if !self.offers(Interface::Access) {
            return Ok(Prepared::Nothing);
        }
        let authorized = self.component.authorize(Credential::Entries(entries.pairs()));
        match self.token_headers(authorized, redactor) {
            Err(Error::Failed(failure)) if failure.recovery == Recovery::Reconfigure => {
                Err(Error::Refused(vec![problem(*failure)]))
            }
            headers => headers.map(Prepared::Headers),
        }
    }

    /// Returns the problems of entries that `resolve` refuses: those of the whole form, which
    /// that one did not see.
    pub(super) fn refused(&self, entries: &Entries, redactor: &Redactor, problems: Vec<Problem>) -> Error {
        let (function, tried) = if self.offers(Interface::ClientCredentials) {
            let built = self.component.token_request(entries.pairs(), &Context::REHEARSAL);
            (Function::TokenRequest, built.map(drop))
        } else if self.offers(Interface::AuthorizationCode) {
            (Function::AuthorizationUrl, self.component.authorization_url(entries.pairs(), &REHEARSED).map(drop))
        } else {
            return Error::Refused([problems, self.missing_secrets(entries)].concat());
        };
        match tried {
            Ok(()) => BadOutput::new(function, "", "accepts entries that `resolve` refuses").into(),
            Err(ended) => self.refusal(function, ended, entries, redactor),
        }
    }

    /// Builds the URL that a person signs in at.
    pub(crate) fn authorization_url(
        &self,
        entries: &Entries,
        connection: &Connection,
        redactor: &Redactor,
        leave: &Leave<'_>,
    ) -> Result<Url, Error> {
        let built = self.component.authorization_url(entries.pairs(), leave);
        let url = built.map_err(|ended| self.refusal(Function::AuthorizationUrl, ended, entries, redactor))?;
        Ok(guard::authorization_url(&url, leave, connection, redactor)?)
    }

    /// Builds the request that exchanges a code. `redactor` knows what of it is secret.
    pub(crate) fn code_request(
        &self,
        opened: &Opened,
        redirect: &Redirect<'_>,
        redactor: &Redactor,
        context: &Context,
    ) -> Result<Exchange, Error> {
        let Opened { entries, connection, .. } = opened;
        let built = self.component.code_request(entries.pairs(), redirect, context);
        self.built(Function::CodeRequest, built, entries, connection, redactor)
    }

    /// Returns a problem for each required secret that is missing: nothing but `authorize` gets
    /// them, and that one reads a whole form.
    fn missing_secrets(&self, entries: &Entries) -> Vec<Problem> {
        let required = self.definition.fields.iter().filter(|field| field.required && field.is_secret());
        let missing = required.filter(|field| entries.text(&field.key).is_none_or(|text| trim(text).is_empty()));
        missing
            .map(|field| Problem {
                field: Some(field.key.clone()),
                code: "required".to_owned(),
                message: format!("{} is missing.", field.label),
                hint: None,
            })
            .collect()
    }

    /// Checks a request for a token.
    fn built(
        &self,
        function: Function,
        built: Result<raw::Exchange, Ended<Vec<Problem>>>,
        entries: &Entries,
        connection: &Connection,
        redactor: &Redactor,
    ) -> Result<Exchange, Error> {
        let exchange = built.map_err(|ended| self.refusal(function, ended, entries, redactor))?;
        Ok(guard::exchange(function, exchange, connection, redactor)?)
    }

    /// Builds the request for the next token: with the refresh token of the previous one, or
    /// with the entries.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] where a person has to sign in first; [`Error::Refused`] where entries
    /// that were accepted no longer are.
    pub fn exchange(
        &self,
        opened: &Opened,
        previous: Option<&GrantedToken>,
        context: &Context,
    ) -> Result<Exchange, Error> {
        let Opened { entries, connection, .. } = opened;
        let redactor = opened.redactor_with(previous);
        let refresh_token = previous.and_then(|granted| granted.token().refresh_token.as_ref());
        match refresh_token.filter(|_| self.offers(Interface::Refresh)) {
            Some(token) => {
                let built = self.component.refresh_request(entries.pairs(), token.expose(), context);
                self.built(Function::RefreshRequest, built, entries, connection, redactor)
            }
            None if self.offers(Interface::ClientCredentials) => {
                let built = self.component.token_request(entries.pairs(), context);
                self.built(Function::TokenRequest, built, entries, connection, redactor)
            }
            None => Err(signed_out(previous.is_some()).into()),
        }
    }

    /// Reads the token from the response to the token request. Secrets that the provider
    /// repeats in its own text are hidden.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] where the response has none.
    pub fn token_response(&self, opened: &Opened, response: &Response) -> Result<Token, Error> {
        self.renewed_token(opened, None, response)
    }

    /// Does the same where there was a token before, which the provider may repeat too. Its
    /// refresh token stays good where the response has no other (RFC 6749 §6).
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] where the response has none.
    pub fn renewed_token(
        &self,
        opened: &Opened,
        previous: Option<&GrantedToken>,
        response: &Response,
    ) -> Result<Token, Error> {
        let mut token = self.received_token(opened.redactor_with(previous), response)?;
        if token.refresh_token.is_none() {
            token.refresh_token = previous.and_then(|granted| granted.token().refresh_token.clone());
        }
        Ok(token)
    }

    pub(crate) fn received_token(&self, redactor: &Redactor, response: &Response) -> Result<Token, Error> {
        let read = self.component.token_response(response);
        let token = read.map_err(|ended| self.failure(Function::TokenResponse, ended, redactor))?;
        Ok(guard::token(token.0, redactor)?)
    }

    /// Returns the headers that authorize a request.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] where the token cannot be presented.
    pub fn authorize(&self, token: &Token) -> Result<Vec<(String, Secret)>, Error> {
        let authorized = self.component.authorize(Credential::AccessToken(token.value.expose()));
        self.token_headers(authorized, &Redactor::default().and(&token.value))
    }

    fn token_headers(
        &self,
        authorized: Result<Vec<raw::Header>, Ended<Box<Failure>>>,
        redactor: &Redactor,
    ) -> Result<Vec<(String, Secret)>, Error> {
        let headers = authorized.map_err(|ended| self.failure(Function::Authorize, ended, redactor))?;
        Ok(guard::token_headers(headers, self.offers(Interface::Signature))?)
    }

    /// Adds the headers of the token, or of the entries where nothing is exchanged, to a request
    /// that asks for authorization. A connector that exports `signature` [signs](Self::signed) it
    /// afterwards.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] where the token cannot be presented.
    pub fn authorized(
        &self,
        opened: &Opened,
        token: Option<&GrantedToken>,
        request: Request,
    ) -> Result<Request, Error> {
        if !request.authorized {
            return Ok(request);
        }
        let headers = match token {
            Some(granted) => granted.headers(|token| self.authorize(token))?,
            None => opened.headers(),
        };
        Ok(request.with_headers(headers))
    }

    /// Has a request signed that is authorized and about to be sent.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] where the credential cannot sign.
    pub fn signed(
        &self,
        opened: &Opened,
        token: Option<&GrantedToken>,
        request: &Request,
        context: &Context,
    ) -> Result<Request, Error> {
        let credential = match token {
            Some(granted) => Credential::AccessToken(granted.token().value.expose()),
            None => Credential::Entries(opened.entries.pairs()),
        };
        let signed = self.component.sign(credential, request, context);
        let signed = signed.map_err(|ended| self.failure(Function::Sign, ended, opened.redactor_with(token)))?;
        Ok(guard::signed(signed, request, &opened.connection)?)
    }
}

/// Returns the problem of a field that `authorize` cannot present.
fn problem(failure: Failure) -> Problem {
    let Failure { field, code, message, hint, .. } = failure;
    Problem { field, code, message, hint }
}

/// Returns the failure of a connection that nobody has signed in to.
fn signed_out(before: bool) -> Failure {
    let message = if before {
        "The sign-in has ended, and the provider gave no way to renew it."
    } else {
        "Nobody has signed in to this connection yet."
    };
    Failure::of_host("sign-in-required", Recovery::Reconfigure, message, "Sign in at the provider.")
}
