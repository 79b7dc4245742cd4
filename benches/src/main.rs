//! Prints a table in Markdown for each scenario.
//!
//! `resilient-benches [--rounds 31] [--seed 1] [--only contender] [scenario...]`: scenarios of these names or groups, such
//! as `breaker/open` or `breaker`, or all; of them the contenders whose names begin so, for a profiler.

use resilient_benches::{
    harness::{Shuffler, play, table},
    scenarios, work,
};

fn main() {
    let (mut rounds, mut seed, mut only, mut words) = (31, 1, String::new(), Vec::new());
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
            _ => words.push(argument),
        }
    }
    let _runtime = work::enter();
    let mut shuffler = Shuffler::new(seed);
    for (name, _, build) in scenarios::all() {
        if !words.is_empty() && !words.iter().any(|word| is_named(name, word)) {
            continue;
        }
        let mut scenario = build();
        scenario.contenders.retain(|contender| contender.name.starts_with(&only));
        let title = format!("### `{name}`\n\n{}.", scenario.title);
        println!("{}", table(&title, &play(&mut scenario, rounds, &mut shuffler)));
    }
}

/// Whether a word names a scenario, or the group that it is in.
fn is_named(scenario: &str, word: &str) -> bool {
    scenario == word || scenario.split('/').next() == Some(word)
}
