//! One mistake is one error: what the compiler says of each case in `fail/`, counted.
//!
//! The messages themselves are compared in `ui.rs`, as a terminal shows them. An editor shows what the compiler's JSON
//! says, where an error that stands there twice is two. A case with more than one mistake says so in its first line:
//! `// mistakes: 3`.

mod pinned;

use std::{
    collections::BTreeMap,
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// Cases with more errors than mistakes, and why.
const MORE: [(&str, usize, &str); 0] = [];

/// Cases whose errors point at the attribute as a whole, and why.
const AT_THE_ATTRIBUTE: [(&str, &str); 6] = [
    (
        "boxed_future_that_does_not_hold_a_hidden_borrow",
        "it is the compiler that sees the borrow in a type's arguments",
    ),
    ("classify_nothing_said", "it is the attribute that says nothing"),
    ("second_resilient", "it is the second attribute that is too many"),
    ("second_resilient_on_a_block", "it is the second attribute that is too many"),
    ("second_resilient_on_a_function", "it is the second attribute that is too many"),
    ("second_resilient_on_a_method", "it is the second attribute that is too many"),
];

#[test]
fn every_mistake_is_one_error_where_it_was_made() {
    if !pinned::is_pinned() {
        return;
    }
    let cases = cases();
    assert!(cases.len() > 400, "only {} cases were found", cases.len());
    let said = said(&cases);
    let mut wrong = Vec::new();
    for (name, path) in &cases {
        let errors = said.get(name).map_or(&[][..], Vec::as_slice);
        let mistakes = mistakes(path);
        let listed = MORE.iter().find(|(case, ..)| case == name).map(|(_, errors, _)| *errors);
        if errors.len() != listed.unwrap_or(mistakes) || listed.is_some_and(|n| n <= mistakes) {
            let texts: Vec<_> = errors.iter().map(|error| error.text.as_str()).collect();
            wrong.push(format!(
                "{name}: {mistakes} mistakes, {} errors:\n    {}",
                errors.len(),
                texts.join("\n    ")
            ));
        }
        let listed = AT_THE_ATTRIBUTE.iter().any(|(case, _)| case == name);
        if errors.iter().any(|error| !error.placed) != listed {
            wrong.push(format!(
                "{name}: an error points elsewhere than at what was typed, or is listed and does not"
            ));
        }
    }
    let listed = MORE.iter().map(|(case, ..)| case).chain(AT_THE_ATTRIBUTE.iter().map(|(c, _)| c));
    for case in listed.filter(|case| !cases.contains_key(**case)) {
        wrong.push(format!("{case} is listed, and there is no such case"));
    }
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
}

/// An error, as the compiler told it.
struct Told {
    text: String,
    /// Whether it points at tokens of the case.
    placed: bool,
}

fn cases() -> BTreeMap<String, PathBuf> {
    let fail = Path::new(env!("CARGO_MANIFEST_DIR")).join("fail");
    let entries = fs::read_dir(fail).expect("the cases are there");
    let paths = entries.map(|entry| entry.expect("readable").path());
    paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            (name, path)
        })
        .collect()
}

fn mistakes(case: &Path) -> usize {
    let text = fs::read_to_string(case).expect("readable");
    let first = text.lines().next().unwrap_or_default();
    match first.strip_prefix("// mistakes: ") {
        Some(number) => number.parse().expect("a number of mistakes"),
        None => 1,
    }
}

/// The errors of each case, in one run of cargo over a project that has them all.
fn said(cases: &BTreeMap<String, PathBuf>) -> BTreeMap<String, Vec<Told>> {
    // Beside our own target directory, so that the dependencies are there already.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("it lies in one");
    let project = target.join("tests").join("counts");
    fs::create_dir_all(project.join("src")).expect("writable");
    write(&project.join("Cargo.toml"), &manifest(cases));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let lock = fs::read_to_string(root.join("Cargo.lock")).expect("readable");
    fs::write(project.join("Cargo.lock"), lock).expect("writable");
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["check", "--bins", "--keep-going", "--message-format=json", "--quiet", "--offline"])
        .current_dir(&project)
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO_INCREMENTAL", "0")
        .env_remove("RUSTFLAGS")
        .output()
        .expect("cargo runs wherever this was compiled");
    let mut said: BTreeMap<String, Vec<Told>> = BTreeMap::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let message: Value = serde_json::from_str(line).expect("cargo writes JSON");
        if let Some(told) = told(&message) {
            let case = message["target"]["name"].as_str().expect("a target has a name");
            said.entry(case.to_owned()).or_default().push(told);
        }
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!said.is_empty(), "cargo could not check the cases:\n{stderr}");
    said
}

fn told(message: &Value) -> Option<Told> {
    let diagnostic = &message["message"];
    let text = diagnostic["message"].as_str()?;
    if diagnostic["level"] != "error" || text.starts_with("aborting due to") {
        return None;
    }
    let spans = diagnostic["spans"].as_array()?;
    let primary = spans.iter().find(|span| span["is_primary"] == true)?;
    let own = message["target"]["src_path"] == primary["file_name"];
    // What the macro's own tokens are blamed for has the whole attribute for its place.
    let of_the_attribute = primary["text"][0]["text"].as_str().is_some_and(|line| {
        let start = primary["column_start"].as_u64().and_then(|n| usize::try_from(n).ok());
        line.chars().skip(start.unwrap_or(1) - 1).collect::<String>().starts_with("#[")
    });
    Some(Told { text: text.to_owned(), placed: own && !of_the_attribute })
}

fn manifest(cases: &BTreeMap<String, PathBuf>) -> String {
    let own = env!("CARGO_MANIFEST_DIR");
    let mut manifest = format!(
        "[package]
name = \"counts\"
version = \"0.0.0\"
edition = \"2024\"
publish = false
autobins = false

[workspace]

[profile.dev]
debug = \"line-tables-only\"

[dependencies]
ui-tests = {{ path = {own:?} }}
resilient-runtime = {{ path = \"{own}/../resilient-runtime\" }}
async-trait = \"0.1\"
"
    );
    for (name, path) in cases {
        let path = path.to_string_lossy();
        write!(manifest, "\n[[bin]]\nname = {name:?}\npath = {path:?}\n").expect("memory");
    }
    manifest
}

/// A file that is as it was is not written: cargo goes by its time.
fn write(path: &Path, text: &str) {
    if fs::read_to_string(path).unwrap_or_default() != text {
        fs::write(path, text).expect("writable");
    }
}
