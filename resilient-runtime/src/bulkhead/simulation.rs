//! Services of a known capacity: the limits must find it, follow it down, and follow it up again.

use std::time::Duration;

use rand::{RngExt as _, SeedableRng, rngs::SmallRng};
use resilient_policy::{BulkheadConfig, LimitAlgorithm};

use super::limit::{Adaptive, Sample};
use crate::clock::Moment;

/// A service that works on `capacity` requests at once; the others wait in its queue. Its clients send as many as they
/// may.
struct Service {
    adaptive: Adaptive,
    limit: u32,
    capacity: u32,
    now: Moment,
    /// By how much latencies are off, at most, up and down.
    noise: f64,
    rng: SmallRng,
}

const BASE: Duration = Duration::from_millis(200);

impl Service {
    fn new(algorithm: LimitAlgorithm, capacity: u32, noise: f64) -> Self {
        let settings = BulkheadConfig::new().adaptive(algorithm).max(1_000).settings();
        let adaptive = Adaptive::new(&settings, SmallRng::seed_from_u64(7)).expect("adaptive");
        let rng = SmallRng::seed_from_u64(11);
        let now = Moment::at(Duration::from_secs(1));
        Self { adaptive, limit: settings.initial, capacity, now, noise, rng }
    }

    /// Runs for so many seconds, and answers the limit at the end of each.
    fn run(&mut self, seconds: u32) -> Vec<u32> {
        (0..seconds)
            .map(|_| {
                let until = self.now + Duration::from_secs(1);
                while self.now < until {
                    self.answer();
                }
                self.limit
            })
            .collect()
    }

    fn answer(&mut self) {
        let queue = f64::from(self.limit) / f64::from(self.capacity);
        let noise = 1.0 + self.noise * self.rng.random_range(-1.0..=1.0);
        let latency = BASE.mul_f64(queue.max(1.0));
        // `limit` requests under way, each of which takes `latency`: one ends every `latency / limit`.
        self.now = self.now + latency / self.limit;
        let sample = Sample::Answer(latency.mul_f64(noise));
        if let Some(limit) = self.adaptive.sample(self.limit, sample, self.now) {
            self.limit = limit;
        }
    }

    /// Between what the limit was in ten minutes, after it had a while to settle; the few seconds aside for which Vegas
    /// halves it to look at the idle latency.
    fn settled(&mut self) -> (u32, u32) {
        self.run(900);
        let mut limits = self.run(600);
        limits.sort_unstable();
        (limits[12], limits[599])
    }
}

/// From four fifths of the capacity to a tenth above it, and the few requests of queue that Vegas aims for.
fn near(capacity: u32, (least, most): (u32, u32)) -> bool {
    least * 5 >= capacity * 4 && most * 10 <= capacity * 11 + 80
}

fn follows(algorithm: LimitAlgorithm, noise: f64) {
    for capacity in [10, 50, 120] {
        let mut service = Service::new(algorithm, capacity, noise);
        let found = service.settled();
        assert!(near(capacity, found), "{algorithm}, {capacity}: found {found:?}");
        service.capacity = capacity / 2;
        let halved = service.settled();
        assert!(near(capacity / 2, halved), "{algorithm}, {capacity}: down to {halved:?}");
        service.capacity = capacity;
        let back = service.settled();
        assert!(near(capacity, back), "{algorithm}, {capacity}: back to {back:?}");
    }
}

#[test]
fn vegas_follows_the_capacity() {
    follows(LimitAlgorithm::Vegas, 0.0);
}

#[test]
fn gradient_follows_the_capacity() {
    follows(LimitAlgorithm::Gradient, 0.0);
}

#[test]
fn vegas_follows_through_noise() {
    follows(LimitAlgorithm::Vegas, 0.5);
}

#[test]
fn gradient_follows_through_noise() {
    follows(LimitAlgorithm::Gradient, 0.5);
}

#[test]
fn no_limit_drifts_over_a_day() {
    for algorithm in [LimitAlgorithm::Vegas, LimitAlgorithm::Gradient] {
        let mut service = Service::new(algorithm, 10, 0.2);
        service.run(23 * 3_600);
        let (least, most) = service.settled();
        assert!(near(10, (least, most)), "{algorithm}: {least} to {most}");
    }
}
