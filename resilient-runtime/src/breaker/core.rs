//! The breaker's state machine: no clock, no lock, no runtime; time comes in as an argument.

use std::time::Duration;

use resilient_policy::BreakerSettings;

use super::State;
use crate::clock::Moment;

/// How a call that the breaker admitted ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Success,
    Failure,
    /// Neither for nor against the service: ignored by choice, rejected by another policy, or dropped.
    Nothing,
}

/// The right to call the method once, stamped with the state that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Admission {
    generation: u64,
}

impl Admission {
    pub(super) fn of(generation: u64) -> Self {
        Self { generation }
    }

    pub(super) fn generation(self) -> u64 {
        self.generation
    }
}

/// A change of state, for whoever wants to tell of it after the lock is released.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Transition {
    pub(crate) from: State,
    pub(crate) to: State,
}

/// Consecutive failures open it; all probes of a half-open round must succeed to close it.
///
/// The state diagram is that of M. Nygard, *Release It!* (2007), chapter 5. Every change of state starts a new
/// generation, and the ending of a call counts only in the generation that admitted it.
#[derive(Debug)]
pub(crate) struct Core {
    settings: BreakerSettings,
    state: State,
    generation: u64,
    failures: u32,
    /// When the present state began; half-open, when the last probe was admitted.
    since: Moment,
    probes: u32,
    probes_passed: u32,
    openings: u64,
}

impl Core {
    pub(crate) fn new(settings: BreakerSettings, now: Moment) -> Self {
        Self {
            settings,
            state: State::Closed,
            generation: 0,
            failures: 0,
            since: now,
            probes: 0,
            probes_passed: 0,
            openings: 0,
        }
    }

