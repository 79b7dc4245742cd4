//! The core against what it should do, said as naively as it can be: the model keeps every call and counts again each
//! time. Times are in milliseconds, rates in percent.

use proptest::prelude::*;
use resilient_policy::{BreakerSettings, Window};

use super::{
    super::{State, opening::Opening},
    *,
};

#[derive(Debug, Clone, Copy)]
struct Rules {
    failures: u32,
    /// In the place of failures in a row.
    percent: Option<u64>,
    slow_percent: Option<u64>,
    factor: u32,
    settings: BreakerSettings,
}

#[derive(Debug, Clone, Copy)]
struct Outcome {
    failed: bool,
    slow: bool,
    slot: i128,
}

struct Call {
    id: usize,
    since: u64,
    ended: bool,
    lost: bool,
}

struct Model {
    rules: Rules,
    state: State,
    since: u64,
    open_for: u64,
    openings_in_a_row: u32,
    /// Those that the present state admitted.
    calls: Vec<Call>,
    /// What they came to, in the order of their ends.
    outcomes: Vec<Outcome>,
    latest_slot: i128,
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).expect("short")
}

fn moment(millis: u64) -> Moment {
    Moment::at(Duration::from_millis(millis))
}

fn count(outcomes: &[Outcome]) -> (usize, usize, usize) {
    let failed = outcomes.iter().filter(|outcome| outcome.failed).count();
    (outcomes.len(), failed, outcomes.iter().filter(|outcome| outcome.slow).count())
}

impl Model {
    fn new(rules: Rules) -> Self {
        Self {
            rules,
            state: State::Closed,
            since: 0,
            open_for: 0,
            openings_in_a_row: 0,
            calls: Vec::new(),
            outcomes: Vec::new(),
            latest_slot: 0,
        }
    }

    fn go(&mut self, state: State, now: u64) {
        (self.state, self.since) = (state, now);
        self.calls.clear();
        self.outcomes.clear();
        match state {
            State::Open => {
                self.openings_in_a_row += 1;
                let BreakerSettings { recovery, max_recovery, .. } = self.rules.settings;
                let mut length = u128::from(millis(recovery));
                for _ in 1..self.openings_in_a_row {
                    length *= u128::from(self.rules.factor);
                    length = length.min(max_recovery.as_millis());
                }
                self.open_for = u64::try_from(length).expect("short");
            }
            State::HalfOpen => {}
            _ => self.openings_in_a_row = 0,
        }
    }

    /// Nothing began after now.
    fn not_after(&mut self, now: u64) {
        self.since = self.since.min(now);
        for call in &mut self.calls {
            call.since = call.since.min(now);
        }
    }

    /// Whether so many calls would be good probes.
    fn good(&self, calls: usize, failed: usize, slow: usize) -> bool {
        let reached = |part, percent: Option<u64>| {
            percent.is_some_and(|percent| part as u64 * 100 >= percent * calls as u64)
        };
        let failing = match self.rules.percent {
            None => failed > 0,
            percent => reached(failed, percent),
        };
        !failing && !reached(slow, self.rules.slow_percent)
    }

    fn places_taken(&self) -> usize {
        self.calls.iter().filter(|call| !call.lost).count()
    }

    fn retry_after(&self, now: u64) -> Option<u64> {
        let settings = self.rules.settings;
        let left = |since: u64, length: u64| (since + length).saturating_sub(now).min(length);
        match self.state {
            State::Open => Some(left(self.since, self.open_for)),
            State::HalfOpen if self.places_taken() < settings.half_open as usize => Some(0),
            State::HalfOpen => {
                let lease = millis(settings.half_open_timeout);
                let under_way = self.calls.iter().filter(|call| !call.ended && !call.lost);
                under_way
                    .map(|call| left(call.since, lease))
                    .chain([left(self.since, millis(settings.max_half_open))])
                    .min()
            }
            _ => None,
        }
    }

    fn admit(&mut self, id: usize, now: u64) -> bool {
        self.not_after(now);
        let settings = self.rules.settings;
        let stay = now - self.since;
        if self.state == State::Open && stay >= self.open_for {
            self.go(State::HalfOpen, now);
        } else if self.state == State::HalfOpen && stay >= millis(settings.max_half_open) {
            let (calls, failed, slow) = count(&self.outcomes);
            let good = calls > 0 && self.good(calls, failed, slow);
            self.go(if good { State::Closed } else { State::Open }, now);
        }
        let admitted = match self.state {
            State::Open | State::ForcedOpen => false,
            State::HalfOpen => {
                for call in &mut self.calls {
                    call.lost |=
                        !call.ended && now - call.since >= millis(settings.half_open_timeout);
                }
                self.places_taken() < settings.half_open as usize
            }
            _ => true,
        };
        if admitted {
            self.calls.push(Call { id, since: now, ended: false, lost: false });
        }
        admitted
    }

