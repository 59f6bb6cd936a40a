//! A session carries the exchanges of operations.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use super::{CallFailure, Cancel, Session};
use crate::entries::Entries;
use crate::guard::Connector;
use crate::model::operation::Link;
use crate::model::{Connection, Request, Response, Token};
use crate::operation::{Carrier, RunFailure};
use crate::transport::Downloaded;

impl Carrier for Session {
    fn connector(&self) -> &Connector {
        &self.shared.connector
    }

    fn connection(&self) -> &Connection {
        &self.shared.connection
    }

    fn entries(&self) -> &Entries {
        &self.shared.entries
    }

    fn token(&self) -> Option<Arc<Token>> {
        self.shared.book().held()
    }

    fn answer(&self, request: &Request, cancel: &Cancel) -> Result<Response, CallFailure> {
        Session::answer(self, request, cancel)
    }

    fn download(
        &self,
        link: &Link,
        sink: &mut dyn Write,
        progress: &mut dyn FnMut(u64, Option<u64>),
    ) -> Result<Downloaded, RunFailure> {
        Ok(self.shared.transport.download(link.expose(), sink, progress)?)
    }

    fn wait(&self, duration: Duration, cancel: &Cancel) {
        self.shared.clock.wait(duration, cancel);
    }
}
