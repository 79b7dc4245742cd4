//! How a rate follows what the service makes of it: no clock, no lock, no runtime.

use std::time::Duration;

use resilient_policy::{RateAdaptation, RateSettings};

use crate::clock::Moment;

/// What an answer shows of the service.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Sample {
    /// It asked for fewer requests.
    Throttled,
    /// It took too long.
    TimedOut,
    /// It answered after so long.
    Answer(Duration),
}

/// A rate between its floor and the configured limit.
#[derive(Debug)]
pub(super) struct Adaptive {
    min: f64,
    max: f64,
    rate: f64,
    curve: Curve,
    latency: Latency,
    /// When slow answers last brought the rate down.
    slowed: Option<Moment>,
}

#[derive(Debug)]
enum Curve {
    Aimd(Aimd),
    Cubic(Cubic),
}

impl Adaptive {
    pub(super) fn new(settings: &RateSettings) -> Option<Self> {
        let curve = match settings.adaptive {
            RateAdaptation::Aimd => Curve::Aimd(Aimd::default()),
            RateAdaptation::Cubic => Curve::Cubic(Cubic::new(settings.per)),
            _ => return None,
        };
        let (min, max) = (settings.min, settings.limit);
        let latency = Latency::default();
        Some(Self { min, max, rate: max, curve, latency, slowed: None })
    }

    /// Another limit; a rate that nothing has brought down goes with it.
    pub(super) fn set_max(&mut self, max: f64) -> f64 {
        let at_most = self.rate >= self.max;
        self.max = max;
        self.min = self.min.min(max);
        self.rate = if at_most { max } else { self.rate.clamp(self.min, max) };
        self.rate
    }

    /// Takes note of an answer; the rate, where that changes it, and whether it comes down.
    pub(super) fn sample(&mut self, sample: Sample, now: Moment) -> Option<(f64, bool)> {
        let overload = match sample {
            Sample::Throttled => true,
            Sample::TimedOut => self.slows(now),
            Sample::Answer(elapsed) => self.latency.is_slow(elapsed) && self.slows(now),
        };
        let (rate, max) = (self.rate, self.max);
        let next = match (&mut self.curve, overload) {
            (Curve::Aimd(aimd), true) => aimd.overload(rate, now),
            (Curve::Aimd(aimd), false) => aimd.answer(rate, max, now),
            (Curve::Cubic(cubic), overload) => cubic.answer(overload, rate, now),
        };
        let next = next.clamp(self.min, self.max);
        #[expect(clippy::float_cmp, reason = "whether it is the very same")]
        let changed = next != rate;
        self.rate = next;
        changed.then_some((next, next < rate))
    }

    /// Slow answers that came together are one sign.
    fn slows(&mut self, now: Moment) -> bool {
        let again = self.slowed.is_none_or(|last| now.since(last) >= SECOND);
        if again {
            self.slowed = Some(now);
        }
        again
    }
}

const SECOND: Duration = Duration::from_secs(1);

/// Additive increase, multiplicative decrease: half of it on overload, and a twentieth of the limit more in each second
/// that brings good answers.
#[derive(Debug, Default)]
struct Aimd {
    /// When it last went up or down.
    moved: Option<Moment>,
    /// When it last went down.
    cut: Option<Moment>,
}

impl Aimd {
    fn overload(&mut self, rate: f64, now: Moment) -> f64 {
        // The answers to what was sent at the old rate say nothing of the new one.
        if self.cut.is_some_and(|cut| now.since(cut) < SECOND) {
            return rate;
        }
        (self.moved, self.cut) = (Some(now), Some(now));
        rate / 2.0
    }

    fn answer(&mut self, rate: f64, max: f64, now: Moment) -> f64 {
        if rate >= max || self.moved.is_some_and(|moved| now.since(moved) < SECOND) {
            return rate;
        }
        self.moved = Some(now);
        rate + max / 20.0
    }
}

/// The client rate limiter of the AWS SDKs' adaptive retry mode, after botocore's `retries/adaptive.py` and
/// `retries/throttling.py`, with its constants.
#[derive(Debug)]
struct Cubic {
    /// In seconds; the curve counts requests in each second.
    per: f64,
    last_max: f64,
    last_throttle: Option<Moment>,
    measured: Measured,
}

/// How far the rate comes down.
const BETA: f64 = 0.7;
/// How steep the curve is.
const SCALE: f64 = 0.4;
/// How much the last half second counts in the measured rate.
const SMOOTH: f64 = 0.8;

impl Cubic {
    fn new(per: Duration) -> Self {
        let per = per.as_secs_f64();
        Self { per, last_max: 0.0, last_throttle: None, measured: Measured::default() }
    }

    fn answer(&mut self, throttled: bool, rate: f64, now: Moment) -> f64 {
        let measured = self.measured.request(now);
        let rate = rate / self.per;
        let next = if throttled {
            // What was sent is what was too much, however much more might have been.
            let used = if measured > 0.0 { rate.min(measured) } else { rate };
            self.last_max = used;
            self.last_throttle = Some(now);
            used * BETA
        } else {
            let Some(last) = self.last_throttle else { return rate * self.per };
            let since = now.since(last).as_secs_f64();
            let flat = (self.last_max * (1.0 - BETA) / SCALE).cbrt();
            SCALE * (since - flat).powi(3) + self.last_max
        };
        // Not far over what is sent, for nothing would have tried it.
        let most = if measured > 0.0 { 2.0 * measured } else { f64::INFINITY };
        next.min(most) * self.per
    }
}

/// Requests in each second, measured in halves of one.
#[derive(Debug, Default)]
struct Measured {
    requests: u32,
    half: Option<u64>,
    rate: f64,
}

