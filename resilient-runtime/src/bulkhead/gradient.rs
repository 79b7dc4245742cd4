use super::{
    history::{History, Observation, Trends},
    limit::{Report, idle, step},
};

/// The limit by the gradient of latency: it grows by a fixed queue while the service is about as fast as it was in the
/// long run, and shrinks in the proportion in which it has become slower.
///
/// `Gradient2Limit` of Netflix's concurrency-limits, with its tolerance. A mean follows a rise in latency that the
/// limit itself causes, so that the limit alone drifts up for ever; the adaptive limiter of failsafe-go guards against
/// that by the correlation of concurrency with throughput and latency, and so do we.
#[derive(Debug, Default)]
pub(super) struct Gradient {
    long_term: LongTerm,
    history: History,
}

/// So many times the usual latency is no queue.
const TOLERANCE: f64 = 1.5;
/// How many more requests than now may be under way where nothing speaks against it.
const QUEUE: f64 = 4.0;
/// How much of what one window asks for is done.
const SMOOTHING: f64 = 0.2;
/// What is left of the limit after a window with drops. Gradient2 has no answer to those; this is that of `AIMDLimit`
/// beside it.
const BACKOFF: f64 = 0.9;

impl Gradient {
    pub(super) fn next(&mut self, limit: f64, report: &Report) -> f64 {
        let Some(latency) = report.latency else {
            return if report.dropped { limit * BACKOFF } else { limit };
        };
        let usual = self.long_term.add(latency);
        self.history.add(Observation {
            in_flight: f64::from(report.in_flight),
            throughput: report.throughput,
            latency,
        });
        if report.dropped {
            return limit * BACKOFF;
        }
        if idle(limit, report) {
            return limit;
        }
        let gradient = (TOLERANCE * usual / latency).clamp(0.5, 1.0);
        let next = limit * (1.0 - SMOOTHING) + (limit * gradient + QUEUE) * SMOOTHING;
        if f64::from(report.in_flight) < limit.floor() {
            // The limit held nobody up: it is no cause of what the history shows.
            return next;
        }
        match self.history.trends().map_or(Verdict::Useful, Verdict::of) {
            Verdict::Useful => next,
            Verdict::Doubtful => next.min(limit),
            Verdict::Useless => next.min(limit - step(limit)),
        }
    }
}

/// Whether more concurrency was of use.
enum Verdict {
    Useful,
    Doubtful,
    Useless,
}

impl Verdict {
    /// The conditions of failsafe-go. The last one brings its limit down; a mixed picture such as "throughput hardly
    /// moved, and latency rose" shows up on the way down as well, however, and a limit that goes on down for as long
    /// as the history remembers the way up swings twice as far in simulation. So ours stays where it is.
    fn of(trends: Trends) -> Self {
        if trends.throughput < 0.0 || trends.throughput < 0.3 && trends.latency > 0.5 {
            Self::Useless
        } else if trends.variation < 0.2 && trends.latency > 0.5 {
            Self::Doubtful
        } else {
            Self::Useful
        }
    }
}

/// A mean that forgets: plain over the first windows, exponential from then on.
#[derive(Debug, Default)]
struct LongTerm {
    mean: f64,
    count: u32,
}

/// Windows until the mean is trusted to be one.
const WARM_UP: u32 = 10;
/// Windows that it remembers, about.
const REMEMBERED: f64 = 600.0;

impl LongTerm {
    /// Adds a latency, and answers the mean, which falls faster than it rises: once the service is twice as fast as
    /// usual again, an overload that lasted must not go on counting as the usual.
    fn add(&mut self, latency: f64) -> f64 {
        let weight = if self.count < WARM_UP {
            self.count += 1;
            1.0 / f64::from(self.count)
        } else {
            2.0 / (REMEMBERED + 1.0)
        };
        self.mean += (latency - self.mean) * weight;
        let mean = self.mean;
        if mean / latency > 2.0 {
            self.mean *= 0.95;
        }
        mean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(in_flight: u32, latency: f64) -> Report {
        Report { latency: Some(latency), in_flight, throughput: 100.0, dropped: false }
    }

    fn used_to(latency: f64) -> Gradient {
        let mut gradient = Gradient::default();
        for _ in 0..WARM_UP {
            gradient.next(20.0, &report(0, latency));
        }
        gradient
    }

    #[test]
    fn grows_by_a_fifth_of_the_queue_within_the_tolerance_and_shrinks_with_the_gradient_beyond() {
        for (times, next) in [(1.0, 20.8), (1.45, 20.8), (3.0, 18.8), (100.0, 18.8)] {
            // Enough in flight to count, and fewer than the limit: the guard keeps out.
            let got = used_to(1e6).next(20.0, &report(15, times * 1e6));
            assert!((got - next).abs() < 0.05, "{times}: {got}");
        }
    }

    #[test]
    fn a_window_with_drops_takes_a_tenth() {
        let dropped = Report { dropped: true, ..report(20, 1e6) };
        assert!((used_to(1e6).next(20.0, &dropped) - 18.0).abs() < 1e-9);
    }

    #[test]
    fn latency_that_the_limit_itself_causes_does_not_carry_it_up() {
        // Throughput stays at 100 per second whatever the concurrency: latency is concurrency over throughput.
        let mut gradient = Gradient::default();
        let mut limit = 20.0_f64;
        for _ in 0..5_000 {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small")]
            let in_flight = limit as u32;
            limit = gradient.next(limit, &report(in_flight, limit * 1e7)).clamp(1.0, 1e6);
        }
        assert!(limit < 40.0, "drifted to {limit}");
    }
}