    pub(crate) fn state(&self) -> State {
        self.state
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    pub(crate) fn openings(&self) -> u64 {
        self.openings
    }

    pub(crate) fn probes(&self) -> (u32, u32) {
        (self.probes, self.probes_passed)
    }

    /// How long until an open breaker lets a probe through; `None` where it does not, or is not open.
    pub(crate) fn until_probe(&self, now: Moment) -> Option<Duration> {
        match self.state {
            State::Open => Some(self.settings.recovery.saturating_sub(now.since(self.since))),
            State::HalfOpen if self.probes < self.settings.half_open => Some(Duration::ZERO),
            State::HalfOpen => {
                Some(self.settings.half_open_timeout.saturating_sub(now.since(self.since)))
            }
            _ => None,
        }
    }

    /// Admits a call, or says how long it should wait.
    pub(crate) fn admit(
        &mut self,
        now: Moment,
    ) -> (Result<Admission, Option<Duration>>, Option<Transition>) {
        // A clock that stepped back must not stretch the stay: the state began no later than now.
        self.since = self.since.min(now);
        let mut transition = None;
        match self.state {
            State::Closed | State::ForcedClosed | State::Disabled | State::MetricsOnly => {}
            State::ForcedOpen => return (Err(None), None),
            State::Open => {
                if now.since(self.since) < self.settings.recovery {
                    return (Err(self.until_probe(now)), None);
                }
                transition = self.enter(State::HalfOpen, now);
                self.probes = 1;
            }
            State::HalfOpen => {
                if self.probes > self.probes_passed
                    && now.since(self.since) >= self.settings.half_open_timeout
                {
                    // The probes that are under way took too long: their places are free, and their answers come too
                    // late. Those that have passed still count.
                    self.generation += 1;
                    self.probes = self.probes_passed;
                }
                if self.probes >= self.settings.half_open {
                    return (Err(self.until_probe(now)), None);
                }
                // The lease begins with the probe that was admitted last: none loses it early.
                self.since = now;
                self.probes += 1;
            }
        }
        (Ok(Admission { generation: self.generation }), transition)
    }

    /// Records how an admitted call ended.
    pub(crate) fn record(
        &mut self,
        admission: Admission,
        ending: Ending,
        now: Moment,
    ) -> Option<Transition> {
        if admission.generation != self.generation {
            return None;
        }
        match (self.state, ending) {
            (State::Closed | State::MetricsOnly, Ending::Success) => {
                self.failures = 0;
                None
            }
            (State::Closed, Ending::Failure) => {
                self.failures = self.failures.saturating_add(1);
                (matches!(self.settings.threshold, resilient_policy::Threshold::Failures(most) if self.failures >= most))
                    .then(|| self.enter(State::Open, now))
                    .flatten()
            }
            (State::MetricsOnly, Ending::Failure) => {
                self.failures = self.failures.saturating_add(1);
                None
            }
            (State::HalfOpen, Ending::Success) => {
                self.probes_passed += 1;
                (self.probes_passed >= self.settings.half_open)
                    .then(|| self.enter(State::Closed, now))
                    .flatten()
            }
            (State::HalfOpen, Ending::Failure) => self.enter(State::Open, now),
            (State::HalfOpen, Ending::Nothing) => {
                self.probes -= 1;
                None
            }
            _ => None,
        }
    }

    /// Changes the state by hand, and forgets what was counted.
    pub(crate) fn command(&mut self, state: State, now: Moment) -> Option<Transition> {
        self.enter(state, now)
    }

    fn enter(&mut self, to: State, now: Moment) -> Option<Transition> {
        let from = self.state;
        self.state = to;
        self.generation += 1;
        self.since = now;
        self.failures = 0;
        self.probes = 0;
        self.probes_passed = 0;
        self.openings += u64::from(to == State::Open);
        (from != to).then_some(Transition { from, to })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use resilient_policy::BreakerConfig;

    use super::*;

    fn at(secs: u64) -> Moment {
        Moment::at(Duration::from_secs(secs))
    }

    fn core(threshold: u32, half_open: u32) -> Core {
        let config = BreakerConfig::new().threshold(threshold).half_open(half_open);
        Core::new(config.settings(), at(0))
    }

    fn admitted(core: &mut Core, secs: u64) -> Admission {
        core.admit(at(secs)).0.expect("admitted")
    }

    fn fail(core: &mut Core, secs: u64) -> Option<Transition> {
        let admission = admitted(core, secs);
        core.record(admission, Ending::Failure, at(secs))
    }

    #[test]
    fn opens_on_consecutive_failures_and_admits_exactly_at_recovery() {
        let mut core = core(3, 1);
        assert_eq!(fail(&mut core, 1), None);
        assert_eq!(fail(&mut core, 1), None);
        let success = admitted(&mut core, 1);
        core.record(success, Ending::Success, at(1));
        assert_eq!(fail(&mut core, 2), None);
        assert_eq!(fail(&mut core, 2), None);
        let opened = fail(&mut core, 2);
        assert_eq!(opened, Some(Transition { from: State::Closed, to: State::Open }));
        assert_eq!(core.admit(at(61)).0, Err(Some(Duration::from_secs(1))));
        let (admission, transition) = core.admit(at(62));
        assert!(admission.is_ok());
        assert_eq!(transition, Some(Transition { from: State::Open, to: State::HalfOpen }));
    }

    #[test]
    fn a_late_result_of_an_earlier_state_decides_nothing() {
        let mut core = core(1, 1);
        let early = admitted(&mut core, 0);
        fail(&mut core, 0);
        let probe = admitted(&mut core, 60);
        assert_eq!(core.record(early, Ending::Failure, at(60)), None);
        assert_eq!(core.record(early, Ending::Success, at(60)), None);
        assert_eq!(core.state(), State::HalfOpen);
        assert!(core.record(probe, Ending::Success, at(60)).is_some());
        assert_eq!(core.state(), State::Closed);
    }

    #[test]
    fn a_hanging_probe_loses_its_lease_and_its_late_answer_does_not_count() {
        let mut core = core(1, 1);
        fail(&mut core, 0);
        let hanging = admitted(&mut core, 60);
        assert_eq!(core.admit(at(119)).0, Err(Some(Duration::from_secs(1))));
        let next = admitted(&mut core, 120);
        assert_eq!(core.record(hanging, Ending::Failure, at(121)), None);
        assert!(core.record(next, Ending::Success, at(122)).is_some());
        assert_eq!(core.state(), State::Closed);
    }

    #[test]
    fn probes_that_passed_count_however_sparse_the_traffic() {
        let mut core = core(1, 3);
        fail(&mut core, 0);
        for secs in [100, 200, 300] {
            assert_ne!(core.state(), State::Closed);
            let probe = admitted(&mut core, secs);
            core.record(probe, Ending::Success, at(secs));
        }
        assert_eq!(core.state(), State::Closed);
    }

    #[test]
    fn a_lease_begins_with_its_probe() {
        let mut core = core(1, 1);
        fail(&mut core, 0);
        let dropped = admitted(&mut core, 60);
        core.record(dropped, Ending::Nothing, at(119));
        let fresh = admitted(&mut core, 119);
        assert!(core.admit(at(121)).0.is_err(), "one probe at a time");
        core.record(fresh, Ending::Success, at(122));
        assert_eq!(core.state(), State::Closed);
    }

    #[test]
    fn a_clock_that_steps_back_stalls_for_one_recovery_at_most() {
        let mut core = core(1, 1);
        fail(&mut core, 10_000);
        assert_eq!(core.admit(at(5)).0, Err(Some(Duration::from_secs(60))));
        assert!(core.admit(at(65)).0.is_ok());
    }

    #[test]
    fn manual_states_hold_until_reset() {
        let mut core = core(1, 1);
        core.command(State::ForcedOpen, at(0));
        assert_eq!(core.admit(at(9_999)).0, Err(None));
        core.command(State::ForcedClosed, at(9_999));
        for _ in 0..5 {
            assert_eq!(fail(&mut core, 9_999), None);
        }
        core.command(State::Closed, at(9_999));
        assert!(fail(&mut core, 9_999).is_some());
    }

    /// What the breaker should do, as naively as it can be said: it keeps every call and counts again each time.
    struct Model {
        threshold: u32,
        half_open: u32,
        state: State,
        since: u64,
        /// Endings in the present state, oldest first; `None` while under way.
        calls: Vec<(u64, Option<Ending>)>,
    }

    impl Model {
        fn go(&mut self, state: State, now: u64) {
            self.state = state;
            self.since = now;
            self.calls.clear();
        }

        fn admit(&mut self, id: u64, now: u64) -> bool {
            if self.state == State::Open && now - self.since >= 60 {
                self.go(State::HalfOpen, now);
            }
            if self.state == State::HalfOpen {
                let under_way = self.calls.iter().any(|(_, ending)| ending.is_none());
                if under_way && now - self.since >= 60 {
                    self.calls.retain(|(_, ending)| ending.is_some());
                }
                let places = self
                    .calls
                    .iter()
                    .filter(|(_, ending)| *ending != Some(Ending::Nothing))
                    .count();
                if places >= self.half_open as usize {
                    return false;
                }
            }
            let admitted = self.state != State::Open;
            if admitted {
                self.calls.push((id, None));
                if self.state == State::HalfOpen {
                    self.since = now;
                }
            }
            admitted
        }

        fn record(&mut self, id: u64, ending: Ending, now: u64) {
            let Some(position) = self.calls.iter().position(|(call, _)| *call == id) else {
                return;
            };
            // The order of endings decides, so an ended call moves to the back.
            self.calls.remove(position);
            self.calls.push((id, Some(ending)));
            let ended = self
                .calls
                .iter()
                .filter_map(|(_, ending)| *ending)
                .filter(|e| *e != Ending::Nothing);
            match self.state {
                State::Closed => {
                    let run = ended
                        .collect::<Vec<_>>()
                        .into_iter()
                        .rev()
                        .take_while(|e| *e == Ending::Failure)
                        .count();
                    if run >= self.threshold as usize {
                        self.go(State::Open, now);
                    }
                }
                State::HalfOpen => {
                    if ending == Ending::Failure {
                        self.go(State::Open, now);
                    } else if ended.filter(|e| *e == Ending::Success).count()
                        >= self.half_open as usize
                    {
                        self.go(State::Closed, now);
                    }
                }
                _ => {}
            }
        }
    }

    #[derive(Debug, Clone)]
    enum Step {
        Wait(u64),
        Start,
        End(usize, Ending),
    }

    fn step() -> impl Strategy<Value = Step> {
        let ending = prop_oneof![3 => Just(Ending::Failure), 2 => Just(Ending::Success), 1 => Just(Ending::Nothing)];
        prop_oneof![
            1 => (0_u64..70).prop_map(Step::Wait),
            3 => Just(Step::Start),
            4 => (any::<usize>(), ending).prop_map(|(call, ending)| Step::End(call, ending)),
        ]
    }

    proptest! {
        #[test]
        fn behaves_like_the_naive_model(
            threshold in 1_u32..4,
            half_open in 1_u32..4,
            steps in prop::collection::vec(step(), 1..200),
        ) {
            let mut core = core(threshold, half_open);
            let mut model = Model { threshold, half_open, state: State::Closed, since: 0, calls: Vec::new() };
            let mut under_way = Vec::new();
            let (mut now, mut id) = (0, 0);
            for step in steps {
                match step {
                    Step::Wait(secs) => now += secs,
                    Step::Start => {
                        id += 1;
                        let admission = core.admit(at(now)).0;
                        prop_assert_eq!(admission.is_ok(), model.admit(id, now));
                        under_way.extend(admission.ok().map(|admission| (id, admission)));
                    }
                    Step::End(call, ending) => {
                        if !under_way.is_empty() {
                            let (id, admission) = under_way.swap_remove(call % under_way.len());
                            core.record(admission, ending, at(now));
                            model.record(id, ending, now);
                        }
                    }
                }
                prop_assert_eq!(core.state(), model.state);
                prop_assert!(core.probes().0 <= half_open);
            }
        }
    }
}
