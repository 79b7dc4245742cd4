use std::time::Duration;

use resilient_runtime::DiskStatus;

use crate::{
    cli::Args,
    human::{seconds, short, wrap},
    paint::Paint,
    rank::Build,
    timeline::Entry,
};

/// How wide the timeline is.
pub(crate) const WIDTH: usize = 96;

/// Puts what happens into words.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wording {
    paint: Paint,
}

impl Wording {
    /// Words for a terminal, or for a file.
    pub(crate) fn new(paint: Paint) -> Self {
        Self { paint }
    }

    /// The lines over everything.
    pub(crate) fn header(self, args: &Args) -> String {
        let Args { class, budget, scenario, seed, days, .. } = args;
        let title = self.paint.bold("Path of Exile 2 build generator");
        let days = if *days == 1 { "1 day".to_owned() } else { format!("{days} days") };
        let notice = self.paint.dim(&wrap(&args.pace().notice(), WIDTH).join("\n"));
        format!(
            "{title}   {class} · {budget} divine orbs · {scenario} · seed {seed} · {days}\n{notice}"
        )
    }

    /// The line about the cache on disk.
    pub(crate) fn disk(self, disk: &DiskStatus) -> String {
        let only = "! Answers are kept in memory only:";
        match disk {
            DiskStatus::Ready => self
                .paint
                .dim("Answers are kept on disk for the next run (--cache-dir says where)."),
            DiskStatus::Unavailable { reason, .. } => {
                self.paint.yellow(&format!("{only} {reason}"))
            }
            _ => self
                .paint
                .yellow(&format!("{only} there is no cache directory; give one with --cache-dir")),
        }
    }

    /// The line for an entry; `None` for what another line says already.
    pub(crate) fn line(self, entry: &Entry) -> Option<String> {
        let what = self.what(entry)?;
        let at = Duration::from_millis(entry.at_ms).as_secs_f64();
        let (service, method) = (entry.text("service"), entry.text("method"));
        let (at, method) =
            (self.paint.dim(&format!("{at:>7.3}s")), self.paint.dim(&format!("{method:<14}")));
        Some(format!("{at}  {service:<10}  {method}  {what}"))
    }

    fn what(self, entry: &Entry) -> Option<String> {
        let paint = self.paint;
        let number = |field| entry.number(field).unwrap_or_default();
        let wait = |field| seconds(Duration::from_millis(number(field)));
        Some(match entry.text("event") {
            "attempt_failed" => {
                let kind = entry.text("kind").replace('_', " ");
                paint.red(&format!(
                    "✗ attempt {} failed: {kind}, after {}",
                    number("attempt"),
                    wait("elapsed_ms")
                ))
            }
            "retry" => paint.yellow(&format!(
                "↻ retry in {} (attempt {})",
                wait("delay_ms"),
                number("attempt")
            )),
            "gave_up" => paint.red(&format!(
                "✗ gave up after {}: {}",
                attempts(number("attempts")),
                reason(entry)
            )),
            "rejected" => paint.magenta(&format!("⊘ rejected: {}", reason(entry))),
            "rate_wait" => paint.blue(&format!("◷ waits {} for the rate limit", wait("wait_ms"))),
            "breaker" => self.breaker(entry),
            "served" => self.served(entry),
            "cache" if !entry.text("problem").is_empty() => {
                paint.yellow(&format!("! {}", entry.text("problem")))
            }
            // How an attempt ends is told when it has ended; whether there is a disk tier was told at the start.
            _ => return None,
        })
    }

    fn breaker(self, entry: &Entry) -> String {
        let state = |field| entry.text(field).replace('_', "-");
        let change = format!("● breaker: {} → {}", state("from"), state("to"));
        let change = match entry.text("to") {
            "open" => self.paint.red(&change),
            "closed" => self.paint.green(&change),
            _ => self.paint.yellow(&change),
        };
        self.paint.bold(&change)
    }

    fn served(self, entry: &Entry) -> String {
        let age = entry
            .number("age_ms")
            .map(|age| format!(", {} old", seconds(Duration::from_millis(age))));
        let age = age.unwrap_or_default();
        match entry.text("source") {
            "live" => self.paint.green(&match entry.number("attempts") {
                None | Some(0 | 1) => "✓ live".to_owned(),
                Some(attempts) => format!("✓ live, attempt {attempts}"),
            }),
            "fallback" => self.paint.yellow("▽ fallback"),
            "stale" => self.paint.yellow(&format!("▤ stale{age}")),
            source => self.paint.cyan(&format!("▤ {source}{age}")),
        }
    }

    /// The line over a day.
    pub(crate) fn day(self, day: u32, news: &[&str]) -> String {
        let news: String = news.iter().flat_map(|line| ["· ", line, " "]).collect();
        let title = format!("── day {day} {news}");
        let rule = "─".repeat(WIDTH.saturating_sub(title.chars().count()));
        format!("\n{}", self.paint.bold(&format!("{title}{rule}")))
    }

    /// The line under a day. A cost that rests on guessed prices has a `~`.
    pub(crate) fn best(self, best: Option<&Build>, exalted_per_divine: f64) -> String {
        let text = match best {
            Some(Build { draft, .. }) => {
                let about = if draft.gear.iter().all(|piece| piece.quoted) { "" } else { "~" };
                format!(
                    "★ best: {}, {} dps for {about}{:.1} div (1 div = {exalted_per_divine:.2} exalted)",
                    draft.name,
                    short(draft.dps),
                    draft.cost
                )
            }
            None => "★ no build today".to_owned(),
        };
        format!("{:>8}  {}", "", self.paint.bold(&text))
    }
}

fn reason(entry: &Entry) -> String {
    match entry.text("reason") {
        "breaker_open" => "the breaker is open".to_owned(),
        "rate_limited" => "its turn would come too late".to_owned(),
        "timed_out" => "its time is up".to_owned(),
        "attempts" => "no more are allowed".to_owned(),
        "not_retryable" => "another would not help".to_owned(),
        "deadline" => "no time is left".to_owned(),
        other => other.replace('_', " "),
    }
}

fn attempts(count: u64) -> String {
    if count == 1 { "1 attempt".to_owned() } else { format!("{count} attempts") }
}
