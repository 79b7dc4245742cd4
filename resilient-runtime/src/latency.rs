//! Recent latencies, and what follows them.

use std::time::Duration;

use resilient_policy::AdaptiveSettings;

use crate::{
    buckets,
    clock::Moment,
    sync::{AtomicU64, Ordering},
    tagged::Tagged,
};

/// How often each latency came, to a sixteenth of itself, in the last thirty to sixty seconds.
///
/// Two generations of thirty seconds each: the present one and the one before it. A generation needs no clearing, since
/// each count carries the number of the generation that it belongs to and starts anew when a later one comes by. Eight
/// kilobytes.
#[derive(Debug)]
pub(crate) struct Latencies {
    /// The even and the odd ones.
    generations: [[Tagged; buckets::COUNT]; 2],
    /// The last answers. Two, for a timeout and a hedge that follow different percentiles.
    answers: [Answer; 2],
}

const GENERATION: u64 = 30_000_000_000;
/// With fewer samples than these there is no percentile to speak of.
const FEWEST: u64 = 20;

fn generation(now: Moment) -> u64 {
    now.nanos() / GENERATION
}

impl Default for Latencies {
    fn default() -> Self {
        let none = || std::array::from_fn(|_| Tagged::new());
        Self { generations: [none(), none()], answers: [Answer::none(), Answer::none()] }
    }
}

impl Latencies {
    pub(crate) fn record(&self, latency: Duration, now: Moment) {
        let generation = generation(now);
        let half = usize::from(!generation.is_multiple_of(2));
        self.generations[half][buckets::index(latency)].add(generation);
    }

    /// The `percentile`th (0 to 100, told apart to a thousandth) of them, by nearest rank, at most 6.25 % too long;
    /// `None` while there are fewer than twenty. May be asked for on each call: the answer may be a tenth of a second old.
    pub(crate) fn percentile(&self, percentile: f64, now: Moment) -> Option<Duration> {
        let question = Answer::question(percentile, now);
        let known = self.answers.iter().find_map(|answer| answer.to(question));
        let bucket = match known {
            Some(bucket) => bucket,
            None => {
                // That there are too few is not remembered: with so little traffic a look costs nobody anything.
                let bucket = self.look(percentile, now)?;
                let oldest = self.answers.iter().min_by_key(|answer| answer.age_key(question));
                oldest.inspect(|answer| answer.set(question, bucket));
                bucket
            }
        };
        Some(buckets::upper(bucket))
    }

    /// Reads every bucket: about a microsecond.
    fn look(&self, percentile: f64, now: Moment) -> Option<usize> {
        let generation = generation(now);
        // Read once: counts that grow meanwhile would move the ranks.
        let counts: [u64; buckets::COUNT] = std::array::from_fn(|i| {
            // A later generation than this one is that of a thread that read the clock a little later.
            let recent = |(tag, _): &(u64, u64)| tag.abs_diff(generation) <= 1;
            self.generations
                .iter()
                .map(|half| half[i].get())
                .filter(recent)
                .map(|(_, count)| count)
                .sum()
        });
        let counts = counts.iter().copied();
        (counts.clone().sum::<u64>() >= FEWEST)
            .then(|| buckets::percentile(percentile, counts))
            .flatten()
    }
}

/// Which bucket a percentile was in at a tenth of a second, in one word: 37 bits of time, 17 of thousandths of the
/// percentile, 10 of bucket.
#[derive(Debug)]
struct Answer(AtomicU64);

const BUCKET: u32 = 10;
const THOUSANDTHS: u32 = 17;
const TENTH: u64 = 100_000_000;

impl Answer {
    /// To a percentile that is none.
    fn none() -> Self {
        Self(AtomicU64::new(((1 << THOUSANDTHS) - 1) << BUCKET))
    }

    /// The word without its bucket.
    fn question(percentile: f64, now: Moment) -> u64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and 100000; what is no number becomes 0"
        )]
        let thousandths = (percentile * 1_000.0).clamp(0.0, 100_000.0) as u64;
        (now.nanos() / TENTH) << (THOUSANDTHS + BUCKET) | thousandths << BUCKET
    }

    fn to(&self, question: u64) -> Option<usize> {
        let word = self.0.load(Ordering::Relaxed);
        let bucket = word & ((1 << BUCKET) - 1);
        (word - bucket == question).then(|| usize::try_from(bucket).ok()).flatten()
    }

    fn set(&self, question: u64, bucket: usize) {
        self.0.store(question | bucket as u64, Ordering::Relaxed);
    }

    /// Lowest for the answer that a new one replaces: that to the same percentile, or else the oldest.
    fn age_key(&self, question: u64) -> u64 {
        let word = self.0.load(Ordering::Relaxed);
        let percentile = |word: u64| word >> BUCKET & ((1 << THOUSANDTHS) - 1);
        if percentile(word) == percentile(question) { 0 } else { word }
    }
}

