//! The delays between attempts.

use std::time::Duration;

use rand::{Rng, RngExt as _};
use resilient_policy::{Jitter, RetrySettings};

mod stretch;

pub(crate) use stretch::Stretch;

/// The delay before the attempt after `attempt`, never longer than `max_delay`, jitter included.
///
/// Spread by the jitter kinds of Marc Brooker, "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015).
/// `attempt` is the number of the one that failed, from 1. `previous` is the delay before, which only decorrelated
/// jitter looks at; `stretch` is [`Stretch::factor`], which only [`Backoff::Adaptive`](resilient_policy::Backoff::Adaptive) looks at. Always the number's own
/// delay, never that of the delay before: those compound (2^(n(n-1)/2) in place of 2^n).
pub(crate) fn delay(
    settings: &RetrySettings,
    attempt: u32,
    previous: Duration,
    stretch: f64,
    rng: &mut impl Rng,
) -> Duration {
    let cap = settings.max_delay.as_secs_f64();
    let delay = |attempt| capped(settings.backoff.seconds(settings.base, attempt, stretch), cap);
    let seconds = match settings.jitter {
        Jitter::None => delay(attempt),
        Jitter::Full => delay(attempt) * rng.random::<f64>(),
        Jitter::Decorrelated => {
            let first = delay(1);
            let previous = if attempt <= 1 { first } else { previous.as_secs_f64() };
            let most = (previous * 3.0).max(first);
            first + (most - first) * rng.random::<f64>()
        }
        // Jitter::Equal, and whatever kind is added and forgotten here.
        _ => delay(attempt) * (0.5 + 0.5 * rng.random::<f64>()),
    };
    Duration::try_from_secs_f64(seconds).unwrap_or(settings.max_delay).min(settings.max_delay)
}

