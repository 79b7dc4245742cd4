use std::collections::VecDeque;

/// What one window showed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Observation {
    pub(super) in_flight: f64,
    pub(super) throughput: f64,
    pub(super) latency: f64,
}

/// The last windows, for the question whether more requests at once still mean more answers.
///
/// A few numbers once a window: sums are taken anew each time, so that no rounding error gathers over the days.
#[derive(Debug, Default)]
pub(super) struct History(VecDeque<Observation>);

/// So many windows are looked back at. failsafe-go looks at 50; ours are as long as its shortest, and the limit, which
/// moves by about one in each, swings around the best by about as many as are remembered.
const WINDOWS: usize = 20;
/// ... and nothing is concluded of fewer; as in failsafe-go.
const ENOUGH: usize = 10;
/// What varies by less, relative to its mean, does not vary; as in failsafe-go.
const VARIES: f64 = 0.01;

impl History {
    pub(super) fn add(&mut self, observation: Observation) {
        if self.0.len() == WINDOWS {
            self.0.pop_front();
        }
        self.0.push_back(observation);
    }

    /// How concurrency goes with throughput and with latency, and how much throughput varies; `None` before there is
    /// enough to say.
    pub(super) fn trends(&self) -> Option<Trends> {
        if self.0.len() < ENOUGH {
            return None;
        }
        let in_flight = Series::of(&self.0, |o| o.in_flight);
        let throughput = Series::of(&self.0, |o| o.throughput);
        let latency = Series::of(&self.0, |o| o.latency);
        Some(Trends {
            throughput: in_flight.correlation(&throughput),
            latency: in_flight.correlation(&latency),
            variation: throughput.variation,
        })
    }
}

/// Correlation coefficients are Pearson's, from -1 to 1, and zero where one of the two does not vary or where it is
/// weak (within 0.5 of zero).
#[derive(Debug, Clone, Copy)]
pub(super) struct Trends {
    /// Of concurrency with throughput.
    pub(super) throughput: f64,
    /// Of concurrency with latency.
    pub(super) latency: f64,
    /// Standard deviation of throughput, relative to its mean.
    pub(super) variation: f64,
}

/// Distances from the mean, relative to it: numbers of any size stay within reach of a square.
struct Series {
    distances: [f64; WINDOWS],
    squares: f64,
    variation: f64,
}

impl Series {
    fn of(history: &VecDeque<Observation>, of: impl Fn(&Observation) -> f64) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "twenty at most")]
        let count = history.len() as f64;
        let mean = history.iter().map(|o| of(o) / count).sum::<f64>();
        let mut distances = [0.0; WINDOWS];
        if mean > 0.0 {
            for (distance, observation) in distances.iter_mut().zip(history) {
                *distance = of(observation) / mean - 1.0;
            }
        }
        let squares = distances.iter().map(|distance| distance * distance).sum::<f64>();
        Self { distances, squares, variation: (squares / count).sqrt() }
    }

    fn correlation(&self, other: &Self) -> f64 {
        if self.variation < VARIES || other.variation < VARIES {
            return 0.0;
        }
        let products: f64 = self.distances.iter().zip(&other.distances).map(|(a, b)| a * b).sum();
        let correlation = products / (self.squares * other.squares).sqrt();
        if correlation.abs() < 0.5 { 0.0 } else { correlation }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trends(observe: impl Fn(f64) -> (f64, f64)) -> Option<Trends> {
        let mut history = History::default();
        for number in 0..40_u32 {
            let in_flight = 100.0 + f64::from(number);
            let (throughput, latency) = observe(in_flight);
            history.add(Observation { in_flight, throughput, latency });
        }
        history.trends()
    }

    #[test]
    fn what_goes_together_correlates_and_what_is_flat_does_not() {
        let rising = trends(|in_flight| (in_flight * 3.0, 7.0)).expect("enough");
        assert!(rising.throughput > 0.999 && rising.latency == 0.0 && rising.variation > 0.03);
        let saturated = trends(|in_flight| (7.0, in_flight)).expect("enough");
        assert!(saturated.latency > 0.999 && saturated.throughput == 0.0);
        assert!(saturated.variation < 1e-9);
        let thrashing = trends(|in_flight| (1_000.0 - in_flight * 3.0, in_flight)).expect("enough");
        assert!(thrashing.throughput < -0.999);
    }

    #[test]
    fn nothing_is_concluded_of_few_windows_and_zeros_are_no_trouble() {
        let mut history = History::default();
        for count in 0..ENOUGH {
            assert_eq!(history.trends().is_some(), count >= ENOUGH);
            history.add(Observation { in_flight: 0.0, throughput: 0.0, latency: 0.0 });
        }
        let trends = history.trends().expect("enough");
        assert!(trends.throughput == 0.0 && trends.latency == 0.0 && trends.variation == 0.0);
    }
}