impl Measured {
    fn request(&mut self, now: Moment) -> f64 {
        self.requests = self.requests.saturating_add(1);
        let half = now.nanos() / 500_000_000;
        let last = *self.half.get_or_insert(half);
        if half > last {
            #[expect(clippy::cast_precision_loss, reason = "far less than 2^53")]
            let current = f64::from(self.requests) / ((half - last) as f64 / 2.0);
            self.rate = current * SMOOTH + self.rate * (1.0 - SMOOTH);
            (self.requests, self.half) = (0, Some(half));
        }
        self.rate
    }
}

/// Whether answers take longer than they used to: a short mean against a long one.
#[derive(Debug, Default)]
struct Latency {
    short: f64,
    long: f64,
    answers: u32,
}

/// How many answers it takes to know what is usual.
const USUAL: u32 = 20;

impl Latency {
    fn is_slow(&mut self, elapsed: Duration) -> bool {
        let seconds = elapsed.as_secs_f64();
        self.answers = self.answers.saturating_add(1);
        // Of the first few it is the plain mean.
        let weight = |answers: u32| 1.0 / f64::from(self.answers.min(answers));
        let (short, long) = (weight(10), weight(500));
        self.short += (seconds - self.short) * short;
        self.long += (seconds - self.long) * long;
        let slow = self.answers >= USUAL && self.short > 2.0 * self.long;
        if slow {
            // What was told once is told again only by new answers.
            self.short = self.long;
        }
        slow
    }
}

#[cfg(all(test, not(resilient_loom)))]
mod tests {
    use resilient_policy::RateConfig;

    use super::*;

    fn adaptive(kind: RateAdaptation) -> Adaptive {
        let config = RateConfig::new().limit(100.0).min(10.0).adaptive(kind);
        Adaptive::new(&config.settings()).expect("adapts")
    }

    const QUICK: Sample = Sample::Answer(Duration::from_millis(10));

    fn at(seconds: f64) -> Moment {
        Moment::at(Duration::from_secs_f64(seconds))
    }

    #[test]
    fn aimd_halves_once_a_second_down_to_its_floor_and_recovers_by_a_twentieth_a_second() {
        let mut adaptive = adaptive(RateAdaptation::Aimd);
        assert_eq!(adaptive.sample(QUICK, at(0.0)), None);
        assert_eq!(adaptive.sample(Sample::Throttled, at(1.0)), Some((50.0, true)));
        assert_eq!(adaptive.sample(Sample::Throttled, at(1.5)), None);
        assert_eq!(adaptive.sample(QUICK, at(1.9)), None);
        assert_eq!(adaptive.sample(QUICK, at(2.0)), Some((55.0, false)));
        assert_eq!(adaptive.sample(QUICK, at(2.5)), None);
        assert_eq!(adaptive.sample(Sample::Throttled, at(2.5)), Some((27.5, true)));
        for second in 4..8 {
            adaptive.sample(Sample::Throttled, at(f64::from(second)));
        }
        assert_eq!(adaptive.rate, 10.0);
        for second in 8..40 {
            adaptive.sample(QUICK, at(f64::from(second)));
        }
        assert_eq!(adaptive.rate, 100.0);
    }

    /// The numbers of botocore's own test of its curve.
    #[test]
    fn the_cubic_curve_is_that_of_the_sdks() {
        let mut cubic = Cubic::new(SECOND);
        (cubic.last_max, cubic.last_throttle) = (10.0, Some(at(5.0)));
        cubic.measured.rate = 1_000.0;
        cubic.measured.half = Some(u64::MAX);
        for (second, rate) in [
            (5.0, 7.0),
            (6.0, 9.649_893),
            (7.0, 10.000_030),
            (8.0, 10.453_284),
            (9.0, 13.408_697),
            (10.0, 21.266_918),
            (11.0, 36.425_998),
        ] {
            let answered = cubic.answer(false, 0.0, at(second));
            assert!((answered - rate).abs() < 1e-3, "{second}: {answered}");
        }
    }

    #[test]
    fn cubic_comes_down_from_what_was_sent_and_returns_to_it_before_it_tries_more() {
        let mut adaptive = adaptive(RateAdaptation::Cubic);
        // 40 requests a second.
        let mut now = 0.0;
        for _ in 0..200 {
            now += 0.025;
            assert_eq!(adaptive.sample(QUICK, at(now)), None);
        }
        let (rate, down) = adaptive.sample(Sample::Throttled, at(now)).expect("comes down");
        assert!(down && (rate - 28.0).abs() < 2.0, "{rate}");
        for _ in 0..200 {
            now += 0.025;
            adaptive.sample(QUICK, at(now));
        }
        assert!(adaptive.rate > 38.0 && adaptive.rate < 60.0, "{}", adaptive.rate);
    }

    #[test]
    fn answers_that_grow_slow_are_one_sign_a_second_and_noise_is_none() {
        let mut adaptive = adaptive(RateAdaptation::Aimd);
        let mut noise = 7_u32;
        for number in 0..500 {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let answer = Sample::Answer(Duration::from_millis(50 + u64::from(noise >> 26)));
            assert_eq!(adaptive.sample(answer, at(f64::from(number) / 50.0)), None);
        }
        let slow = Sample::Answer(Duration::from_millis(400));
        let cuts: Vec<_> = (0..50)
            .filter_map(|number| adaptive.sample(slow, at(10.0 + f64::from(number) / 50.0)))
            .collect();
        assert_eq!(cuts, [(50.0, true)]);
        assert_eq!(adaptive.sample(Sample::TimedOut, at(12.0)), Some((25.0, true)));
    }
}
