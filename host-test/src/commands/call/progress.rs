//! What is going on, on one line of the terminal.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use connector_host::Event;

use crate::show;

/// Cells of the bar.
const CELLS: u64 = 20;

/// How often a count of bytes is written: more often nobody can read it.
const PAUSE: Duration = Duration::from_millis(100);

/// Shows events where someone looks at them.
pub(super) struct Progress {
    style: Style,
    last: Option<Instant>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    /// One line that is rewritten.
    Line,
    /// A line for each step.
    Lines,
    Silent,
}

impl Progress {
    pub(super) fn new(json: bool, verbose: bool) -> Self {
        let style = match (verbose, !json && io::stderr().is_terminal()) {
            (true, _) => Style::Lines,
            (false, true) => Style::Line,
            (false, false) => Style::Silent,
        };
        Self { style, last: None }
    }

    pub(super) fn show(&mut self, event: &Event<'_>) {
        match (self.style, event) {
            (Style::Silent, _) | (Style::Lines, Event::Bytes { .. }) => {}
            (Style::Lines, Event::Step(progress, wait)) => {
                let wait = if *wait > 0 { format!(" (in {wait} s)") } else { String::new() };
                let bar = bar(progress.done.into(), progress.total.into());
                write(&format!("{}{bar}{wait}\n", show::printable(&progress.text)));
            }
            (Style::Line, Event::Step(progress, _)) => {
                self.last = None;
                let bar = bar(progress.done.into(), progress.total.into());
                write(&format!("\r\x1b[2K  {}{bar} …", show::printable(&progress.text)));
            }
            (Style::Line, Event::Bytes { done, total }) => {
                let whole = *total == Some(*done);
                if !whole && self.last.is_some_and(|last| last.elapsed() < PAUSE) {
                    return;
                }
                self.last = Some(Instant::now());
                let bar = bar(*done, total.unwrap_or(0));
                write(&format!("\r\x1b[2K  Downloading, {}{bar}", size(*done)));
            }
        }
    }

    /// Leaves the line to what is printed next.
    pub(super) fn clear(&self) {
        if self.style == Style::Line {
            write("\r\x1b[2K");
        }
    }
}

/// Progress is a courtesy: a terminal that is gone is no error.
fn write(text: &str) {
    let mut err = anstream::stderr();
    let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
}

/// Draws how much is done; nothing where nobody knows how much there is.
fn bar(done: u64, total: u64) -> String {
    if total == 0 {
        return String::new();
    }
    let filled = done.min(total).saturating_mul(CELLS) / total;
    let cells: String = (0..CELLS).map(|cell| if cell < filled { '█' } else { '░' }).collect();
    format!(" {cells} {} %", done.min(total).saturating_mul(100) / total)
}

fn size(bytes: u64) -> String {
    let mega = bytes / 100_000;
    if mega < 10 { format!("{bytes} bytes") } else { format!("{}.{} MB", mega / 10, mega % 10) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_shows_what_is_done_of_a_known_whole() {
        assert_eq!(bar(3, 0), "");
        assert_eq!(bar(1, 4), " █████░░░░░░░░░░░░░░░ 25 %");
        assert_eq!(bar(9, 4), " ████████████████████ 100 %");
        assert_eq!((size(999), size(104_857_600)), ("999 bytes".to_owned(), "104.8 MB".to_owned()));
    }
}
