//! Runs the example `rag_chat` as a user would.

mod program;

use std::process::Command;

use serde_json::Value;

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// Where the answer of a reply came from.
fn source(reply: &Value) -> String {
    reply["answered"]["source"].as_str().expect("a source").to_owned()
}

#[test]
fn the_story_is_told_and_the_books_add_up() {
    let program = program::built("rag_chat");
    let json = Command::new(&program).args(["--json", "--seed", "7"]).output().expect("it starts");
    assert!(json.status.success(), "{}", String::from_utf8_lossy(&json.stderr));
    let report: Value = serde_json::from_slice(&json.stdout).expect("one JSON document");
    let chapters = report["chapters"].as_array().expect("chapters");
    let [well, busy, down, hangs, database, again, stays] = &chapters[..] else {
        panic!("seven episodes: {report:#}");
    };
    let reply = |chapter: &Value, number: usize| chapter["replies"][number].clone();
    let text = |reply: &Value| reply["text"].as_str().expect("a text").to_owned();

    assert_eq!([0, 1, 2].map(|it| source(&reply(well, it))), ["live", "live", "memory"]);
    assert!(text(&reply(well, 1)).contains("50 percent"), "it answers from the documents");
    assert_eq!(reply(well, 0)["documents"].as_array().map(Vec::len), Some(5));

    assert_eq!(source(&reply(busy, 0)), "live", "it is asked again when it is ready");
    assert_eq!(number(&busy["requests"]["llm"]), 2);

    assert!(text(&reply(down, 0)).starts_with("(a small model) A bulkhead limits"));
    assert_eq!(
        source(&reply(down, 1)),
        "stale",
        "yesterday's answer is better than a small model's"
    );
    assert!(text(&reply(down, 2)).starts_with("Hello!"));
    assert!(text(&reply(down, 3)).contains("weather"));
    let crowd = down["crowd"].as_object().expect("a crowd");
    assert_eq!(crowd.values().map(number).sum::<u64>(), 100, "everybody is answered");
    let reached = number(&down["requests"]["llm"]);
    assert!(
        (3..=30).contains(&reached),
        "of a hundred users' requests only a few arrive: {reached}"
    );

    assert_eq!(reply(hangs, 0)["documents"].as_array().map(Vec::len), Some(0));
    assert!(text(&reply(hangs, 0)).starts_with("Sorry"));

    assert_eq!(source(&reply(hangs, 1)), "stale");
    assert_eq!(reply(hangs, 1)["found"]["source"], "stale");

    assert_eq!(source(&reply(database, 0)), "live");
    assert!(reply(database, 0)["saved"]["Err"].is_string(), "the answer comes all the same");
    assert!(reply(again, 0)["saved"]["Ok"].is_u64());
    assert_eq!(stays["crowd"]["live"], 10);

    let mut saved = 0;
    for service in report["services"].as_array().expect("services") {
        assert_eq!(service["breaker"]["state"], "closed", "{}", service["name"]);
        let [books] = &service["methods"].as_array().expect("methods")[..] else {
            panic!("one method each");
        };
        let rejected: u64 =
            books["rejected"].as_object().expect("reasons").values().map(number).sum();
        let ended = ["successes", "failures", "ignored", "cancelled"];
        let ended: u64 = ended.iter().map(|end| number(&books[*end])).sum();
        assert_eq!(number(&books["calls"]), ended + rejected, "{books:#}");
        if service["name"] == "database" {
            saved = number(&books["successes"]);
        }
    }
    assert_eq!(report["saved"], saved, "nothing is kept twice, and nothing is lost");
}

#[test]
fn a_person_reads_every_episode() {
    let output = Command::new(program::built("rag_chat")).output().expect("it starts");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success());
    assert_eq!(text.matches("\n== ").count(), 8, "{text}");
    for words in ["breaker opened", "will retry attempt=2", "fallback 3", "turns are kept"] {
        assert!(text.contains(words), "{words} is missing in:\n{text}");
    }
}
