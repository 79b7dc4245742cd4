//! What does not depend on what else the machine does: instructions (under callgrind), allocations, bytes.

use std::{
    env, fs,
    process::{Command, Stdio},
};

use crate::{
    counting::{allocations, counted_calls},
    harness::Role,
    scenarios, work,
};

/// So many calls are counted, so that what belongs to none of them is less than one instruction each.
const CALLS: u64 = 1000;

/// What one call of a contender costs.
#[derive(Debug)]
pub struct Cost {
    /// The scenario's name.
    pub scenario: String,
    /// Whose call.
    pub contender: String,
    /// `None` without valgrind.
    pub instructions: Option<f64>,
    /// Of the thread that calls.
    pub allocations: f64,
}

/// Who is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Ours, the floor, and the peers that are compiled.
    Everybody,
    /// What is held to limits.
    Ours,
}

/// The child that is counted is told by this word.
pub const COUNTED: &str = "--counted";

/// The child: a line for each contender, and, under callgrind, a file that it writes when `counted_calls` returns.
#[allow(clippy::cast_precision_loss, reason = "a few thousand")]
pub fn count(who: Who) {
    let _runtime = work::enter();
    for (name, counted, build) in scenarios::all() {
        if !counted {
            continue;
        }
        let mut scenario = build();
        for contender in &mut scenario.contenders {
            if who == Who::Ours && contender.role != Role::Ours {
                continue;
            }
            contender.run(CALLS);
            let before = allocations();
            counted_calls(contender, CALLS);
            let allocations = (allocations() - before) as f64 / CALLS as f64;
            println!("{name}\t{}\t{allocations}", contender.name);
        }
    }
}

/// Runs the child, under callgrind where there is one.
pub fn costs(who: Who) -> Result<Vec<Cost>, String> {
    let place = tempfile::tempdir().map_err(|error| error.to_string())?;
    let file = place.path().join("callgrind").display().to_string();
    let ourselves = env::current_exe().map_err(|error| error.to_string())?;
    let valgrind = has_valgrind();
    let mut child = if valgrind {
        let mut valgrind = Command::new("valgrind");
        valgrind
            // Of two options with one pattern valgrind heeds the last: so the same function is written in two ways.
            .args(["--tool=callgrind", "--toggle-collect=*counted_calls*"])
            .arg("--dump-after=*counting::counted_calls")
            .arg(format!("--callgrind-out-file={file}"))
            .arg(ourselves);
        valgrind
    } else {
        Command::new(ourselves)
    };
    child.arg(COUNTED).args((who == Who::Ours).then_some("ours"));
    let output = child.output().map_err(|error| format!("{child:?}: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    lines
        .lines()
        .enumerate()
        .map(|(index, line)| {
            let instructions = valgrind.then(|| instructions(&format!("{file}.{}", index + 1)));
            let [scenario, contender, allocations] =
                line.split('\t').collect::<Vec<_>>().try_into().map_err(|_| line.to_owned())?;
            Ok(Cost {
                scenario: scenario.to_owned(),
                contender: contender.to_owned(),
                instructions: instructions.transpose()?,
                allocations: allocations.parse().map_err(|_| line.to_owned())?,
            })
        })
        .collect()
}

/// Of one call, by what callgrind wrote of all.
#[allow(clippy::cast_precision_loss, reason = "a few millions")]
fn instructions(dump: &str) -> Result<f64, String> {
    let text = fs::read_to_string(dump).map_err(|error| format!("{dump}: {error}"))?;
    let total = text.lines().find_map(|line| line.strip_prefix("totals: "));
    let total: Option<u64> = total.and_then(|total| total.trim().parse().ok());
    Ok(total.ok_or_else(|| format!("{dump} has no totals"))? as f64 / CALLS as f64)
}

/// Whether anything here counts instructions.
pub fn has_valgrind() -> bool {
    let quiet = Command::new("valgrind").arg("--version").stdout(Stdio::null()).status();
    quiet.is_ok_and(|status| status.success())
}