/// What is no delay becomes the longest one: a caller who waits too long does less harm than one who does not wait.
fn capped(seconds: f64, cap: f64) -> f64 {
    if seconds >= 0.0 { seconds.min(cap) } else { cap }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{SeedableRng, rngs::SmallRng};
    use resilient_policy::{Backoff, CustomBackoff, RetryConfig};

    use super::*;
    use crate::rng::Seeds;

    fn millis(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    fn unspread(settings: &RetrySettings, stretch: f64) -> Vec<Duration> {
        let mut rng = SmallRng::seed_from_u64(1);
        (1..=6).map(|attempt| delay(settings, attempt, Duration::ZERO, stretch, &mut rng)).collect()
    }

    fn with(mut settings: RetrySettings, change: impl FnOnce(&mut RetrySettings)) -> RetrySettings {
        change(&mut settings);
        settings
    }

    fn plain(backoff: Backoff) -> RetrySettings {
        RetryConfig::new().base(millis(100)).strategy(backoff).jitter(Jitter::None).settings()
    }

    fn jitters() -> impl Strategy<Value = Jitter> {
        prop::sample::select(Jitter::NAMES.map(|(_, kind)| kind).to_vec())
    }

    #[test]
    fn every_strategy_grows_as_its_table_says() {
        let custom = Backoff::Custom(CustomBackoff(|n| millis(u64::from(7 * n))));
        for (backoff, expected) in [
            (Backoff::Exponential(2.0), [100, 200, 400, 800, 1_600, 3_200]),
            (Backoff::Exponential(1.5), [100, 150, 225, 338, 506, 759]),
            (Backoff::Fixed, [100; 6]),
            (Backoff::Linear, [100, 200, 300, 400, 500, 600]),
            (Backoff::Fibonacci, [100, 100, 200, 300, 500, 800]),
            (Backoff::Adaptive, [300, 600, 1_200, 2_400, 4_800, 9_600]),
            (custom, [7, 14, 21, 28, 35, 42]),
        ] {
            let delays: Vec<_> = unspread(&plain(backoff), 3.0)
                .iter()
                .map(|delay| (delay.as_micros() + 500) / 1_000)
                .collect();
            assert_eq!(delays, expected, "{backoff}");
        }
    }

    #[test]
    fn no_step_lands_above_the_cap() {
        let cap = |backoff| with(plain(backoff), |settings| settings.max_delay = millis(350));
        assert_eq!(
            unspread(&cap(Backoff::Fibonacci), 1.0),
            [100, 100, 200, 300, 350, 350].map(millis)
        );
        assert_eq!(
            unspread(&cap(Backoff::Exponential(2.0)), 1.0),
            [100, 200, 350, 350, 350, 350].map(millis)
        );
        assert_eq!(
            unspread(&cap(Backoff::Adaptive), 64.0),
            [350; 6].map(millis),
            "the stretch is capped too"
        );
        assert_eq!(
            unspread(&cap(Backoff::Custom(CustomBackoff(|_| Duration::MAX))), 1.0),
            [350; 6].map(millis)
        );
    }

    #[test]
    fn without_a_base_only_a_function_makes_a_delay() {
        for (_, backoff) in Backoff::NAMES.into_iter().chain([("", Backoff::Exponential(1_000.0))])
        {
            for (_, jitter) in Jitter::NAMES {
                let settings = with(plain(backoff), |settings| {
                    (settings.base, settings.jitter) = (Duration::ZERO, jitter);
                });
                let mut rng = SmallRng::seed_from_u64(1);
                assert_eq!(
                    delay(&settings, u32::MAX, Duration::ZERO, 8.0, &mut rng),
                    Duration::ZERO,
                    "{backoff} {jitter}"
                );
            }
        }
        let custom = plain(Backoff::Custom(CustomBackoff(|_| millis(5))));
        let custom = with(custom, |settings| settings.base = Duration::ZERO);
        assert_eq!(unspread(&custom, 1.0), [5; 6].map(millis));
    }

    #[test]
    fn delays_together_never_take_longer_than_the_longest() {
        for (_, backoff) in Backoff::NAMES.into_iter().chain([("", Backoff::Exponential(2.5))]) {
            for (_, jitter) in Jitter::NAMES {
                let settings = with(plain(backoff), |settings| {
                    (settings.max, settings.jitter) = (8, jitter);
                    settings.max_delay = millis(1_700);
                });
                let longest = settings.longest_delays().expect("no function says them");
                let mut rng = SmallRng::seed_from_u64(7);
                let mut most = Duration::ZERO;
                for _ in 0..500 {
                    let next = |previous: &mut Duration, attempt| {
                        *previous = delay(&settings, attempt, *previous, 1.0, &mut rng);
                        Some(*previous)
                    };
                    let sum = (1..settings.max).scan(Duration::ZERO, next).sum();
                    assert!(sum <= longest, "{backoff} {jitter}: {sum:?} and {longest:?}");
                    most = most.max(sum);
                }
                assert!(most > longest / 2, "{backoff} {jitter}: {most:?} and {longest:?}");
                assert!(jitter != Jitter::None || most == longest, "{backoff}");
            }
        }
    }

    /// Delays in milliseconds of one call with the default strategy, which reaches the cap of one second after the
    /// fourth attempt.
    fn spread(jitter: Jitter) -> Vec<Duration> {
        let settings = with(plain(Backoff::Exponential(2.0)), |settings| {
            (settings.jitter, settings.max_delay) = (jitter, millis(1_000));
        });
        let mut rng = SmallRng::seed_from_u64(5);
        let next = |previous: &mut Duration, attempt| {
            *previous = delay(&settings, attempt, *previous, 1.0, &mut rng);
            Some(*previous)
        };
        (1..=200).scan(Duration::ZERO, next).collect()
    }

    #[test]
    fn each_jitter_spreads_over_its_whole_range_even_at_the_cap() {
        let within = |delays: &[Duration], low, high| {
            delays.iter().any(|delay| (millis(low)..millis(high)).contains(delay))
        };
        let (equal, full) = (spread(Jitter::Equal), spread(Jitter::Full));
        assert!(within(&equal[10..], 500, 600) && within(&equal[10..], 900, 1_000));
        assert!(!within(&equal[10..], 0, 500));
        assert!(within(&full[10..], 0, 100) && within(&full[10..], 900, 1_000));
        let decorrelated = spread(Jitter::Decorrelated);
        assert!(within(&decorrelated, 100, 200), "it comes back to the first delay");
        assert!(within(&decorrelated, 700, 1_001), "and grows past three times it");
    }

    #[test]
    fn decorrelated_lies_between_the_first_delay_and_three_times_the_one_before() {
        let custom = Backoff::Custom(CustomBackoff(|n| millis(if n == 1 { 40 } else { 9_999 })));
        for (backoff, stretch, first) in [
            (Backoff::Exponential(1_000.0), 8.0, 100),
            (Backoff::Linear, 8.0, 100),
            (Backoff::Adaptive, 8.0, 800),
            (custom, 8.0, 40),
        ] {
            let settings = with(plain(backoff), |settings| settings.jitter = Jitter::Decorrelated);
            let mut rng = SmallRng::seed_from_u64(3);
            let mut previous = millis(first);
            for attempt in 1..100 {
                let next = delay(&settings, attempt, previous, stretch, &mut rng);
                let most = (3 * previous).min(settings.max_delay);
                assert!((millis(first)..=most).contains(&next), "{backoff}: {next:?}");
                previous = next;
            }
        }
    }

    fn strategies() -> impl Strategy<Value = Backoff> {
        prop_oneof![
            any::<f64>().prop_map(Backoff::Exponential),
            (1.0_f64..=1_000.0).prop_map(Backoff::Exponential),
            prop::sample::select(Backoff::NAMES.map(|(_, kind)| kind).to_vec()),
            prop::sample::select(vec![
                Backoff::Custom(CustomBackoff(|_| Duration::MAX)),
                Backoff::Custom(CustomBackoff(|_| Duration::ZERO)),
                Backoff::Custom(CustomBackoff(|n| Duration::from_nanos(n.into()))),
            ]),
        ]
    }

    proptest! {
        #[test]
        fn nothing_panics_whatever_the_settings_are(
            backoff in strategies(),
            base in any::<Duration>(),
            max_delay in any::<Duration>(),
            previous in any::<Duration>(),
            attempt in prop_oneof![0_u32..200, any::<u32>()],
            stretch in any::<f64>(),
            jitter in jitters(),
            seed in any::<u64>(),
        ) {
            let settings = with(plain(backoff), |settings| {
                (settings.base, settings.max_delay, settings.jitter) = (base, max_delay, jitter);
            });
            let mut rng = SmallRng::seed_from_u64(seed);
            prop_assert!(delay(&settings, attempt, previous, stretch, &mut rng) <= max_delay);
        }
    }

    #[test]
    fn grows_by_its_factor_up_to_the_cap() {
        let settings = RetryConfig::new()
            .base(millis(2_000))
            .backoff(2.0)
            .max_delay(millis(10_000))
            .jitter(Jitter::None);
        let mut rng = SmallRng::seed_from_u64(1);
        let delays: Vec<_> = (1..=4)
            .map(|attempt| delay(&settings.settings(), attempt, Duration::ZERO, 1.0, &mut rng))
            .collect();
        assert_eq!(delays, [millis(2_000), millis(4_000), millis(8_000), millis(10_000)]);
    }

    #[test]
    fn two_calls_do_not_share_a_sequence_and_one_seed_gives_the_same_again() {
        let settings = RetryConfig::new().settings();
        let sequence = |rng: &mut SmallRng| -> Vec<_> {
            (1..5).map(|attempt| delay(&settings, attempt, Duration::ZERO, 1.0, rng)).collect()
        };
        let (seeds, again) = (Seeds::new(7), Seeds::new(7));
        let (first, second) = (sequence(&mut seeds.next()), sequence(&mut seeds.next()));
        assert_ne!(first, second);
        assert_eq!([first, second], [sequence(&mut again.next()), sequence(&mut again.next())]);
    }

    proptest! {
        #[test]
        fn never_panics_and_never_exceeds_the_cap(
            base in 0_u64..100_000_000,
            factor in 1.0_f64..=1_000.0,
            extra in 0_u64..1_000_000_000_000,
            attempt in any::<u32>(),
            previous in any::<u64>(),
            jitter in jitters(),
            seed in any::<u64>(),
        ) {
            let (base, cap) = (millis(base), millis(base.saturating_add(extra)));
            let settings = RetryConfig::new().base(base).backoff(factor).max_delay(cap).jitter(jitter).settings();
            let mut rng = SmallRng::seed_from_u64(seed);
            let delay = delay(&settings, attempt, Duration::from_nanos(previous), 1.0, &mut rng);
            prop_assert!(delay <= cap);
            match jitter {
                Jitter::Equal => prop_assert!(delay >= (base / 2).min(cap).saturating_sub(Duration::from_micros(1))),
                Jitter::None => prop_assert!(delay >= base.min(cap).saturating_sub(Duration::from_micros(1))),
                _ => {}
            }
        }
    }
}
