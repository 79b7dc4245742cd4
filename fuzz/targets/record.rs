//! What lies on disk may be anything.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| resilient_runtime::fuzz::record(bytes));
