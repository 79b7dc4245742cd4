//! Instructions and allocations of a call, and bytes: all that does not depend on what else the machine does.
//!
//! `instructions [--into page.md]` prints tables in Markdown, or writes them into a page's part `counts`; with a part and a
//! text behind it, it writes those instead. `instructions --check limits.txt` compares ours with what is committed, and `instructions --write limits.txt` writes that file anew.
//! It runs itself under `valgrind --tool=callgrind`.

use std::{env, fmt::Write as _, fs, path::Path, process::ExitCode};

use resilient_benches::{
    costs::{COUNTED, Cost, Who, costs, count, has_valgrind},
    counting::Counting,
    limits::{check, measured, written},
    page,
    scenarios::sizes,
};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done =
        match arguments[..] {
            [COUNTED, ref ours @ ..] => {
                count(if ours.is_empty() { Who::Everybody } else { Who::Ours });
                Ok(())
            }
            ["--check", limits] => hold(Path::new(limits)),
            ["--write", limits] => costs(Who::Ours).and_then(|costs| {
                let text = written(&measured(&costs))?;
                fs::write(limits, text).map_err(|error| format!("{limits}: {error}"))
            }),
            [] => tables().map(|tables| print!("{tables}")),
            ["--into", page] => {
                tables().and_then(|tables| page::write(Path::new(page), "counts", &tables))
            }
            ["--into", page, part, text] => page::write(Path::new(page), part, text),
            _ => Err("instructions [--into page.md | --check limits.txt | --write limits.txt]"
                .to_owned()),
        };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

fn tables() -> Result<String, String> {
    if !has_valgrind() {
        return Err("nothing but valgrind counts instructions, and it is missing".to_owned());
    }
    Ok(calls(&costs(Who::Everybody)?) + "\n" + &sizes::tables())
}

fn calls(costs: &[Cost]) -> String {
    let mut text = "| scenario | contender | instructions | allocations |\n".to_owned();
    text.push_str("| --- | --- | ---: | ---: |\n");
    let mut last = "";
    for cost in costs {
        let scenario =
            if cost.scenario == last { String::new() } else { format!("`{}`", cost.scenario) };
        last = &cost.scenario;
        let instructions = cost.instructions.unwrap_or_default().round();
        let Cost { contender, allocations, .. } = cost;
        let _ = writeln!(text, "| {scenario} | {contender} | {instructions} | {allocations} |");
    }
    text
}

fn hold(limits: &Path) -> Result<(), String> {
    let name = limits.display();
    let text = fs::read_to_string(limits).map_err(|error| format!("{name}: {error}"))?;
    let verdict = check(&measured(&costs(Who::Ours)?), &text)
        .map_err(|problem| format!("{name}: {problem}"))?;
    for line in verdict.lines {
        println!("{line}");
    }
    if !has_valgrind() {
        println!(
            "instructions were not counted: nothing but valgrind counts them, and it is missing"
        );
    }
    if verdict.good {
        Ok(())
    } else {
        Err(format!("ours is over {name}, or differs from what it lists"))
    }
}
