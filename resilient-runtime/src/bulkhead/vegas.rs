use rand::{RngExt as _, rngs::SmallRng};

use super::limit::{Report, idle, step};

/// The limit after TCP Vegas: latency over that of an idle service tells how long the service's queue is, and the
/// limit is moved so that this queue stays short but is not empty.
///
/// L. Brakmo, S. O'Malley, L. Peterson, *TCP Vegas: New Techniques for Congestion Detection and Avoidance* (SIGCOMM
/// 1994), as `VegasLimit` of Netflix's concurrency-limits applies it to requests: thresholds by the logarithm of the
/// limit, and a new look at the idle latency from time to time. Three differences:
///
/// - A look at a busy service would take the queue for a part of its work, and let the limit climb a step higher each
///   time. So the limit is halved while we look, for two windows; as Envoy's adaptive concurrency filter, which lets
///   three requests in, does it too.
/// - A window with drops never sets the idle latency.
/// - The logarithm goes on past a limit of 1000, where theirs turns into a square root.
#[derive(Debug)]
pub(super) struct Vegas {
    /// The latency of an idle service, as far as it was seen, in nanoseconds.
    base: Option<f64>,
    probe: Probe,
    /// Windows since the last probe.
    windows: u32,
    /// Spreads the probes of many processes: one half to one.
    jitter: f64,
    rng: SmallRng,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Probe {
    No,
    /// Those that came before the limit was halved still end.
    Drains {
        back: f64,
    },
    /// The next window shows the idle latency.
    Looks {
        back: f64,
    },
}

/// After so many windows for each request that the limit allows, the idle latency is looked at anew: services become
/// slower for good, and the lower the limit has come by that, the sooner it is noticed.
const INTERVAL: f64 = 30.0;

impl Vegas {
    pub(super) fn new(mut rng: SmallRng) -> Self {
        let jitter = rng.random_range(0.5..1.0);
        Self { base: None, probe: Probe::No, windows: 0, jitter, rng }
    }

    pub(super) fn next(&mut self, limit: f64, report: &Report) -> f64 {
        self.windows = self.windows.saturating_add(1);
        let step = step(limit);
        if report.dropped {
            self.probe = Probe::No;
            return limit - step;
        }
        let Some(latency) = report.latency else { return limit };
        match self.probe {
            Probe::No => {}
            Probe::Drains { back } => {
                self.probe = Probe::Looks { back };
                return limit;
            }
            Probe::Looks { back } => {
                self.probe = Probe::No;
                self.base = Some(latency);
                return back;
            }
        }
        let idle = idle(limit, report);
        if self.jitter * INTERVAL * limit <= f64::from(self.windows) {
            self.windows = 0;
            self.jitter = self.rng.random_range(0.5..1.0);
            if !idle {
                self.probe = Probe::Drains { back: limit };
                return limit / 2.0;
            }
            self.base = Some(latency);
        }
        let Some(base) = self.base.filter(|base| *base <= latency) else {
            self.base = Some(latency);
            return limit;
        };
        if idle {
            return limit;
        }
        let queue = (limit * (1.0 - base / latency)).ceil();
        let (alpha, beta, threshold) = (3.0 * step, 6.0 * step, step);
        if queue <= threshold {
            limit + beta
        } else if queue < alpha {
            limit + step
        } else if queue > beta {
            limit - step
        } else {
            limit
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn report(latency: f64) -> Report {
        Report { latency: Some(latency), in_flight: 1_000, throughput: 100.0, dropped: false }
    }

    fn vegas(base: f64) -> Vegas {
        let mut vegas = Vegas::new(SmallRng::seed_from_u64(7));
        assert!(
            (vegas.next(20.0, &report(base)) - 20.0).abs() < f64::EPSILON,
            "the first sets the base"
        );
        vegas
    }

    #[test]
    fn the_estimated_queue_decides() {
        // At a limit of 20: threshold 1, alpha 3, beta 6.
        for (queue, next) in [(1.0, 26.0), (2.0, 21.0), (3.0, 20.0), (6.0, 20.0), (7.0, 19.0)] {
            // queue = limit * (1 - base / latency), a little less so that it rounds up to it
            let latency = 1e6 / (1.0 - (queue - 0.5) / 20.0);
            let got = vegas(1e6).next(20.0, &report(latency));
            assert!((got - next).abs() < f64::EPSILON, "{queue}: {got}");
        }
    }

    #[test]
    fn a_service_that_became_slower_for_good_is_noticed_within_thirty_windows_per_place() {
        let mut vegas = vegas(1e6);
        let mut limit = 20.0_f64;
        let mut windows = 0;
        while vegas.base != Some(3e6) {
            limit = vegas.next(limit, &report(3e6)).max(1.0);
            windows += 1;
            assert!(windows <= 20 * 30, "not noticed");
        }
        assert!(vegas.next(limit, &report(3e6)) > limit);
    }

    #[test]
    fn a_look_at_a_busy_service_is_taken_at_half_the_limit() {
        let mut vegas = vegas(1e6);
        // A service that works on 10 at once: its queue is within bounds at 15.
        let latency = |limit: f64| 1e6 * (limit / 10.0).max(1.0);
        let mut limit = 15.0;
        let mut seen = Vec::new();
        for _ in 0..15 * 30 {
            let next = vegas.next(limit, &report(latency(limit)));
            if (next - limit).abs() > f64::EPSILON {
                seen.push(next);
            }
            limit = next;
        }
        assert_eq!(seen, [7.5, 15.0]);
        assert_eq!(vegas.base, Some(1e6));
    }

    #[test]
    fn a_window_with_drops_sets_no_base() {
        let mut vegas = vegas(1e6);
        let dropped = Report { dropped: true, ..report(1e3) };
        assert!((vegas.next(20.0, &dropped) - 19.0).abs() < f64::EPSILON);
        assert_eq!(vegas.base, Some(1e6));
    }
}
