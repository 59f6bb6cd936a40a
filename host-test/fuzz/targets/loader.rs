//! See `host_test_fuzz::loader::loader`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| host_test_fuzz::loader::loader(input));