    fn record(&mut self, id: usize, ending: Ending, slow: bool, now: u64) {
        let Some(position) = self.calls.iter().position(|call| call.id == id && !call.lost) else {
            return;
        };
        if ending == Ending::Nothing {
            self.calls.remove(position);
            return;
        }
        if matches!(self.state, State::ForcedClosed | State::Disabled) {
            return;
        }
        self.calls[position].ended = true;
        self.not_after(now);
        self.slide(now);
        let slow = slow && self.rules.slow_percent.is_some();
        let failed = ending == Ending::Failure;
        self.outcomes.push(Outcome { failed, slow, slot: self.latest_slot });
        match self.state {
            State::Closed if self.opens() => self.go(State::Open, now),
            State::HalfOpen => match self.verdict() {
                Some(true) => self.go(State::Closed, now),
                Some(false) => self.go(State::Open, now),
                None => {}
            },
            _ => {}
        }
    }

    fn opens(&self) -> bool {
        let row = self.outcomes.iter().rev().take_while(|outcome| outcome.failed).count();
        if self.rules.percent.is_none() && row >= self.rules.failures as usize {
            return true;
        }
        let window = self.window();
        let (calls, failed, slow) = count(&window);
        let failed = if self.rules.percent.is_none() { 0 } else { failed };
        calls >= self.rules.settings.min_calls as usize && !self.good(calls, failed, slow)
    }

    /// All ways in which the round can still go on, and whether they agree.
    fn verdict(&self) -> Option<bool> {
        let places = self.rules.settings.half_open as usize;
        let (ended, failed, slow) = count(&self.outcomes);
        let rest = places - ended;
        let mut ends = (0..=rest).flat_map(|more_failed| {
            (0..=rest).map(move |more_slow| (failed + more_failed, slow + more_slow))
        });
        let first = ends.next().map(|(failed, slow)| self.good(places, failed, slow))?;
        ends.all(|(failed, slow)| self.good(places, failed, slow) == first).then_some(first)
    }

    /// The outcomes that a rate is counted over.
    fn window(&self) -> Vec<Outcome> {
        match self.rules.settings.window {
            Window::Calls(calls) => {
                let first = self.outcomes.len().saturating_sub(calls as usize);
                self.outcomes[first..].to_vec()
            }
            _ => {
                let latest = self.latest_slot;
                self.outcomes.iter().copied().filter(|outcome| outcome.slot > latest - 64).collect()
            }
        }
    }

    fn slide(&mut self, now: u64) {
        let Window::Time(window) = self.rules.settings.window else { return };
        let window = i128::try_from(window.as_nanos()).expect("short");
        let slot = i128::from(moment(now).nanos()) * 64 / window;
        if self.window().is_empty() || slot <= self.latest_slot - 64 {
            // A failure run is not a matter of the window: only that forgets.
            for outcome in &mut self.outcomes {
                outcome.slot = i128::MIN / 2;
            }
            self.latest_slot = slot;
        }
        self.latest_slot = self.latest_slot.max(slot);
    }
}

#[derive(Debug, Clone)]
enum Step {
    Wait(u64),
    ClockBack(u64),
    Start,
    End(usize, Ending, u64),
    Command(State),
}

/// A call that takes so many milliseconds is slow.
const SLOW: u64 = 100;

fn step() -> impl Strategy<Value = Step> {
    let ending = prop_oneof![
        5 => Just(Ending::Failure),
        5 => Just(Ending::Success),
        1 => Just(Ending::Nothing),
    ];
    let took = prop_oneof![Just(SLOW - 1), Just(SLOW)];
    let state = prop_oneof![
        Just(State::Closed),
        Just(State::ForcedOpen),
        Just(State::ForcedClosed),
        Just(State::Disabled),
        Just(State::MetricsOnly),
    ];
    prop_oneof![
        40 => (0_u64..300).prop_map(Step::Wait),
        40 => (0_u64..8).prop_map(|quarters| Step::Wait(quarters * 250)),
        4 => (0_u64..4_000).prop_map(Step::ClockBack),
        150 => Just(Step::Start),
        150 => (any::<usize>(), ending, took).prop_map(|(call, ending, took)| Step::End(call, ending, took)),
        4 => state.prop_map(Step::Command),
        6 => Just(Step::Command(State::Closed)),
    ]
}

