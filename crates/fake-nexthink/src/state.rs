//! What outlives a request.

use crate::clock::Clock;
use crate::config::Config;
use crate::counter::Counter;
use crate::executions::Executions;
use crate::exports::Exports;
use crate::tokens::Tokens;

/// The state of a running fake.
pub(crate) struct State {
    pub config: Config,
    pub clock: Clock,
    pub counter: Counter,
    pub tokens: Tokens,
    pub exports: Exports,
    pub executions: Executions,
}

impl State {
    pub(crate) fn new(config: Config) -> Self {
        Self {
            config,
            clock: Clock::default(),
            counter: Counter::default(),
            tokens: Tokens::default(),
            exports: Exports::default(),
            executions: Executions::default(),
        }
    }
}
