//! Durations as people write them: `"250ms"`, `"1m 30s"`.

use std::{fmt, time::Duration};

/// The longest duration that a policy takes: a hundred years, far enough from every overflow.
pub const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// Why a text is not a duration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseDurationError {
    text: String,
    why: Why,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    Empty,
    NoNumber,
    NoUnit,
    UnknownUnit,
    TooLong,
}

impl fmt::Display for ParseDurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = &self.text;
        match self.why {
            Why::Empty => {
                write!(f, "a duration is empty; write a number and a unit, such as `\"60s\"`")
            }
            Why::NoNumber => {
                write!(
                    f,
                    "`{text}` is not a duration; write whole numbers with units, such as `\"60s\"` or `\"1m 30s\"`"
                )
            }
            Why::NoUnit => write!(
                f,
                "`{text}` has no unit; write a number and a unit, such as `\"{}s\"`",
                text.trim()
            ),
            Why::UnknownUnit => {
                write!(
                    f,
                    "`{text}` has an unknown unit; write one of ns, us, ms, s, m, h, d, such as `\"60s\"`"
                )
            }
            Why::TooLong => write!(
                f,
                "`{text}` is longer than 100 years; write a shorter duration, such as `\"1d\"`"
            ),
        }
    }
}

impl std::error::Error for ParseDurationError {}

/// Reads a duration: whole numbers, each followed by `ns`, `us` (or `µs`), `ms`, `s`, `m`, `h` or `d`, added up.
///
/// ```
/// use std::time::Duration;
/// # use resilient_policy::duration::parse;
/// assert_eq!(parse("250ms"), Ok(Duration::from_millis(250)));
/// assert_eq!(parse("1m 30s"), Ok(Duration::from_secs(90)));
/// assert!(parse("60").is_err());
/// ```
///
/// # Errors
///
/// A text with no number, no unit, an unknown unit, or a sum of more than [`LONGEST`].
pub fn parse(text: &str) -> Result<Duration, ParseDurationError> {
    let fail = |why| ParseDurationError { text: text.to_owned(), why };
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(fail(Why::Empty));
    }
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if digits == 0 {
            return Err(fail(Why::NoNumber));
        }
        let (number, after) = rest.split_at(digits);
        let after = after.trim_start();
        let letters = after.len() - after.trim_start_matches(char::is_alphabetic).len();
        if letters == 0 {
            return Err(fail(
                if after.is_empty() || after.starts_with(|c: char| c.is_ascii_digit()) {
                    Why::NoUnit
                } else {
                    Why::NoNumber
                },
            ));
        }
        let (unit, after) = after.split_at(letters);
        let nanos = nanos_in(unit).ok_or_else(|| fail(Why::UnknownUnit))?;
        let number: u64 = number.parse().map_err(|_| fail(Why::TooLong))?;
        let part = u128::from(number) * nanos;
        if part > LONGEST.as_nanos() {
            return Err(fail(Why::TooLong));
        }
        total = total.saturating_add(from_nanos(part));
        rest = after.trim_start();
    }
    if total > LONGEST { Err(fail(Why::TooLong)) } else { Ok(total) }
}

fn nanos_in(unit: &str) -> Option<u128> {
    Some(match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60 * 1_000_000_000,
        "h" => 3_600 * 1_000_000_000,
        "d" => 86_400 * 1_000_000_000,
        _ => return None,
    })
}

fn from_nanos(nanos: u128) -> Duration {
    let secs = u64::try_from(nanos / 1_000_000_000).unwrap_or(u64::MAX);
    let below = u32::try_from(nanos % 1_000_000_000).unwrap_or(0);
    Duration::new(secs, below)
}

/// Writes a duration the way [`parse`] reads it: `1m 30s`, `250ms`, `0s`.
///
/// ```
/// # use resilient_policy::duration::{format, parse};
/// let text = format(std::time::Duration::from_millis(90_250));
/// assert_eq!(text, "1m 30s 250ms");
/// assert_eq!(parse(&text).unwrap().as_millis(), 90_250);
/// ```
pub fn format(duration: Duration) -> String {
    let mut secs = duration.as_secs();
    let mut nanos = duration.subsec_nanos();
    let mut parts = Vec::new();
    for (unit, size) in [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)] {
        if secs >= size {
            parts.push(format!("{}{unit}", secs / size));
            secs %= size;
        }
    }
    for (unit, size) in [("ms", 1_000_000), ("us", 1_000), ("ns", 1)] {
        if nanos >= size {
            parts.push(format!("{}{unit}", nanos / size));
            nanos %= size;
        }
    }
    if parts.is_empty() { "0s".to_owned() } else { parts.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_unit_and_sums_of_them() {
        for (text, nanos) in [
            ("1ns", 1),
            ("1us", 1_000),
            ("1µs", 1_000),
            ("1ms", 1_000_000),
            ("1s", 1_000_000_000),
            ("1m", 60_000_000_000),
            ("1h", 3_600_000_000_000),
            ("1d", 86_400_000_000_000),
            (" 1m 30s ", 90_000_000_000),
            ("1m30s", 90_000_000_000),
            ("2 s", 2_000_000_000),
            ("0s", 0),
        ] {
            assert_eq!(parse(text).map(|d| d.as_nanos()), Ok(nanos), "{text}");
        }
    }

    #[test]
    fn says_what_is_wrong_and_what_to_write() {
        for (text, words) in [
            ("", "empty"),
            ("   ", "empty"),
            ("60", "has no unit"),
            ("60x", "unknown unit"),
            ("s", "is not a duration"),
            ("1.5s", "is not a duration"),
            ("-1s", "is not a duration"),
            ("1s,2s", "is not a duration"),
            ("99999999999999999999s", "longer than 100 years"),
            ("36501d", "longer than 100 years"),
            ("100000000000h", "longer than 100 years"),
        ] {
            let error = parse(text).expect_err(text).to_string();
            assert!(error.contains(words), "{text}: {error}");
            assert!(error.contains("; write "), "{text}: {error}");
        }
    }

    #[test]
    fn formats_what_it_can_read_again() {
        for millis in [0, 1, 250, 999, 1_000, 61_000, 86_400_000, 90_061_001] {
            let duration = Duration::from_millis(millis);
            assert_eq!(parse(&format(duration)), Ok(duration));
        }
    }
}
