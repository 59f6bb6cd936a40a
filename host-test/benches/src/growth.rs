//! Whether time grows with what there is to do and no faster.

use std::error::Error;
use std::fmt::Write as _;
use std::time::Instant;

use plotters::prelude::*;
use serde_json::json;

use crate::measure::{repeat, time};
use crate::memory::opener;
use crate::subject::{Bare, Inputs, json as response, lowered, root};

/// Where the plot goes.
const PLOT: &str = "host-test/benches/growth.svg";

/// One thing that grows: its size, and the time in nanoseconds.
struct Growth {
    what: &'static str,
    unit: &'static str,
    points: Vec<(f64, f64)>,
}

/// Measures growth, draws it, and returns a table.
pub fn report() -> String {
    let grown = [connections(), bodies(), objects()];
    if let Err(error) = draw(&grown) {
        eprintln!("{PLOT}: {error}");
    }
    let mut table = String::from(
        "| Grows | smallest | largest | each, smallest of the upper half | each, largest |\n| --- | --: | --: | --: | --: |\n",
    );
    for Growth { what, unit, points } in &grown {
        let (first, last) = (points[0], points[points.len() - 1]);
        let upper = points[points.len() / 2..].iter().map(|(size, took)| took / size).fold(f64::INFINITY, f64::min);
        let _ = writeln!(
            table,
            "| {what} | {} for {} {unit} | {} for {} {unit} | {} | {} |",
            time(first.1),
            first.0,
            time(last.1),
            last.0,
            time(upper),
            time(last.1 / last.0),
        );
    }
    table + "\n![Time against size, both logarithmic](growth.svg)\n"
}

fn connections() -> Growth {
    let open = opener();
    let points = [1, 10, 100, 1000, 10_000, 100_000].map(|number| {
        let start = Instant::now();
        let held: Vec<_> = (0..number).map(&open).collect();
        let took = start.elapsed().as_secs_f64() * 1e9;
        drop(held);
        (f64::from(u32::try_from(number).unwrap_or(u32::MAX)), took)
    });
    Growth { what: "connections opened", unit: "", points: points.into() }
}

fn bodies() -> Growth {
    let (bare, inputs) = (Bare::new().expect("the component compiles"), Inputs::new());
    let row = r#"["PC-0000001","Windows 11",42]"#;
    let points = [1, 4, 16, 64, 256, 1024, 4096, 8192].map(|kib: usize| {
        let rows = vec![row; kib * 1024 / (row.len() + 1)].join(",");
        let count = kib * 1024 / (row.len() + 1);
        let body = format!(
            r##"{{"queryId":"#device_by_name","executedQuery":"devices","rows":{count},"executionDateTime":"2026-01-15T09:30:00","headers":["a","b","c"],"data":[{rows}]}}"##
        );
        let rows = lowered(&response(&body));
        let timing = repeat(if kib > 1024 { 5 } else { 30 }, || {
            bare.fresh().expect("an instance").resume(&inputs, &rows).expect("it answers")
        });
        (kib as f64, timing.median)
    });
    Growth { what: "response read by `nql.execute`", unit: "KiB", points: points.into() }
}

fn objects() -> Growth {
    let (bare, inputs) = (Bare::new().expect("the component compiles"), Inputs::new());
    let points = [1, 10, 100, 1000, 10_000].map(|number: u32| {
        let enrichments: Vec<_> = (0..number)
            .map(|number| {
                json!({
                    "identification": [{ "name": "device/device/name", "value": format!("PC-{number}") }],
                    "fields": [{ "name": "device/device/configuration_tag", "value": "blue" }],
                })
            })
            .collect();
        let input = json!({ "domain": "figures", "enrichments": enrichments }).to_string();
        let timing = repeat(if number > 1000 { 5 } else { 30 }, || {
            bare.fresh().expect("an instance").start(&inputs, "enrichment.write", &input).expect("it answers")
        });
        (f64::from(number), timing.median)
    });
    Growth { what: "objects of one enrichment", unit: "", points: points.into() }
}

fn draw(grown: &[Growth]) -> Result<(), Box<dyn Error>> {
    let path = root().join(PLOT);
    let area = SVGBackend::new(&path, (960, 320)).into_drawing_area();
    area.fill(&WHITE)?;
    for (area, growth) in area.split_evenly((1, grown.len())).iter().zip(grown) {
        let sizes = growth.points.iter().map(|(size, _)| *size);
        let times = growth.points.iter().map(|(_, took)| took / 1e6);
        let (left, right) = (sizes.clone().fold(f64::MAX, f64::min), sizes.fold(0.0, f64::max));
        let (low, high) = (times.clone().fold(f64::MAX, f64::min), times.fold(0.0, f64::max));
        let mut chart = ChartBuilder::on(area)
            .caption(growth.what, ("sans-serif", 15))
            .margin(8)
            .x_label_area_size(32)
            .y_label_area_size(52)
            .build_cartesian_2d((left..right * 1.5).log_scale(), (low / 2.0..high * 2.0).log_scale())?;
        let axis = if growth.unit.is_empty() { "number" } else { growth.unit };
        chart.configure_mesh().x_desc(axis).y_desc("ms").light_line_style(WHITE).draw()?;
        let points = || growth.points.iter().map(|(size, took)| (*size, took / 1e6));
        chart.draw_series(LineSeries::new(points(), &BLUE))?;
        chart.draw_series(points().map(|point| Circle::new(point, 3, BLUE.filled())))?;
    }
    area.present()?;
    Ok(())
}
