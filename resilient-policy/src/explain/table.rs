use std::fmt;

use super::{ExplainedMethod, ExplainedParameter, Explanation, Origin};
use crate::duration::format;

impl ExplainedMethod {
    /// The worst case in words: "at most 3 attempts, over in 15s".
    pub fn worst_case(&self) -> String {
        let attempts = self.attempts;
        let plural = if attempts == 1 { "" } else { "s" };
        let time = match (self.longest, &self.tier) {
            (Some(time), _) => format!("over in {}", format(time)),
            (None, Some(tier)) => format!("in the time that `{tier}` gives"),
            (None, None) => "without a limit in time".to_owned(),
        };
        format!("at most {attempts} attempt{plural}, {time}")
    }
}

impl fmt::Display for ExplainedMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.method;
        if self.skipped {
            return write!(f, "`{name}`: passed straight through.");
        }
        let worst_case = self.worst_case();
        if self.parameters.is_empty() {
            return write!(f, "`{name}`: no policy; {worst_case}.");
        }
        write!(f, "`{name}`: {worst_case}.\n\n{}", table(&self.parameters))
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "The policies of the service `{}`, from the outside in.", self.service)?;
        for method in &self.methods {
            write!(f, "\n\n{method}")?;
        }
        Ok(())
    }
}

/// A Markdown table whose columns stand below each other.
fn table(parameters: &[ExplainedParameter]) -> String {
    let mut rows = vec![["policy", "parameter", "from"].map(str::to_owned)];
    let mut before = None;
    for row in parameters {
        // The name of a policy stands once, in the first of its rows.
        let policy = if before == Some(row.policy) { "" } else { row.policy };
        before = Some(row.policy);
        let origin = match row.origin {
            Origin::Preset(preset) => format!("preset `{preset}`"),
            origin => origin.to_string(),
        };
        rows.push([policy.to_owned(), code(&row.to_string()), origin]);
    }
    let widths: [usize; 3] = std::array::from_fn(|column| {
        rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0)
    });
    rows.insert(1, widths.map(|width| "-".repeat(width)));
    let line = |cells: [String; 3]| {
        let cells = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
    };
    rows.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

/// As the attribute writes it in the parentheses of its policy: `max = 3`, `adaptive(max = "5s")`, `stale`.
impl fmt::Display for ExplainedParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { parameter, value, .. } = self;
        match (*parameter, parameter.strip_suffix(')')) {
            ("" | "rung", _) => f.write_str(value),
            (_, Some(inner)) => write!(f, "{inner} = {value})"),
            (parameter, None) => write!(f, "{parameter} = {value}"),
        }
    }
}

/// Code in a cell of a table.
fn code(code: &str) -> String {
    let code = code.replace(['\n', '\r'], " ").replace('|', "\\|");
    if code.contains('`') { format!("`` {code} ``") } else { format!("`{code}`") }
}
