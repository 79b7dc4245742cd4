//! The limit that adapts: samples are gathered over a window, and an algorithm moves the limit by what each window
//! shows. No clock, no lock, no runtime, no task: time comes in with the samples, and a sample costs the same always.

use std::time::Duration;

use rand::rngs::SmallRng;
use resilient_policy::{BulkheadSettings, LimitAlgorithm};

use super::{gradient::Gradient, vegas::Vegas};
use crate::clock::Moment;

/// What one request showed of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sample {
    /// It answered after so long, be it with a value or with an error.
    Answer(Duration),
    /// It gave no answer in time, which took so long.
    Timeout(Duration),
    /// It said that it has too much to do. How long that took says nothing of how long work takes.
    Overload,
}

/// What a window of samples showed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Report {
    /// The mean time that the service took, in nanoseconds, at least 1; `None` where nothing was timed.
    pub(super) latency: Option<f64>,
    /// The most requests that were under way at once.
    pub(super) in_flight: u32,
    /// Answers per second.
    pub(super) throughput: f64,
    /// Whether too many timed out or were refused.
    pub(super) dropped: bool,
}

/// A window lasts at least this long, as in `WindowedLimit` of Netflix's concurrency-limits (where it is the longest,
/// too).
const WINDOW: Duration = Duration::from_secs(1);
/// ... and has at least so many samples, as there. A window that has fewer goes on, as in failsafe-go.
const SAMPLES: u32 = 10;
/// ... unless it is so old that its first samples are of another time; failsafe-go's longest window.
const STALE: Duration = Duration::from_secs(30);
/// Answers that come sooner are none of a service's work, such as a refused connection; as in `WindowedLimit`.
const TOO_SOON: Duration = Duration::from_micros(100);
/// The published algorithms take a single drop in a window for overload: a busy service that times out once in ten
/// thousand requests would sink to `min`. Here it takes one in so many.
const DROPS: u32 = 100;

/// The samples of the window under way.
#[derive(Debug)]
struct Window {
    since: Moment,
    samples: u32,
    answers: u32,
    drops: u32,
    timed: u32,
    nanos: u128,
    in_flight: u32,
}

impl Window {
    fn open(since: Moment) -> Self {
        Self { since, samples: 0, answers: 0, drops: 0, timed: 0, nanos: 0, in_flight: 0 }
    }

    fn add(&mut self, in_flight: u32, sample: Sample) {
        let (answered, latency) = match sample {
            Sample::Answer(latency) => (true, Some(latency)),
            Sample::Timeout(latency) => (false, Some(latency)),
            Sample::Overload => (false, None),
        };
        self.samples = self.samples.saturating_add(1);
        self.answers = self.answers.saturating_add(u32::from(answered));
        self.drops = self.drops.saturating_add(u32::from(!answered));
        self.in_flight = self.in_flight.max(in_flight);
        if let Some(latency) = latency {
            self.timed = self.timed.saturating_add(1);
            self.nanos = self.nanos.saturating_add(latency.as_nanos());
        }
    }

    fn report(&self, now: Moment) -> Report {
        #[expect(clippy::cast_precision_loss, reason = "a mean needs no nanoseconds of a year")]
        let latency =
            self.nanos.checked_div(u128::from(self.timed)).map(|mean| (mean as f64).max(1.0));
        let seconds = now.since(self.since).as_secs_f64().max(WINDOW.as_secs_f64());
        Report {
            latency,
            in_flight: self.in_flight,
            throughput: f64::from(self.answers) / seconds,
            dropped: u64::from(self.drops) * u64::from(DROPS) >= u64::from(self.samples)
                && self.drops > 0,
        }
    }
}

#[derive(Debug)]
enum Algorithm {
    Vegas(Vegas),
    // Boxed: its history is long, and most bulkheads have none.
    Gradient(Box<Gradient>),
}

/// A limit that moves between `min` and `max`.
#[derive(Debug)]
pub(super) struct Adaptive {
    algorithm: Algorithm,
    /// With the fraction that the algorithms gather up.
    limit: f64,
    min: f64,
    max: f64,
    window: Option<Window>,
}

impl Adaptive {
    /// `None` where the limit is fixed.
    pub(super) fn new(settings: &BulkheadSettings, rng: SmallRng) -> Option<Self> {
        let algorithm = match settings.adaptive {
            LimitAlgorithm::Vegas => Algorithm::Vegas(Vegas::new(rng)),
            LimitAlgorithm::Gradient => Algorithm::Gradient(Box::default()),
            _ => return None,
        };
        let (min, max) = (f64::from(settings.min), f64::from(settings.max));
        let limit = f64::from(settings.initial).clamp(min, max);
        Some(Self { algorithm, limit, min, max, window: None })
    }

