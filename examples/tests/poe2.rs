//! Runs the example `poe2` as a user would.

mod program;

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::LazyLock,
};

use serde_json::Value;

fn program() -> &'static Path {
    static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| program::built("poe2"));
    &PROGRAM
}

fn run(cache: &Path, arguments: &[&str]) -> Output {
    let run = Command::new(program())
        .arg("--fast")
        .arg("--cache-dir")
        .arg(cache)
        .args(arguments)
        .output();
    run.expect("the program starts")
}

fn run_json(cache: &Path, arguments: &[&str]) -> Value {
    let output = run(cache, &[arguments, &["--json"]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    assert_ne!(report["builds"].as_array().expect("builds").len(), 0);
    report
}

fn temporary() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary directory")
}

/// The sum of a counter over the methods of a service.
fn count(report: &Value, service: &str, counter: &str) -> u64 {
    let services = report["services"].as_array().expect("services");
    let service = services.iter().find(|it| it["name"] == service).expect("the service");
    service["methods"]
        .as_array()
        .expect("methods")
        .iter()
        .map(|method| method[counter].as_u64().expect("a count"))
        .sum()
}

/// Whether the timeline has an entry with these fields.
fn heard(report: &Value, fields: &[(&str, &str)]) -> bool {
    let timeline = report["timeline"].as_array().expect("a timeline");
    timeline.iter().any(|entry| fields.iter().all(|&(name, value)| entry[name] == value))
}

#[test]
fn help_names_every_scenario() {
    let output = Command::new(program()).arg("--help").output().expect("the program starts");
    let help = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success());
    for word in [
        "calm",
        "outage",
        "flaky",
        "rate-limited",
        "--class",
        "--budget",
        "--seed",
        "--production",
        "--json",
    ] {
        assert!(help.contains(word), "{word} is missing in:\n{help}");
    }
}

#[test]
fn bad_arguments_are_refused_with_a_reason() {
    let cache = temporary();
    for (arguments, reason) in [
        (["--class", "necromancer"], "possible values"),
        (["--budget", "-3"], "more than 0"),
        (["--budget", "NaN"], "more than 0"),
        (["--budget", "0"], "more than 0"),
        (["--scenario", "apocalypse"], "possible values"),
    ] {
        let output = run(cache.path(), &arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(error.contains(reason), "{arguments:?}: {error}");
    }
}

#[test]
fn the_second_run_finds_what_the_first_left_on_disk() {
    let cache = temporary();
    let first = run_json(cache.path(), &["--scenario", "calm", "--days", "2"]);
    assert!(count(&first, "poe2db", "attempts") > 0);
    let second = run_json(cache.path(), &["--scenario", "calm", "--days", "2"]);
    assert_eq!(count(&second, "poe2db", "attempts"), 0);
    assert!(count(&second, "poe2db", "disk_hits") > 0);
}

#[test]
fn a_calm_run_is_decided_by_its_seed() {
    // All but the sources of the facts, which say how many milliseconds old an answer is.
    let builds = |seed| {
        let arguments = ["--scenario", "calm", "--seed", seed, "--days", "3"];
        let mut report = run_json(temporary().path(), &arguments);
        for build in report["builds"].as_array_mut().expect("builds") {
            build["facts"].take();
        }
        report["builds"].take()
    };
    let (one, same, other) = std::thread::scope(|runs| {
        let [one, same, other] = ["7", "7", "8"].map(|seed| runs.spawn(move || builds(seed)));
        (one.join().expect("7"), same.join().expect("7 again"), other.join().expect("8"))
    });
    assert_eq!(one, same);
    assert_ne!(one, other);
}

#[test]
fn an_outage_opens_breakers_and_its_end_closes_them() {
    let cache = temporary();
    let report = run_json(cache.path(), &["--scenario", "outage"]);
    for (service, source) in [("poe2_scout", "stale"), ("poe_ninja", "fallback")] {
        for state in ["open", "half_open", "closed"] {
            assert!(
                heard(&report, &[("event", "breaker"), ("service", service), ("to", state)]),
                "{service} {state}"
            );
        }
        assert!(
            heard(&report, &[("event", "served"), ("service", service), ("source", source)]),
            "{service}: {source}"
        );
    }
}

#[test]
fn a_flaky_service_is_asked_again() {
    let cache = temporary();
    let report = run_json(cache.path(), &["--scenario", "flaky"]);
    for kind in ["network", "server", "timeout"] {
        assert!(heard(&report, &[("event", "attempt_failed"), ("kind", kind)]), "{kind}");
    }
    assert!(count(&report, "poe2_scout", "retries") > 0);
}

#[test]
fn a_crowded_service_is_given_time() {
    let cache = temporary();
    let report = run_json(cache.path(), &["--scenario", "rate-limited"]);
    assert!(heard(
        &report,
        &[("event", "attempt_failed"), ("service", "poe2_scout"), ("kind", "rate_limit")]
    ));
    assert!(heard(&report, &[("event", "rate_wait"), ("service", "poe2_scout")]));
    // The service is well; it only asks for patience.
    assert!(!heard(&report, &[("event", "breaker"), ("to", "open")]));
}

#[test]
fn every_class_gets_builds_even_for_little_money() {
    let cache = temporary();
    for class in
        ["warrior", "ranger", "witch", "sorceress", "monk", "mercenary", "huntress", "druid"]
    {
        run_json(
            cache.path(),
            &["--scenario", "calm", "--class", class, "--budget", "1", "--days", "1"],
        );
    }
}

#[test]
fn the_report_fits_a_terminal_and_a_pipe_gets_no_colours() {
    let cache = temporary();
    let output = run(cache.path(), &["--scenario", "outage"]);
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success());
    assert!(!text.contains('\x1b'));
    for line in text.lines() {
        assert!(line.chars().count() <= 100, "too wide: {line}");
    }
}
