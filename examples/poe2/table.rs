use std::fmt::Write;

use resilient_runtime::{MethodSnapshot, ServiceSnapshot};

use crate::paint::Paint;

/// One column: its head, and what it counts of a method.
type Column = (&'static str, fn(&MethodSnapshot) -> u64);

const COLUMNS: [Column; 10] = [
    ("calls", |method| method.calls),
    ("live", |method| method.successes - method.memory_hits - method.coalesced - method.disk_hits),
    ("memory", |method| method.memory_hits + method.coalesced),
    ("disk", |method| method.disk_hits),
    ("stale", |method| method.cache.stale),
    ("fallback", |method| method.fallbacks),
    ("tries", |method| method.attempts),
    ("retries", |method| method.retries),
    ("failed", |method| method.failures + method.ignored),
    ("rejected", |method| method.rejected.total()),
];

const FOOT: &str = "\
Every call was served live, from memory, from disk or, where it failed or was rejected, by what
had expired (stale) or the fallback.
";

/// How wide a column is.
fn width(name: &str) -> usize {
    name.len().max(5) + 2
}

/// What the policies of each service did, in numbers.
pub(crate) struct Table {
    rows: Vec<Row>,
}

struct Row {
    service: String,
    counts: [u64; COLUMNS.len()],
    breaker: String,
}

impl Table {
    /// The table of these services, one row each.
    pub(crate) fn of(services: &[ServiceSnapshot]) -> Self {
        let row = |service: &ServiceSnapshot| Row {
            service: service.name.to_string(),
            counts: COLUMNS.map(|(_, count)| service.methods.iter().map(count).sum()),
            breaker: service
                .breaker
                .as_ref()
                .map_or("none".to_owned(), |breaker| breaker.state.to_string()),
        };
        Self { rows: services.iter().map(row).collect() }
    }

    /// The table for a person.
    pub(crate) fn text(&self, paint: Paint) -> String {
        let mut head = format!("{:<10}", "service");
        for (name, _) in COLUMNS {
            let _ = write!(head, "{name:>width$}", width = width(name));
        }
        let mut text = paint.dim(&format!("{head}  breaker\n"));
        for Row { service, counts, breaker } in &self.rows {
            let _ = write!(text, "{service:<10}");
            for (count, (name, _)) in counts.iter().zip(COLUMNS) {
                let cell = format!("{count:>width$}", width = width(name));
                text += &if *count == 0 { paint.dim(&cell) } else { cell };
            }
            let state = breaker.replace('_', "-");
            let state = if breaker == "closed" { paint.green(&state) } else { paint.red(&state) };
            let _ = writeln!(text, "  {state}");
        }
        text + &paint.dim(FOOT)
    }
}
