//! See `host_test_fuzz::operations::operation_input`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| host_test_fuzz::operations::operation_input(input));