    /// Notes a sample of a request that was one of `in_flight` when it was let in, and answers the new limit if it
    /// ends a window and moves the limit.
    pub(super) fn sample(&mut self, in_flight: u32, sample: Sample, now: Moment) -> Option<u32> {
        if matches!(sample, Sample::Answer(latency) if latency < TOO_SOON) {
            return None;
        }
        let window = self.window.get_or_insert_with(|| Window::open(now));
        // A clock that stepped back must not keep the window open until it has caught up.
        if now < window.since || now.since(window.since) > STALE {
            *window = Window::open(now);
        }
        window.add(in_flight, sample);
        if now.since(window.since) < WINDOW || window.samples < SAMPLES {
            return None;
        }
        let report = window.report(now);
        *window = Window::open(now);
        self.decide(&report)
    }

    fn decide(&mut self, report: &Report) -> Option<u32> {
        let before = self.whole();
        let next = match &mut self.algorithm {
            Algorithm::Vegas(vegas) => vegas.next(self.limit, report),
            Algorithm::Gradient(gradient) => gradient.next(self.limit, report),
        };
        // `max` and `min` of a number that is none are the bound: no sample leads out of them.
        self.limit = next.min(self.max).max(self.min);
        let now = self.whole();
        (now != before).then_some(now)
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between min and max, which are u32"
    )]
    fn whole(&self) -> u32 {
        self.limit as u32
    }
}

/// The step of both algorithms: the whole part of log10 of the limit, at least 1.
pub(super) fn step(limit: f64) -> f64 {
    limit.log10().floor().max(1.0)
}