fn rules() -> impl Strategy<Value = Rules> {
    let percents = prop::option::of(prop_oneof![1_u64..=100, Just(50)]);
    let window = prop_oneof![
        (1_u32..12).prop_map(Window::Calls),
        (1_u64..3_000).prop_map(|time| Window::Time(Duration::from_millis(time))),
    ];
    // Often such that a wait ends exactly with them.
    let time = || prop_oneof![1_u64..1_000, (1_u64..4).prop_map(|quarters| quarters * 250)];
    let half_open = (1_u32..7, time(), 1_u64..4);
    let recovery = (time(), 1_u32..4, 1_u64..8);
    let strategy = (1_u32..4, percents.clone(), percents, window, 1_u32..5, half_open, recovery);
    strategy.prop_map(
        |(failures, percent, slow_percent, window, min_calls, half_open, recovery)| {
            let (places, lease, stay) = half_open;
            let (recovery, factor, most) = recovery;
            let share =
                |percent: u64| f64::from(u32::try_from(percent).expect("at most 100")) / 100.0;
            let mut config = match percent {
                Some(percent) => BreakerConfig::new().failure_rate(share(percent)),
                None => BreakerConfig::new().threshold(failures),
            };
            config = match window {
                Window::Calls(calls) => config.window(calls).min_calls(min_calls.min(calls)),
                Window::Time(time) => config.window_time(time).min_calls(min_calls),
                _ => config,
            };
            if let Some(percent) = slow_percent {
                config = config.slow(Duration::from_millis(SLOW)).slow_rate(share(percent));
            }
            let settings = config
                .half_open(places)
                .half_open_timeout(Duration::from_millis(lease))
                .max_half_open(Duration::from_millis(lease * stay))
                .recovery(Duration::from_millis(recovery))
                .recovery_factor(f64::from(factor))
                .max_recovery(Duration::from_millis(recovery * most))
                .settings();
            Rules { failures, percent, slow_percent, factor, settings }
        },
    )
}

/// What the core and the model look like after a step.
type Look = (State, usize, Option<Duration>, Option<(u64, u64, u64)>);

fn look(core: &mut Core, now: u64) -> Look {
    let snapshot = core.snapshot(moment(now));
    let window = snapshot.window.map(|window| (window.calls, window.failures, window.slow));
    let probes = if snapshot.state == State::HalfOpen { snapshot.probes as usize } else { 0 };
    (snapshot.state, probes, snapshot.retry_after, window)
}

fn look_naively(model: &mut Model, now: u64, has_window: bool) -> Look {
    model.slide(now);
    let counted = matches!(model.state, State::Closed | State::MetricsOnly);
    let (calls, failed, slow) = if counted { count(&model.window()) } else { (0, 0, 0) };
    let window = has_window.then_some((calls as u64, failed as u64, slow as u64));
    let probes = if model.state == State::HalfOpen { model.places_taken() } else { 0 };
    (model.state, probes, model.retry_after(now).map(Duration::from_millis), window)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    #[test]
    fn behaves_like_the_naive_model(
        rules in rules(),
        steps in prop::collection::vec(step(), 1..200),
    ) {
        let mut core = Core::new(rules.settings, rng(), moment(0));
        let mut model = Model::new(rules);
        let mut under_way = Vec::new();
        let (mut now, mut stepped_back, mut changes) = (0, false, 0);
        let mut state = State::Closed;
        for (id, step) in steps.into_iter().enumerate() {
            let change = match step {
                Step::Wait(time) => {
                    now += time;
                    None
                }
                Step::ClockBack(time) => {
                    stepped_back |= time.min(now) > 0;
                    now = now.saturating_sub(time);
                    None
                }
                Step::Start => {
                    // As the handle does it, which asks the mirror first.
                    let (admission, change) = match Opening::of(&core).left(moment(now)) {
                        Some(left) => (Err(Some(left)), None),
                        None => core.admit(moment(now)),
                    };
                    prop_assert_eq!(admission.is_ok(), model.admit(id, now));
                    match admission {
                        Ok(admission) => under_way.push((id, admission)),
                        Err(wait) => prop_assert_eq!(wait, model.retry_after(now).map(Duration::from_millis)),
                    }
                    change
                }
                Step::End(call, ending, took) if !under_way.is_empty() => {
                    let (id, admission) = under_way.swap_remove(call % under_way.len());
                    model.record(id, ending, took >= SLOW, now);
                    // As the handle does it, which only reads then.
                    if ending == Ending::Success && core.ignores_success() {
                        None
                    } else {
                        core.record(admission, ending, Duration::from_millis(took), moment(now))
                    }
                }
                Step::End(..) => None,
                Step::Command(state) => {
                    model.go(state, now);
                    core.command(state, moment(now))
                }
            };
            prop_assert_eq!(change.map(|change| (change.from, change.number)), (core.state() != state).then_some((state, changes)));
            state = core.state();
            changes += u64::from(change.is_some());
            let has_window = core.snapshot(moment(now)).window.is_some();
            prop_assert_eq!(look(&mut core, now), look_naively(&mut model, now, has_window));
            let times = core.snapshot(moment(now)).time_in;
            let sum = times.closed + times.open + times.half_open + times.forced_open
                + times.forced_closed + times.disabled + times.metrics_only;
            prop_assert!(stepped_back || sum == Duration::from_millis(now));
        }
    }
}
