//! From bytes to a component that can be instantiated.

use std::fs;

use connector_host::{Limits, engine_config};
use nexthink_component::NEXTHINK;
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::measure::repeat;

/// Measures the ways to load and returns a table.
pub fn report() -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let plain = Engine::new(&engine_config(&Limits::default())).expect("an engine");
    let compile = || Component::new(&plain, NEXTHINK).expect("it compiles");
    let file = folder.path().join("nexthink.cwasm");
    fs::write(&file, compile().serialize().expect("compiled code")).expect("written");
    #[allow(unsafe_code, reason = "the file was written above, by the same engine")]
    let read = || unsafe { Component::deserialize_file(&plain, &file) }.expect("it is read");
    let mut table = String::from("| Load | |\n| --- | --: |\n");
    table += &format!("| compile | {} |\n", repeat(20, compile).show());
    #[cfg(feature = "zstd")]
    {
        let mut cached = engine_config(&Limits::default());
        let mut place = wasmtime::CacheConfig::new();
        place.with_directory(folder.path().join("cache"));
        cached.cache(Some(wasmtime::Cache::new(place).expect("a cache")));
        let cached = Engine::new(&cached).expect("an engine");
        Component::new(&cached, NEXTHINK).expect("it compiles");
        let load = || Component::new(&cached, NEXTHINK).expect("it is in the cache");
        table += &format!("| from Wasmtime's cache | {} |\n", repeat(200, load).show());
    }
    table + &format!("| from a file of compiled code, which has to be trusted | {} |\n", repeat(200, read).show())
}
