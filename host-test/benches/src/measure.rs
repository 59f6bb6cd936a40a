//! Measuring several ways to do the same, taking turns: what slows the machine down
//! slows all of them down, so that ratios hold where single figures do not.

use std::time::{Duration, Instant};

/// How long one turn lasts, about.
const TURN: Duration = Duration::from_micros(500);

/// Turns each way has.
const TURNS: usize = 300;

/// One way to do something.
pub struct Way<'a> {
    name: &'static str,
    /// Does it so many times, and returns how long that took.
    run: Box<dyn FnMut(u32) -> Duration + 'a>,
}

impl<'a> Way<'a> {
    /// Takes what does it once.
    pub fn new<T>(name: &'static str, mut once: impl FnMut() -> T + 'a) -> Self {
        Self::timed(name, move |times| {
            let start = Instant::now();
            for _ in 0..times {
                std::hint::black_box(once());
            }
            start.elapsed()
        })
    }

    /// Takes what does it many times and keeps the time itself.
    pub fn timed(name: &'static str, run: impl FnMut(u32) -> Duration + 'a) -> Self {
        Self { name, run: Box::new(run) }
    }
}

/// How long one time takes, in nanoseconds.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// Median of all turns.
    pub median: f64,
    /// First and last quartile.
    pub quartiles: (f64, f64),
}

impl Timing {
    fn of(mut turns: Vec<f64>) -> Self {
        turns.sort_by(f64::total_cmp);
        let at = |part: usize| turns[turns.len() * part / 4];
        Self { median: at(2), quartiles: (at(1), at(3)) }
    }

    /// Writes median and spread.
    pub fn show(&self) -> String {
        let (low, high) = self.quartiles;
        format!("{} ({} – {})", time(self.median), time(low), time(high))
    }
}

/// Writes a time.
pub fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        ..1e4 => format!("{:.2} µs", nanoseconds / 1e3),
        ..1e6 => format!("{:.1} µs", nanoseconds / 1e3),
        ..1e9 => format!("{:.1} ms", nanoseconds / 1e6),
        _ => format!("{:.2} s", nanoseconds / 1e9),
    }
}

/// Measures ways in turns and returns a timing for each, by name.
pub fn take_turns(ways: Vec<Way<'_>>) -> Vec<(&'static str, Timing)> {
    let mut running: Vec<_> = ways
        .into_iter()
        .map(|mut way| {
            // Until a turn is long enough to be measured.
            let mut times = 1;
            while (way.run)(times) < TURN && times < 1 << 20 {
                times *= 2;
            }
            (way, times, Vec::with_capacity(TURNS))
        })
        .collect();
    for _ in 0..TURNS {
        for (way, times, turns) in &mut running {
            turns.push((way.run)(*times).as_secs_f64() * 1e9 / f64::from(*times));
        }
    }
    running.into_iter().map(|(way, _, turns)| (way.name, Timing::of(turns))).collect()
}

/// Measures something that takes long by itself, so many times.
pub fn repeat<T>(times: usize, mut once: impl FnMut() -> T) -> Timing {
    let turns = (0..times).map(|_| {
        let start = Instant::now();
        std::hint::black_box(once());
        start.elapsed().as_secs_f64() * 1e9
    });
    Timing::of(turns.collect())
}
