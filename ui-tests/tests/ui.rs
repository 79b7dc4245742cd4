//! Misuse of the attribute (`fail/`) and what only looks like it (`pass/`).
//!
//! `TRYBUILD=overwrite cargo test -p ui-tests --test ui` writes the messages anew; they are read in review.

use std::process::Command;

/// The compiler whose words are committed: they change between versions.
const PINNED: &str = "1.95";

#[test]
fn misuse_is_explained_and_the_rest_compiles() {
    let version = rustc_version();
    let patch = version.strip_prefix(PINNED).and_then(|rest| rest.strip_prefix('.'));
    if patch.is_none_or(|patch| patch.parse::<u32>().is_err()) {
        println!("SKIPPED: the messages are those of rustc {PINNED}, and this is `{version}`");
        return;
    }
    // One after the other: without `pass` beside it, `fail` is only checked, and in one run of cargo.
    let fail = trybuild::TestCases::new();
    fail.compile_fail("fail/*.rs");
    drop(fail);
    let pass = trybuild::TestCases::new();
    pass.pass("pass/*.rs");
}

/// The version alone, such as `1.95.0` or `1.97.0-nightly`.
fn rustc_version() -> String {
    let output = Command::new(option_env!("RUSTC").unwrap_or("rustc")).arg("--version").output();
    let output = output.expect("rustc runs wherever this was compiled");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split_whitespace().nth(1).unwrap_or_default().to_owned()
}
