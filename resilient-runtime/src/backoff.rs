//! The delays between attempts.

use std::time::Duration;

use rand::{Rng, RngExt as _};
use resilient_policy::{Jitter, RetrySettings};

/// The delay before the attempt after `attempt`, never longer than `max_delay`, jitter included.
///
/// Exponential with a factor, spread by the jitter kinds of Marc Brooker, "Exponential Backoff And Jitter" (AWS
/// Architecture Blog, 2015). `previous` is the delay before, which only decorrelated jitter looks at.
pub(crate) fn delay(
    settings: &RetrySettings,
    attempt: u32,
    previous: Duration,
    rng: &mut impl Rng,
) -> Duration {
    if settings.base.is_zero() {
        // Nothing grows out of nothing, and nothing times infinity is no number.
        return Duration::ZERO;
    }
    let base = settings.base.as_secs_f64();
    let cap = settings.max_delay.as_secs_f64();
    let exponent = f64::from(attempt.saturating_sub(1));
    // Infinity is fine here: it is cut to the cap before it becomes a duration.
    let grown = (base
        * match settings.backoff {
            resilient_policy::Backoff::Exponential(factor) => factor,
            _ => 1.0,
        }
        .powf(exponent))
    .min(cap);
    let seconds = match settings.jitter {
        Jitter::None => grown,
        Jitter::Full => grown * rng.random::<f64>(),
        Jitter::Decorrelated => {
            let previous = if attempt <= 1 { base } else { previous.as_secs_f64() };
            let most = (previous * 3.0).clamp(base, f64::MAX);
            base + (most - base) * rng.random::<f64>()
        }
        // Jitter::Equal, and whatever kind is added and forgotten here.
        _ => grown * (0.5 + 0.5 * rng.random::<f64>()),
    };
    Duration::try_from_secs_f64(seconds).unwrap_or(settings.max_delay).min(settings.max_delay)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{SeedableRng, rngs::SmallRng};
    use resilient_policy::RetryConfig;

    use super::*;
    use crate::rng::Seeds;

    fn millis(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    fn jitters() -> impl Strategy<Value = Jitter> {
        prop::sample::select(Jitter::NAMES.map(|(_, kind)| kind).to_vec())
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
            .map(|attempt| delay(&settings.settings(), attempt, Duration::ZERO, &mut rng))
            .collect();
        assert_eq!(delays, [millis(2_000), millis(4_000), millis(8_000), millis(10_000)]);
    }

    #[test]
    fn two_calls_do_not_share_a_sequence_and_one_seed_gives_the_same_again() {
        let settings = RetryConfig::new().settings();
        let sequence = |rng: &mut SmallRng| -> Vec<_> {
            (1..5).map(|attempt| delay(&settings, attempt, Duration::ZERO, rng)).collect()
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
            let delay = delay(&settings, attempt, Duration::from_nanos(previous), &mut rng);
            prop_assert!(delay <= cap);
            match jitter {
                Jitter::Equal => prop_assert!(delay >= (base / 2).min(cap).saturating_sub(Duration::from_micros(1))),
                Jitter::None => prop_assert!(delay >= base.min(cap).saturating_sub(Duration::from_micros(1))),
                _ => {}
            }
        }
    }
}
