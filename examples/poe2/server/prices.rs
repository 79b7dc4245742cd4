use super::dice::Dice;
use crate::model::Trend;

/// How far a price may move in a day.
const DAILY_SWING: f64 = 0.07;
/// A smaller move than this is none.
const NOTICEABLE: f64 = 0.015;

/// A price on its random walk: where it started, and the dice that move it.
pub(super) struct Walk<'a> {
    pub(super) seed: u64,
    pub(super) name: &'a str,
    pub(super) start: f64,
}

impl Walk<'_> {
    /// The price on a day, and where it is going. Day 1 is the start.
    pub(super) fn on(&self, day: u32) -> (f64, Trend) {
        let mut dice = Dice::new(self.seed, self.name);
        let mut price = self.start;
        let mut step = 0.0;
        for _ in 1..day {
            step = dice.swing() * DAILY_SWING;
            price *= 1.0 + step;
        }
        let trend = match step {
            up if up > NOTICEABLE => Trend::Rising,
            down if down < -NOTICEABLE => Trend::Declining,
            _ => Trend::Stable,
        };
        (cents(price), trend)
    }
}

/// Markets quote two decimals.
fn cents(price: f64) -> f64 {
    (price * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn divine(seed: u64) -> Walk<'static> {
        Walk { seed, name: "divine", start: 180.0 }
    }

    #[test]
    fn the_first_day_has_the_starting_price() {
        assert_eq!(divine(42).on(1), (180.0, Trend::Stable));
    }

    #[test]
    fn a_seed_walks_the_same_way_every_time_and_two_seeds_do_not() {
        let days = |seed| (1..20).map(|day| divine(seed).on(day).0).collect::<Vec<_>>();
        assert_eq!(days(42), days(42));
        assert_ne!(days(42), days(43));
    }

    #[test]
    fn two_prices_of_a_seed_do_not_move_together() {
        let exalted = Walk { seed: 42, name: "exalted", start: 180.0 };
        assert_ne!(exalted.on(5), divine(42).on(5));
    }

    #[test]
    fn no_day_moves_a_price_further_than_the_swing() {
        for day in 1..200 {
            let (before, _) = divine(7).on(day);
            let (after, trend) = divine(7).on(day + 1);
            let step = after / before - 1.0;
            assert!(step.abs() <= DAILY_SWING + 0.001, "day {day} moved by {step}");
            assert!(
                after > 0.0
                    && (trend != Trend::Rising || step > 0.0)
                    && (trend != Trend::Declining || step < 0.0)
            );
        }
    }
}
