//! Files that are downloaded: whole, right, and past the memory of the host.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::Child;
use std::thread;
use std::time::Duration;

use fake_nexthink::Endpoint;
use sha2::{Digest as _, Sha256};

use crate::fixture::Fixture;
use crate::program::Ran;

const OVERVIEW: &str = r##"{"queryId":"#devices_overview"}"##;

const ROWS: u64 = 1_000_000;

/// Most memory that a large export may take beyond a small one, in KiB.
const MEMORY: u64 = 64 * 1024;

#[test]
fn a_small_file_goes_to_standard_output_when_that_is_no_terminal() {
    let fixture = Fixture::all();
    let ended = fixture.call("nql.export", OVERVIEW, &[]).ended_with(0);
    assert_eq!(ended.out.lines().count(), 6);
    assert_eq!(ended.err, "");
    assert_eq!(fixture.tenant.calls().rejected_because("download-with-authorization"), 0);
}

#[test]
fn a_truncated_export_is_partial() {
    let fixture = Fixture::all();
    let call = || fixture.call("nql.export", r##"{"queryId":"#export_truncated"}"##, &["--json", "--out", "rows.csv"]);
    let report = call().ended_with(0).json();
    assert_eq!(report["download"]["partial"], true);
    assert_eq!(fixture.read("rows.csv").lines().count(), 101);
    assert_eq!(fixture.files(), ["rows.csv"]);
    let again = call().ended_with(2);
    assert_eq!(again.json()["error"]["message"], "rows.csv exists; --force overwrites it");
}

#[test]
fn a_compressed_file_is_kept_or_decompressed() {
    let fixture = Fixture::with(|config| config.export_rows = 5000);
    // All at once: each waits some seconds for the tenant to get ready.
    let start = |compression: &str, more: &[&str]| {
        let input = format!(r##"{{"queryId":"#export_devices","compression":"{compression}"}}"##);
        fixture.command(&[&["call", "nql.export", "--input", &input][..], more].concat()).spawn().unwrap()
    };
    let children = [
        start("NONE", &["--decompress", "--out", "plain.csv"]),
        start("GZIP", &["--out", "rows.gz"]),
        start("GZIP", &["--decompress", "--out", "gzip.csv"]),
        start("GZIP", &["--decompress"]),
        start("ZSTD", &["--out", "rows.zst"]),
        start("ZSTD", &["--decompress", "--out", "zstd.csv"]),
        start("ZSTD", &["--decompress"]),
    ];
    let ended = children.map(|child| Ran::new(child.wait_with_output().unwrap()).ended_with(0));

    let read = |name: &str| fs::read(fixture.path(name)).unwrap();
    let plain = read("plain.csv");
    assert_eq!(plain.lines().count(), 5001);
    assert!(read("rows.gz").starts_with(&[0x1f, 0x8b]) && read("rows.zst").starts_with(&[0x28, 0xb5, 0x2f, 0xfd]));
    assert!(read("gzip.csv") == plain && read("zstd.csv") == plain, "to a file");
    assert!([3, 6].into_iter().all(|i| ended[i].out.as_bytes() == plain), "to standard output");
    assert_eq!(fixture.files(), ["gzip.csv", "plain.csv", "rows.gz", "rows.zst", "zstd.csv"]);
}

#[test]
fn a_link_that_has_expired_is_asked_for_again() {
    let fixture = Fixture::faulty(r#"[{"when":{"endpoint":"download","nth":1},"do":{"status":{"status":403}}}]"#);
    let ended = fixture.call("nql.export", OVERVIEW, &[]).ended_with(0);
    assert_eq!(ended.out.lines().count(), 6);
    let calls = fixture.tenant.calls();
    assert_eq!((calls.answered(Endpoint::Download, 403), calls.answered(Endpoint::Download, 200)), (1, 1));
    assert_eq!((calls.total(Endpoint::NqlExport), calls.total(Endpoint::NqlStatus)), (1, 4));
}

#[test]
fn a_download_that_breaks_off_leaves_nothing_behind() {
    for fault in [r#""truncated""#, r#""reset-middle""#] {
        let fixture = Fixture::faulty(&format!(r#"[{{"when":{{"endpoint":"download"}},"do":{fault}}}]"#));
        let call = ["--json", "--out", "rows.csv"];
        let report = fixture.call("nql.export", r##"{"queryId":"#all_devices"}"##, &call).ended_with(1).json();
        assert_eq!(report["failure"]["code"], "network", "{fault}");
        assert_eq!(fixture.files(), [""; 0], "{fault}");
    }
}

#[test]
fn an_export_of_a_million_rows_passes_by_the_memory() {
    let fixture = Fixture::with(|config| config.export_rows = ROWS);
    let small = peak(&fixture, "#devices_overview", "small.csv");
    let large = peak(&fixture, "#export_devices", "large.csv");
    assert!(large < small + MEMORY, "{large} KiB, and {small} KiB for five rows");

    let mut digest = Sha256::new();
    let (mut rows, mut bytes, mut line) = (0, 0, Vec::new());
    let mut reader = BufReader::new(fs::File::open(fixture.path("large.csv")).unwrap());
    while reader.read_until(b'\n', &mut line).unwrap() > 0 {
        digest.update(&line);
        bytes += line.len();
        rows += 1;
        line.clear();
    }
    assert_eq!(rows, ROWS + 1);
    let mut expected = Sha256::new();
    expected.update("device.name,device.operating_system.name,device.hardware.memory,device.last_seen\r\n");
    (0..ROWS).for_each(|number| expected.update(row(number)));
    assert_eq!(format!("{:x}", digest.finalize()), format!("{:x}", expected.finalize()));
    println!("{bytes} bytes; peak of {large} KiB, and of {small} KiB for five rows");
}

/// Writes a row as the tenant does, from its documentation.
fn row(number: u64) -> String {
    let system = if number.is_multiple_of(3) { "\"Windows 11, version 24H2\"" } else { "macOS 15.5" };
    let memory = (8_u64 << 30) << (number % 3);
    let (minute, second) = (number / 60 % 60, number % 60);
    format!("PC-{number:07},{system},{memory},2026-01-15T10:{minute:02}:{second:02}+01:00\r\n")
}

/// Exports to a file and returns the most memory that the program had, in KiB.
fn peak(fixture: &Fixture, query: &str, out: &str) -> u64 {
    let input = format!(r#"{{"queryId":"{query}"}}"#);
    let mut child = fixture.command(&["call", "nql.export", "--out", out, "--input", &input]).spawn().unwrap();
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        peak = high_water(&child).unwrap_or(peak);
        thread::sleep(Duration::from_millis(20));
    }
    Ran::new(child.wait_with_output().unwrap()).ended_with(0);
    peak
}

/// Reads the high-water mark, which only ever rises. None once it has ended, and
/// where there is no such file.
fn high_water(child: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
