//! Numbers and texts for a person.

use std::time::Duration;

/// A duration for a person.
pub(crate) fn seconds(duration: Duration) -> String {
    match duration.as_millis() {
        0 => "<1 ms".to_owned(),
        millis @ 1..1000 => format!("{millis} ms"),
        1_000..60_000 => format!("{:.2} s", duration.as_secs_f64()),
        _ => format!("{} min {} s", duration.as_secs() / 60, duration.as_secs() % 60),
    }
}

/// A large number for a person.
pub(crate) fn short(number: f64) -> String {
    match number {
        n if n >= 999_500.0 => format!("{:.2}M", n / 1e6),
        n if n >= 1_000.0 => format!("{:.0}k", n / 1e3),
        n => format!("{n:.0}"),
    }
}

/// Breaks a text into lines of at most `width` characters, between words.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last().map_or(0, |line| line.chars().count());
        if line > 0 && line + 1 + word.chars().count() > width {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        for (number, text) in [
            (999.0, "999"),
            (1_500.0, "2k"),
            (850_000.0, "850k"),
            (999_700.0, "1.00M"),
            (1.25e6, "1.25M"),
        ] {
            assert_eq!(short(number), text);
        }
    }

    #[test]
    fn times_are_short() {
        assert_eq!(seconds(Duration::from_micros(7)), "<1 ms");
        assert_eq!(seconds(Duration::from_millis(7)), "7 ms");
        assert_eq!(seconds(Duration::from_millis(1_234)), "1.23 s");
        assert_eq!(seconds(Duration::from_secs(454)), "7 min 34 s");
    }

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrap("a bow and a quiver", 9), ["a bow and", "a quiver"]);
        assert_eq!(wrap("unbreakable", 4), ["unbreakable"]);
        assert_eq!(wrap("", 4), [""]);
    }
}
