//! Instructions and allocations of a call, and bytes: all that does not depend on what else the machine does.
//!
//! `instructions` prints tables in Markdown; `instructions --check limits.txt` compares ours with what is committed, and
//! `instructions --write limits.txt` writes that file anew. It runs itself under `valgrind --tool=callgrind`.

use std::{
    collections::BTreeMap,
    env, fs,
    path::Path,
    process::{Command, ExitCode},
};

use resilient_benches::{
    counting::{Counting, allocations, counted_calls},
    harness::Role,
    scenarios, work,
};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// So many calls are counted, so that what belongs to none of them is less than one instruction each.
const CALLS: u64 = 1000;

/// More than this above its limit is a regression: hashes begin with random numbers.
const MARGIN: f64 = 1.02;

/// What it is told when it runs under callgrind.
const EVERYBODY: &str = "--counted";
const OURS: &str = "--counted-ours";

/// What one call of a contender costs.
struct Cost {
    scenario: String,
    contender: String,
    instructions: f64,
    allocations: f64,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [EVERYBODY] => count(|_| true),
        [OURS] => count(|role| role == Role::Ours),
        ["--check", limits] => with_costs(OURS, |costs| check(costs, Path::new(limits))),
        ["--write", limits] => with_costs(OURS, |costs| write(costs, Path::new(limits))),
        [] => with_costs(EVERYBODY, |costs| {
            print(costs);
            print!("{}", scenarios::sizes::tables());
            ExitCode::SUCCESS
        }),
        _ => {
            eprintln!("instructions [--check limits.txt | --write limits.txt]");
            ExitCode::FAILURE
        }
    }
}

/// What runs under callgrind: a line for each file that it writes.
#[allow(clippy::cast_precision_loss, reason = "a few thousand")]
fn count(who: impl Fn(Role) -> bool) -> ExitCode {
    let _runtime = work::enter();
    for (name, counted, build) in scenarios::all() {
        if !counted {
            continue;
        }
        let mut scenario = build();
        for contender in scenario.contenders.iter_mut().filter(|contender| who(contender.role)) {
            contender.run(CALLS);
            let before = allocations();
            counted_calls(contender, CALLS);
            let allocations = (allocations() - before) as f64 / CALLS as f64;
            println!("{name}\t{}\t{allocations}", contender.name);
        }
    }
    ExitCode::SUCCESS
}

fn with_costs(who: &str, then: impl FnOnce(&[Cost]) -> ExitCode) -> ExitCode {
    match costs(who) {
        Ok(costs) => then(&costs),
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

#[allow(clippy::cast_precision_loss, reason = "a few millions")]
fn costs(who: &str) -> Result<Vec<Cost>, String> {
    let place = tempfile::tempdir().map_err(|error| error.to_string())?;
    let file = place.path().join("callgrind");
    let output = Command::new("valgrind")
        // Of two options with one pattern valgrind heeds the last: so the same function is written in two ways.
        .args(["--tool=callgrind", "--toggle-collect=*counted_calls*"])
        .arg("--dump-after=*counting::counted_calls")
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(env::current_exe().map_err(|error| error.to_string())?)
        .arg(who)
        .output()
        .map_err(|error| format!("valgrind: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    lines
        .lines()
        .enumerate()
        .map(|(index, line)| {
            let dump = format!("{}.{}", file.display(), index + 1);
            let text = fs::read_to_string(&dump).map_err(|error| format!("{dump}: {error}"))?;
            let total = text.lines().find_map(|line| line.strip_prefix("totals: "));
            let total: u64 = total
                .and_then(|total| total.trim().parse().ok())
                .ok_or_else(|| format!("{dump} has no totals"))?;
            let [scenario, contender, allocations] =
                line.split('\t').collect::<Vec<_>>().try_into().map_err(|_| line.to_owned())?;
            Ok(Cost {
                scenario: scenario.to_owned(),
                contender: contender.to_owned(),
                instructions: total as f64 / CALLS as f64,
                allocations: allocations.parse().map_err(|_| line.to_owned())?,
            })
        })
        .collect()
}

fn print(costs: &[Cost]) {
    println!("| scenario | contender | instructions | allocations |");
    println!("| --- | --- | ---: | ---: |");
    let mut last = "";
    for cost in costs {
        let scenario =
            if cost.scenario == last { String::new() } else { format!("`{}`", cost.scenario) };
        last = &cost.scenario;
        let (instructions, allocations) = (cost.instructions.round(), cost.allocations);
        println!("| {scenario} | {} | {instructions} | {allocations} |", cost.contender);
    }
    println!();
}

const HEAD: &str = "\
# What a call of ours may cost: scenario, contender, instructions, allocations, with a tab between them.
# `scripts/bench --check` fails at 2 percent more. After a change that is worth it: `scripts/bench --write`.
";

fn write(costs: &[Cost], limits: &Path) -> ExitCode {
    let lines = costs.iter().map(|cost| {
        let (instructions, allocations) = (cost.instructions.ceil(), cost.allocations.ceil());
        format!("{}\t{}\t{instructions}\t{allocations}\n", cost.scenario, cost.contender)
    });
    match fs::write(limits, HEAD.to_owned() + &lines.collect::<String>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", limits.display());
            ExitCode::FAILURE
        }
    }
}

fn check(costs: &[Cost], limits: &Path) -> ExitCode {
    let text = match fs::read_to_string(limits) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("{}: {error}", limits.display());
            return ExitCode::FAILURE;
        }
    };
    let mut allowed = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        if let [scenario, contender, instructions, allocations] = fields[..]
            && let (Ok(instructions), Ok(allocations)) =
                (instructions.parse::<f64>(), allocations.parse::<f64>())
        {
            allowed.insert((scenario, contender), (instructions, allocations));
        } else {
            eprintln!("{}: `{line}` is no limit", limits.display());
            return ExitCode::FAILURE;
        }
    }
    let mut good = true;
    for cost in costs {
        let place = format!("{}, {}", cost.scenario, cost.contender);
        let Some((instructions, allocations)) =
            allowed.remove(&(&*cost.scenario, &*cost.contender))
        else {
            println!("{place}: has no limit; write one with `scripts/bench --write`");
            good = false;
            continue;
        };
        let within = cost.instructions <= instructions * MARGIN && cost.allocations <= allocations;
        println!(
            "{place}: {:.0} of {instructions} instructions, {} of {allocations} allocations{}",
            cost.instructions,
            cost.allocations,
            if within { "" } else { "  <-- TOO MANY" },
        );
        good &= within;
    }
    for (scenario, contender) in allowed.keys() {
        println!("{scenario}, {contender}: has a limit and is not measured any more");
        good = false;
    }
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
