//! The charts of the documentation, drawn of the same run as its tables.

mod bars;

use std::{collections::BTreeMap, fs, path::Path};

use crate::{
    harness::{Role, Times, figure},
    peers::TOWER,
};
use bars::{Bar, Chart, Group};

/// What was played, by the scenarios' names.
pub type Played = BTreeMap<&'static str, Vec<Times>>;

/// Writes each chart whose scenarios were all played.
pub fn write(directory: &Path, played: &Played) -> Result<(), String> {
    let charts = [
        ("alone.svg", alone(played)),
        ("together.svg", together(played)),
        ("memory.svg", memory(played)),
        ("threads.svg", threads(played)),
    ];
    fs::create_dir_all(directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    for (name, chart) in charts {
        let file = directory.join(name);
        if let Some(chart) = chart {
            fs::write(&file, chart.drawn())
                .map_err(|error| format!("{}: {error}", file.display()))?;
        }
    }
    Ok(())
}

fn group(title: &str, bars: impl IntoIterator<Item = Option<Bar>>) -> Group {
    Group { title: title.to_owned(), bars: bars.into_iter().flatten().collect() }
}

fn nanoseconds(times: &Times) -> Option<Bar> {
    let value = times.median()?;
    let (label, text) = (times.name().to_owned(), format!("{} ns", figure(value)));
    Some(Bar { label, role: times.role(), value, text })
}

/// Ours, the floor, the fastest peer, and tower-resilience, which has them all.
fn alone(played: &Played) -> Option<Chart> {
    let policies = [
        ("breaker/closed", "Breaker, closed"),
        ("retry/success", "Retry, the first attempt succeeds"),
        ("rate/token", "Rate limit, a token is there"),
        ("timeout/ready", "Timeout, ready at once"),
        ("bulkhead/free", "Bulkhead, a place is free"),
    ];
    let groups = policies.map(|(name, title)| {
        let times = played.get(name)?;
        let first = |role| times.iter().find(|times| times.role() == role);
        let peers = times.iter().filter(|times| times.role() == Role::Peer);
        let fastest = peers
            .filter(|times| times.name() != TOWER)
            .min_by(|one, other| f64::total_cmp(&order(one), &order(other)));
        let tower = times.iter().find(|times| times.name() == TOWER);
        let shown = [first(Role::Ours), first(Role::Floor), fastest, tower];
        Some(group(title, shown.into_iter().flatten().map(nanoseconds)))
    });
    Some(Chart {
        title: "Each policy alone, a call that succeeds",
        note: "Nanoseconds of a call. Of the other libraries, the fastest and tower-resilience.",
        groups: groups.into_iter().collect::<Option<_>>()?,
    })
}

/// Whoever was never undisturbed is last.
fn order(times: &Times) -> f64 {
    times.median().unwrap_or(f64::INFINITY)
}

fn whole(played: &Played, scenarios: &[(&str, &str)]) -> Option<Vec<Group>> {
    let of = |(name, title): &(&str, &str)| {
        Some(group(title, played.get(name)?.iter().map(nanoseconds)))
    };
    scenarios.iter().map(of).collect()
}

fn together(played: &Played) -> Option<Chart> {
    let scenarios = [
        ("together/ready", "The operation is ready at once"),
        ("together/suspends", "The operation suspends once"),
    ];
    Some(Chart {
        title: "Breaker, retry, rate limit, timeout and bulkhead together",
        note: "Nanoseconds of a call that succeeds.",
        groups: whole(played, &scenarios)?,
    })
}

fn memory(played: &Played) -> Option<Chart> {
    let scenarios =
        [("memory/string", "Keys are strings"), ("memory/integer", "Keys are integers")];
    Some(Chart {
        title: "A hit in memory",
        note: "Nanoseconds of a call.",
        groups: whole(played, &scenarios)?,
    })
}

/// How much longer a call takes while another thread calls as well.
fn threads(played: &Played) -> Option<Chart> {
    let scenarios = [
        ("threads/breaker", "Breaker of failures in a row"),
        ("threads/breaker-rate", "Breaker of a rate"),
        ("threads/together", "All five policies"),
    ];
    let groups = scenarios.map(|(name, title)| {
        // Each contender on one thread is followed by itself on two.
        let pairs = played.get(name)?.chunks_exact(2).map(|pair| {
            let value = pair[1].ratio(&pair[0])?;
            let (label, _) = pair[0].name().split_once(',')?;
            let text = format!("{value:.2} times");
            Some(Bar { label: label.to_owned(), role: pair[0].role(), value, text })
        });
        Some(group(title, pairs))
    });
    Some(Chart {
        title: "Two threads on one object, against one thread",
        note: "Time of a call on two threads, in those of one: where nothing is shared it is 1.",
        groups: groups.into_iter().collect::<Option<_>>()?,
    })
}
