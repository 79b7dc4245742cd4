//! What ours may cost: `limits.txt`, a line for each, of a name, a unit and a number, with a tab between them.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::{costs::Cost, scenarios::sizes};

/// More than this above its limit is a regression, of what begins with random numbers: hashes are among the instructions.
/// Everything else is held to its limit exactly.
const MARGIN: f64 = 1.02;

const INSTRUCTIONS: &str = "instructions";

/// Something of ours that is held to a limit.
#[derive(Debug)]
pub struct Measured {
    /// Of what.
    pub what: String,
    /// In which unit.
    pub unit: &'static str,
    /// `None` where nothing here can count it.
    pub value: Option<f64>,
}

/// All that is held to limits.
#[allow(clippy::cast_precision_loss, reason = "a few hundred bytes")]
pub fn measured(costs: &[Cost]) -> Vec<Measured> {
    let calls = costs.iter().flat_map(|cost| {
        let what = format!("{}, {}", cost.scenario, cost.contender);
        [
            Measured { what: what.clone(), unit: INSTRUCTIONS, value: cost.instructions },
            Measured { what, unit: "allocations", value: Some(cost.allocations) },
        ]
    });
    let bytes =
        |what: String, bytes: f64| Measured { what, unit: "bytes", value: Some(bytes.round()) };
    let futures = sizes::our_futures().into_iter();
    let futures = futures.map(|(what, size)| bytes(format!("future/{what}"), size as f64));
    let memory = sizes::our_memory().into_iter();
    let memory = memory.map(|(what, size)| bytes(format!("kept/{what}"), size));
    calls.chain(futures).chain(memory).collect()
}

const HEAD: &str = "\
# What ours may cost: of what, unit, limit, with a tab between them. Bytes of a future are those over the operation's own.
# `scripts/bench --check` fails at 2 percent more instructions, or at one more of anything else. After a change that is
# worth it: `scripts/bench --write`.
";

/// The file as it would have to be for what was measured; what could not be counted is an error.
pub fn written(all: &[Measured]) -> Result<String, String> {
    let mut text = HEAD.to_owned();
    for Measured { what, unit, value } in all {
        let value = value.ok_or_else(|| format!("{what}: nothing here counts {unit}"))?;
        let _ = writeln!(text, "{what}\t{unit}\t{}", value.ceil());
    }
    Ok(text)
}

/// What came of a comparison: a line for each, and whether all is well.
#[derive(Debug)]
pub struct Verdict {
    /// For people.
    pub lines: Vec<String>,
    /// Whether nothing is over its limit, and each has one.
    pub good: bool,
}

/// Compares what was measured with the file.
pub fn check(all: &[Measured], limits: &str) -> Result<Verdict, String> {
    let mut allowed = BTreeMap::new();
    for line in limits.lines().filter(|line| !line.starts_with('#')) {
        if let [what, unit, limit] = line.split('\t').collect::<Vec<_>>()[..]
            && let Ok(limit) = limit.parse::<f64>()
        {
            allowed.insert((what, unit), limit);
        } else {
            return Err(format!("`{line}` is no limit"));
        }
    }
    let mut verdict = Verdict { lines: Vec::new(), good: true };
    for Measured { what, unit, value } in all {
        let Some(limit) = allowed.remove(&(&**what, *unit)) else {
            verdict.bad(format!(
                "{what}: {unit} have no limit; write it with `scripts/bench --write`"
            ));
            continue;
        };
        let Some(value) = value else { continue };
        let margin = if *unit == INSTRUCTIONS { MARGIN } else { 1.0 };
        let line = format!("{what}: {value:.0} of {limit} {unit}");
        if *value <= limit * margin {
            verdict.lines.push(line);
        } else {
            verdict.bad(format!("{line}  <-- TOO MANY"));
        }
    }
    for (what, unit) in allowed.into_keys() {
        verdict.bad(format!("{what}: {unit} have a limit and are not measured any more"));
    }
    Ok(verdict)
}

impl Verdict {
    fn bad(&mut self, line: String) {
        self.good = false;
        self.lines.push(line);
    }
}

#[cfg(test)]
mod tests {
    use super::{Measured, check};

    fn one(unit: &'static str, value: Option<f64>) -> Vec<Measured> {
        vec![Measured { what: "a".to_owned(), unit, value }]
    }

    fn is_good(unit: &'static str, value: Option<f64>, limits: &str) -> bool {
        check(&one(unit, value), limits).expect("a file of limits").good
    }

    #[test]
    fn instructions_may_differ_by_two_percent_and_nothing_else() {
        let limits = "# A head.\na\tinstructions\t1000\n";
        assert!(is_good("instructions", Some(1020.0), limits));
        assert!(!is_good("instructions", Some(1021.0), limits));
        assert!(is_good("bytes", Some(1000.0), "a\tbytes\t1000"));
        assert!(!is_good("bytes", Some(1001.0), "a\tbytes\t1000"));
        assert!(!is_good("allocations", Some(0.001), "a\tallocations\t0"));
    }

    #[test]
    fn what_cannot_be_counted_here_is_passed_over() {
        assert!(is_good("instructions", None, "a\tinstructions\t1"));
    }

    #[test]
    fn each_has_a_limit_and_each_limit_something_that_is_measured() {
        assert!(!is_good("bytes", Some(1.0), ""));
        assert!(!is_good("bytes", Some(1.0), "a\tbytes\t1\nb\tbytes\t1"));
        assert!(check(&[], "a bytes 1").is_err());
    }
}