/// How long an attempt may take whose timeout follows latencies, under a `load` in percent: their percentile times the
/// factor, times 1.5 over a load of 80 and 1.2 over 60, and between the shortest and the longest. While they are too few,
/// `start`, or the longest.
pub(crate) fn adaptive_limit(
    settings: &AdaptiveSettings,
    start: Option<Duration>,
    latencies: &Latencies,
    load: u8,
    now: Moment,
) -> Duration {
    let Some(latency) = latencies.percentile(settings.percentile, now) else {
        return start.unwrap_or(settings.max);
    };
    let under_load = match load {
        81.. => 1.5,
        61.. => 1.2,
        _ => 1.0,
    };
    Duration::try_from_secs_f64(latency.as_secs_f64() * settings.factor * under_load)
        .unwrap_or(settings.max)
        .max(settings.min)
        .min(settings.max)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use resilient_policy::AdaptiveConfig;

    use super::*;

    fn millis(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    fn secs(n: u64) -> Moment {
        // A whole number of generations after the clock's zero.
        Moment::FIRST + Duration::from_secs(3_000_000 + n)
    }

    fn record(latencies: &Latencies, times: u32, latency: Duration, now: Moment) {
        for _ in 0..times {
            latencies.record(latency, now);
        }
    }

    fn edge(latency: Duration) -> Duration {
        buckets::upper(buckets::index(latency))
    }

    #[test]
    fn nineteen_samples_are_too_few() {
        let latencies = Latencies::default();
        record(&latencies, 19, millis(5), secs(0));
        assert_eq!(latencies.percentile(50.0, secs(0)), None);
        record(&latencies, 1, millis(5), secs(0));
        assert_eq!(latencies.percentile(50.0, secs(0)), Some(edge(millis(5))));
    }

    #[test]
    fn a_sample_is_forgotten_after_two_generations() {
        let latencies = Latencies::default();
        record(&latencies, 20, millis(5), secs(0));
        record(&latencies, 20, millis(50), secs(30));
        assert_eq!(latencies.percentile(50.0, secs(59)), Some(edge(millis(5))));
        assert_eq!(latencies.percentile(51.0, secs(59)), Some(edge(millis(50))));
        assert_eq!(latencies.percentile(1.0, secs(60)), Some(edge(millis(50))));
        assert_eq!(latencies.percentile(1.0, secs(90)), None);
        assert_eq!(latencies.percentile(1.0, secs(1_000_000)), None);
        // What the generation of the first ones was counted in belongs to the present one.
        record(&latencies, 20, millis(500), secs(61));
        assert_eq!(latencies.percentile(50.0, secs(61)), Some(edge(millis(50))));
        assert_eq!(latencies.percentile(51.0, secs(61)), Some(edge(millis(500))));
    }

    #[test]
    fn a_clock_that_steps_back_forgets_at_most() {
        let latencies = Latencies::default();
        record(&latencies, 20, millis(5), secs(1_000));
        assert_eq!(latencies.percentile(50.0, secs(0)), None);
        record(&latencies, 20, millis(50), secs(0));
        assert_eq!(latencies.percentile(50.0, secs(0)), Some(edge(millis(50))));
    }

    #[test]
    fn two_answers_are_kept_for_a_tenth_of_a_second() {
        let latencies = Latencies::default();
        let asked = |now| [95.0, 99.0].map(|percentile| latencies.percentile(percentile, now));
        for round in 0..3 {
            let (now, before, after) =
                (secs(2 * round), millis(5 << (4 * round)), millis(50 << (4 * round)));
            record(&latencies, 1_000 << (4 * round), before, now);
            assert_eq!(asked(now), [Some(edge(before)); 2]);
            record(&latencies, 1_000 << (4 * round), after, now);
            assert_eq!(asked(now + millis(99)), [Some(edge(before)); 2]);
            assert_eq!(asked(now + millis(100)), [Some(edge(after)); 2]);
        }
    }

    #[test]
    fn the_limit_follows_latency_and_load_between_its_bounds() {
        let settings = AdaptiveConfig::new().settings();
        let limit = |latency, load| {
            let latencies = Latencies::default();
            record(&latencies, 20, latency, secs(0));
            adaptive_limit(&settings, Some(millis(700)), &latencies, load, secs(0))
        };
        let expected = |tenths| edge(millis(200)) * tenths / 10;
        for (load, tenths) in [(0, 20), (60, 20), (61, 24), (80, 24), (81, 30), (255, 30)] {
            let limit = limit(millis(200), load);
            assert_eq!(limit.as_nanos().abs_diff(expected(tenths).as_nanos()) / 2, 0, "{load}");
        }
        assert_eq!(limit(millis(1), 0), settings.min);
        assert_eq!(limit(Duration::from_secs(29), 0), settings.max);
        assert_eq!(limit(Duration::MAX, 100), settings.max);
        let none = Latencies::default();
        assert_eq!(adaptive_limit(&settings, Some(millis(700)), &none, 100, secs(0)), millis(700));
        assert_eq!(adaptive_limit(&settings, None, &none, 100, secs(0)), settings.max);
    }

    /// Attempts that each take longer than their limit, and are recorded as having taken just that.
    fn limits_while_all_time_out(factor: f64, fast: u32, steps: u32) -> Vec<Duration> {
        let settings = AdaptiveConfig::new().factor(factor).settings();
        let latencies = Latencies::default();
        let mut now = secs(0);
        record(&latencies, fast, millis(40), now);
        let mut limits = vec![];
        for _ in 0..steps {
            now = now + TENTH_OF_A_SECOND;
            let limit = adaptive_limit(&settings, None, &latencies, 0, now);
            // Side by side, not one after another: it is not the passing of time alone that helps.
            record(&latencies, 20, limit, now);
            if limits.last() != Some(&limit) {
                limits.push(limit);
            }
        }
        limits
    }

    const TENTH_OF_A_SECOND: Duration = Duration::from_nanos(TENTH);

    #[test]
    fn a_timeout_that_became_too_short_doubles_until_the_longest() {
        let limits = limits_while_all_time_out(2.0, 1_000, 60);
        assert_eq!(limits[0], millis(100));
        assert_eq!(limits.last(), Some(&Duration::from_secs(30)));
        // From 0.1 s to 30 s are 8.2 doublings, and each step is a little more than one.
        assert_eq!(limits.len(), 9);
        for pair in limits[..limits.len() - 1].windows(2) {
            assert!(pair[1] >= 2 * pair[0] && pair[1] <= pair[0].mul_f64(2.125), "{limits:?}");
        }
    }

    #[test]
    fn even_a_factor_of_one_grows_out_of_a_timeout_that_is_too_short() {
        let limits = limits_while_all_time_out(1.0, 20, 290);
        assert!(limits.windows(2).all(|pair| pair[1] > pair[0]), "{limits:?}");
        assert_eq!(limits.last(), Some(&Duration::from_secs(30)));
    }

    proptest! {
        #[test]
        fn a_percentile_is_at_most_a_sixteenth_over_the_exact_one(
            samples in prop::collection::vec((2_u64..4_000_000_000, 0_u64..70), 1..300),
            percentile in 0.0_f64..=100.0,
        ) {
            let latencies = Latencies::default();
            let mut samples = samples;
            samples.sort_unstable_by_key(|(_, at)| *at);
            for (micros, at) in &samples {
                latencies.record(Duration::from_micros(*micros), secs(*at));
            }
            let last = samples[samples.len() - 1].1;
            let mut recent: Vec<_> =
                samples.iter().filter(|(_, at)| at / 30 + 1 >= last / 30).map(|(micros, _)| *micros).collect();
            recent.sort_unstable();
            let found = latencies.percentile(percentile, secs(last));
            prop_assert_eq!(found.is_some(), recent.len() >= 20);
            prop_assert_eq!(latencies.percentile(percentile, secs(last)), found, "remembered");
            if let Some(found) = found {
                #[expect(
                    clippy::cast_precision_loss,
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a rank among 300"
                )]
                let rank = ((percentile * recent.len() as f64 / 100.0).ceil() as usize).max(1);
                let exact = Duration::from_micros(recent[rank - 1]);
                prop_assert!(found > exact && found <= exact.mul_f64(1.0625) + Duration::from_nanos(1));
            }
        }

        #[test]
        fn nothing_panics_whatever_is_asked(
            latency in any::<Duration>(),
            percentile in any::<f64>(),
            factor in any::<f64>(),
            (min, max) in any::<(Duration, Duration)>(),
            load in any::<u8>(),
            nanos in any::<u64>(),
        ) {
            let latencies = Latencies::default();
            let now = Moment::FIRST + Duration::from_nanos(nanos);
            record(&latencies, 20, latency, now);
            let mut settings = AdaptiveConfig::new().settings();
            (settings.percentile, settings.factor) = (percentile, factor);
            (settings.min, settings.max) = (min, max);
            prop_assert!(latencies.percentile(percentile, now).is_some());
            prop_assert!(adaptive_limit(&settings, None, &latencies, load, now) <= max);
        }
    }
}
