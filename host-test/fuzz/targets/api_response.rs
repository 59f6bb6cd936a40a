//! See `host_test_fuzz::responses::api_response`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| host_test_fuzz::responses::api_response(input));
