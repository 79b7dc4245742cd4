//! The compiler whose words are committed: they change between versions.

use std::process::Command;

const PINNED: &str = "1.95";

/// Whether this is that compiler; says so where it is not.
pub(crate) fn is_pinned() -> bool {
    let version = rustc_version();
    let patch = version.strip_prefix(PINNED).and_then(|rest| rest.strip_prefix('.'));
    let pinned = patch.is_some_and(|patch| patch.parse::<u32>().is_ok());
    if !pinned {
        println!("SKIPPED: the messages are those of rustc {PINNED}, and this is `{version}`");
    }
    pinned
}

/// The version alone, such as `1.95.0` or `1.97.0-nightly`.
fn rustc_version() -> String {
    let output = Command::new(option_env!("RUSTC").unwrap_or("rustc")).arg("--version").output();
    let output = output.expect("rustc runs wherever this was compiled");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split_whitespace().nth(1).unwrap_or_default().to_owned()
}
