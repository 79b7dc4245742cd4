//! Durations as somebody may write them.
#![no_main]

use resilient_policy::duration::{LONGEST, format, parse};

libfuzzer_sys::fuzz_target!(|text: &str| match parse(text) {
    Ok(duration) => {
        assert!(duration <= LONGEST);
        let written = format(duration);
        assert_eq!(parse(&written).ok(), Some(duration), "{text} is written {written}");
    }
    Err(error) => assert!(!error.to_string().is_empty()),
});
