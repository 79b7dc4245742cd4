//! Prints a table in Markdown for each scenario.
//!
//! `resilient-benches [--rounds 31] [--seed 1] [scenario...]`: those whose names contain one of the words, or all.

use resilient_benches::{
    harness::{Shuffler, play, table},
    scenarios, work,
};

fn main() {
    let (mut rounds, mut seed, mut words) = (31_usize, 1_usize, Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || {
            let number = arguments.next().and_then(|number| number.parse::<usize>().ok());
            number.unwrap_or_else(|| panic!("`{argument}` needs a number; write `{argument} 31`"))
        };
        match argument.as_str() {
            "--rounds" => rounds = number().max(1),
            "--seed" => seed = number(),
            _ => words.push(argument),
        }
    }
    let _runtime = work::enter();
    let mut shuffler = Shuffler::new(seed as u64);
    for (name, _, build) in scenarios::all() {
        if !words.is_empty() && !words.iter().any(|word| name.contains(word.as_str())) {
            continue;
        }
        let mut scenario = build();
        let title = format!("### `{name}`\n\n{}.", scenario.title);
        println!("{}", table(&title, &play(&mut scenario, rounds, &mut shuffler)));
    }
}
