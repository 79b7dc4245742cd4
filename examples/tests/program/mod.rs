//! The examples as programs that a test can run.

use std::{path::PathBuf, process::Command};

use serde_json::Value;

/// Builds an example and says where it is. Cargo builds it for its own unit tests only; it is built here as part of the
/// workspace, so that everything below it is compiled already.
pub(crate) fn built(name: &str) -> PathBuf {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--workspace", "--example", name, "--message-format", "json"]);
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    let build = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("cargo starts");
    assert!(build.status.success(), "{}", String::from_utf8_lossy(&build.stderr));
    let messages = build.stdout.split(|&byte| byte == b'\n');
    let mut programs = messages
        .filter_map(|message| serde_json::from_slice::<Value>(message).ok())
        .filter(|message| message["target"]["name"] == name)
        .filter_map(|message| message["executable"].as_str().map(PathBuf::from));
    programs.next().expect("cargo names the program that it built")
}