/// Whether the limit is so little used that nothing can be learned of it: as published, it does not grow then.
pub(super) fn idle(limit: f64, report: &Report) -> bool {
    f64::from(report.in_flight) * 2.0 < limit
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng;
    use resilient_policy::BulkheadConfig;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn adaptive(algorithm: LimitAlgorithm, min: u32, initial: u32, max: u32) -> Adaptive {
        let config = BulkheadConfig::new().adaptive(algorithm).min(min).initial(initial).max(max);
        Adaptive::new(&config.settings(), SmallRng::seed_from_u64(7)).expect("adaptive")
    }

    fn vegas() -> Adaptive {
        adaptive(LimitAlgorithm::Vegas, 1, 20, 200)
    }

    /// Windows of ten samples each, all alike; the limits that they lead to.
    fn windows(
        adaptive: &mut Adaptive,
        from: u64,
        count: u64,
        sample: Sample,
        in_flight: u32,
    ) -> Vec<u32> {
        let mut limits = Vec::new();
        for window in from..from + count {
            for _ in 0..SAMPLES {
                let now = Moment::at(SECOND * u32::try_from(window).expect("small") * 2);
                limits.extend(adaptive.sample(in_flight, sample, now));
            }
        }
        limits
    }

    #[test]
    fn a_window_needs_its_time_and_its_samples() {
        let mut adaptive = vegas();
        let answer = Sample::Answer(SECOND / 100);
        let start = Moment::at(SECOND);
        // The first window sets the base: no change. Were it to end early, the second would move the limit early too.
        for _ in 0..SAMPLES {
            assert_eq!(adaptive.sample(20, answer, start), None);
        }
        assert_eq!(adaptive.sample(20, answer, start + SECOND), None);
        for _ in 0..SAMPLES - 1 {
            assert_eq!(adaptive.sample(20, answer, start + 5 * SECOND), None);
        }
        assert_eq!(adaptive.sample(20, answer, start + 5 * SECOND), Some(26));
    }

    #[test]
    fn an_old_window_is_forgotten_and_a_clock_that_steps_back_keeps_none_open() {
        let mut adaptive = vegas();
        let answer = Sample::Answer(SECOND / 100);
        for _ in 0..SAMPLES - 1 {
            adaptive.sample(20, answer, Moment::at(1_000 * SECOND));
        }
        adaptive.sample(20, answer, Moment::at(1_031 * SECOND));
        assert_eq!(adaptive.window.as_ref().expect("open").samples, 1);
        adaptive.sample(20, answer, Moment::at(SECOND));
        let window = adaptive.window.as_ref().expect("open");
        assert_eq!((window.samples, window.since), (1, Moment::at(SECOND)));
    }

    #[test]
    fn answers_that_come_too_soon_are_no_samples() {
        for algorithm in [LimitAlgorithm::Vegas, LimitAlgorithm::Gradient] {
            let mut adaptive = adaptive(algorithm, 1, 20, 200);
            let limits = windows(&mut adaptive, 0, 50, Sample::Answer(TOO_SOON / 2), 20);
            assert_eq!(limits, []);
        }
    }

    #[test]
    fn a_limit_that_is_not_used_does_not_grow() {
        for algorithm in [LimitAlgorithm::Vegas, LimitAlgorithm::Gradient] {
            let mut adaptive = adaptive(algorithm, 1, 20, 200);
            assert_eq!(windows(&mut adaptive, 0, 50, Sample::Answer(SECOND / 100), 9), []);
            assert_ne!(windows(&mut adaptive, 50, 50, Sample::Answer(SECOND / 100), 20), []);
        }
    }

    #[test]
    fn timeouts_and_refusals_bring_the_limit_down_even_while_nothing_is_answered() {
        for algorithm in [LimitAlgorithm::Vegas, LimitAlgorithm::Gradient] {
            for sample in [Sample::Overload, Sample::Timeout(SECOND)] {
                let mut adaptive = adaptive(algorithm, 3, 20, 200);
                let limits = windows(&mut adaptive, 0, 100, sample, 20);
                assert!(limits.is_sorted_by(|before, after| before > after), "{limits:?}");
                assert_eq!(limits.last(), Some(&3), "{algorithm} {sample:?}");
            }
        }
    }

    #[test]
    fn one_timeout_in_a_thousand_answers_does_not_count() {
        let mut window = Window::open(Moment::FIRST);
        for _ in 0..999 {
            window.add(1, Sample::Answer(SECOND));
        }
        window.add(1, Sample::Timeout(SECOND));
        assert!(!window.report(Moment::FIRST).dropped);
        for _ in 0..10 {
            window.add(1, Sample::Overload);
        }
        assert!(window.report(Moment::FIRST).dropped);
    }

    fn any_sample() -> impl Strategy<Value = Sample> {
        let latency = prop_oneof![
            Just(Duration::ZERO),
            Just(Duration::MAX),
            (0..u64::MAX).prop_map(Duration::from_nanos),
            (0_u64..2_000).prop_map(Duration::from_millis),
        ];
        (latency, 0..8).prop_map(|(latency, kind)| match kind {
            0 => Sample::Overload,
            1 => Sample::Timeout(latency),
            _ => Sample::Answer(latency),
        })
    }

    proptest! {
        #[test]
        fn no_sample_leads_out_of_the_bounds(
            gradient: bool,
            min in 1_u32..2_000,
            above in (0_u32..2_000, 0_u32..2_000),
            samples in prop::collection::vec((any_sample(), 0_u64..700_000_000, 0_u32..5_000), 0..600),
        ) {
            let algorithm = if gradient { LimitAlgorithm::Gradient } else { LimitAlgorithm::Vegas };
            let (initial, max) = (min + above.0, min + above.0 + above.1);
            let mut adaptive = adaptive(algorithm, min, initial, max);
            let (mut now, mut limit) = (Moment::at(SECOND), initial);
            for (sample, gap, in_flight) in samples {
                now = now + Duration::from_nanos(gap);
                if let Some(moved) = adaptive.sample(in_flight, sample, now) {
                    prop_assert_ne!(moved, limit);
                    limit = moved;
                }
                prop_assert!(adaptive.limit.is_finite());
                prop_assert!((min..=max).contains(&limit));
                prop_assert_eq!(adaptive.whole(), limit);
            }
        }

        #[test]
        fn no_report_breaks_an_algorithm(
            reports in prop::collection::vec(
                (prop::option::of(1.0_f64..1e40), any::<u32>(), 0.0_f64..1e12, any::<bool>()), 0..200),
        ) {
            for algorithm in [LimitAlgorithm::Vegas, LimitAlgorithm::Gradient] {
                let mut adaptive = adaptive(algorithm, 1, 20, 1_000_000);
                for &(latency, in_flight, throughput, dropped) in &reports {
                    adaptive.decide(&Report { latency, in_flight, throughput, dropped });
                    prop_assert!(adaptive.limit.is_finite());
                    prop_assert!((1.0..=1e6).contains(&adaptive.limit));
                }
            }
        }
    }
}
