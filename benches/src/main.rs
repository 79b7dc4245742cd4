//! Prints a table in Markdown for each scenario.
//!
//! `resilient-benches [--rounds 31] [--seed 1] [--only contender] [--into page.md --part times] [--charts directory]
//! [scenario...]`: scenarios of these names or groups, such as `breaker/open` or `breaker`, or all; of them the contenders
//! whose names begin so, for a profiler. With a page, the tables are written into its part of that name; the charts are
//! those of the same run.

use std::{path::Path, process::ExitCode};

use resilient_benches::{
    charts,
    harness::{Shuffler, play, table},
    page, scenarios, work,
};

fn main() -> ExitCode {
    let (mut rounds, mut seed, mut only, mut words) = (31, 1, String::new(), Vec::new());
    let (mut into, mut part, mut drawn) = (None, "times".to_owned(), None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || {
            let value = arguments.next();
            value.unwrap_or_else(|| panic!("`{argument}` needs a value; write it after a space"))
        };
        match argument.as_str() {
            "--rounds" => rounds = value().parse::<usize>().expect("a number").max(1),
            "--seed" => seed = value().parse().expect("a number"),
            "--only" => only = value(),
            "--into" => into = Some(value()),
            "--part" => part = value(),
            "--charts" => drawn = Some(value()),
            _ => words.push(argument),
        }
    }
    let _runtime = work::enter();
    let mut shuffler = Shuffler::new(seed);
    let (mut tables, mut played) = (String::new(), charts::Played::new());
    for (name, _, build) in scenarios::all() {
        if !words.is_empty() && !words.iter().any(|word| is_named(name, word)) {
            continue;
        }
        let mut scenario = build();
        scenario.contenders.retain(|contender| contender.name.starts_with(&only));
        let times = play(&mut scenario, rounds, &mut shuffler);
        let text = table(&format!("### `{name}`\n\n{}.", scenario.title), &times);
        match &into {
            Some(_) => tables.push_str(&(text + "\n")),
            None => println!("{text}"),
        }
        played.insert(name, times);
    }
    let page = into.map(|into| page::write(Path::new(&into), &part, &tables));
    let charts = drawn.map(|directory| charts::write(Path::new(&directory), &played));
    let mut code = ExitCode::SUCCESS;
    for problem in [page, charts].into_iter().flatten().filter_map(Result::err) {
        eprintln!("{problem}");
        code = ExitCode::FAILURE;
    }
    code
}

/// Whether a word names a scenario, or the group that it is in.
fn is_named(scenario: &str, word: &str) -> bool {
    scenario == word || scenario.split('/').next() == Some(word)
}
