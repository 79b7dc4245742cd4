//! A file that was changed and cut off: opened, read and swept, it panics nowhere and serves nothing wrong.
#![no_main]

use std::{
    panic::{self, AssertUnwindSafe},
    sync::Mutex,
};

static LAST_PANIC: Mutex<String> = Mutex::new(String::new());

libfuzzer_sys::fuzz_target!(
    init: {
        // Where it is damaged the store may panic, and we catch that: no find, though the fuzzer's own hook would end
        // the process. What nobody caught comes back here.
        panic::set_hook(Box::new(|panic| {
            if let Ok(mut last) = LAST_PANIC.lock() {
                *last = panic.to_string();
            }
        }));
    },
    |input: &[u8]| {
        let right = panic::catch_unwind(AssertUnwindSafe(|| resilient_runtime::fuzz::store(input)));
        if right.is_err() {
            eprintln!("{}", LAST_PANIC.lock().map_or_else(|_| String::new(), |last| last.clone()));
            std::process::abort();
        }
    }
);
