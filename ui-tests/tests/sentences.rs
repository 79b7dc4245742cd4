//! Each message of ours is one sentence: what is wrong; what to write instead.

use std::{fs, path::Path};

/// What the compiler says in its own words, without a code.
const NOT_OURS: [&str; 4] = [
    "expected `;`, found `}`",
    "expected `;`, found keyword `async`",
    "future cannot be sent between threads safely",
    "lifetime may not live long enough",
];

/// The lint that our warnings are of.
const WARNED: &str = "use of deprecated constant `_::likely_mistake`: ";

#[test]
fn every_message_is_one_sentence_with_its_cure() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fail");
    let mut messages = 0;
    for entry in fs::read_dir(directory).expect("the cases are there") {
        let path = entry.expect("readable").path();
        if path.extension().is_none_or(|extension| extension != "stderr") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("readable");
        // What has a code is in the compiler's form: a message, a label and notes.
        for message in text.lines().filter_map(|line| line.strip_prefix("error: ")) {
            if NOT_OURS.contains(&message) {
                continue;
            }
            let ours = message.strip_prefix(WARNED).unwrap_or(message);
            messages += 1;
            let case = path.display();
            assert!(ours.contains("; "), "nothing to write instead in {case}: {ours}");
            assert!(!ours.ends_with(['.', '?', '!']), "a full stop in {case}: {ours}");
            let plain = ours.replace("...", "");
            let ends = [". ", "? ", "! "];
            assert!(!ends.iter().any(|end| plain.contains(end)), "two sentences in {case}: {ours}");
            let first = ours.chars().next().unwrap_or_default();
            assert!(!first.is_uppercase(), "a capital in {case}: {ours}");
        }
    }
    assert!(messages > 400, "only {messages} messages were found");
}
