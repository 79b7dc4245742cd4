use super::{super::State, *};

fn consecutive(threshold: u32, half_open: u32) -> Core {
    new_core(BreakerConfig::new().threshold(threshold).half_open(half_open))
}

fn rate(rate: f64, window: u32) -> BreakerConfig {
    BreakerConfig::new().failure_rate(rate).window(window)
}

fn to(change: Option<Change>) -> Option<State> {
    change.map(|change| change.to)
}

fn late(core: &mut Core, admission: Admission, ending: Ending, secs: u64) -> Option<State> {
    to(core.record(admission, ending, Duration::ZERO, at(secs)))
}

#[test]
fn opens_on_consecutive_failures_and_admits_exactly_at_recovery() {
    let mut core = consecutive(3, 1);
    assert_eq!(fail(&mut core, 1), None);
    assert_eq!(fail(&mut core, 1), None);
    succeed(&mut core, 1);
    assert_eq!(fail(&mut core, 2), None);
    assert_eq!(fail(&mut core, 2), None);
    let opened = fail(&mut core, 2).expect("the third in a row");
    assert_eq!((opened.from, opened.to, opened.number), (State::Closed, State::Open, 0));
    assert_eq!((opened.consecutive_failures, opened.open_for), (3, Some(secs(60))));
    assert_eq!(core.admit(at(61)).0, Err(Some(secs(1))));
    let (admission, change) = core.admit(at(62));
    assert!(admission.is_ok());
    let change = change.expect("half-open");
    assert_eq!((change.from, change.to, change.number), (State::Open, State::HalfOpen, 1));
}

#[test]
fn a_late_result_of_an_earlier_state_decides_nothing() {
    let mut core = consecutive(1, 1);
    let early = admitted(&mut core, 0);
    fail(&mut core, 0);
    let probe = admitted(&mut core, 60);
    assert_eq!(late(&mut core, early, Ending::Failure, 60), None);
    assert_eq!(late(&mut core, early, Ending::Success, 60), None);
    assert_eq!(late(&mut core, early, Ending::Nothing, 60), None);
    assert!(core.admit(at(60)).0.is_err(), "the place is still the probe's");
    assert_eq!(late(&mut core, probe, Ending::Success, 60), Some(State::Closed));
}

#[test]
fn a_hanging_probe_loses_its_lease_and_its_late_answer_does_not_count() {
    let mut core = consecutive(1, 1);
    fail(&mut core, 0);
    let hanging = admitted(&mut core, 60);
    assert_eq!(core.admit(at(119)).0, Err(Some(secs(1))));
    let next = admitted(&mut core, 120);
    assert_eq!(late(&mut core, hanging, Ending::Failure, 121), None);
    assert_eq!(late(&mut core, next, Ending::Success, 122), Some(State::Closed));
}

#[test]
fn each_probe_has_a_lease_of_its_own() {
    let mut core = consecutive(1, 2);
    fail(&mut core, 0);
    let first = admitted(&mut core, 60);
    let second = admitted(&mut core, 100);
    assert_eq!(core.admit(at(119)).0, Err(Some(secs(1))));
    let third = admitted(&mut core, 120);
    assert_eq!(core.admit(at(120)).0, Err(Some(secs(40))), "the lease of the second runs");
    assert_eq!(late(&mut core, first, Ending::Failure, 121), None, "though it is of this round");
    assert_eq!(late(&mut core, second, Ending::Success, 122), None);
    assert_eq!(late(&mut core, third, Ending::Success, 123), Some(State::Closed));
}

#[test]
fn probes_that_passed_count_however_sparse_the_traffic() {
    let mut core = consecutive(1, 3);
    fail(&mut core, 0);
    for secs in [100, 200, 300] {
        assert_ne!(core.state(), State::Closed);
        succeed(&mut core, secs);
    }
    assert_eq!(core.state(), State::Closed);
}

#[test]
fn a_lease_begins_with_its_probe() {
    let mut core = consecutive(1, 1);
    fail(&mut core, 0);
    let dropped = admitted(&mut core, 60);
    late(&mut core, dropped, Ending::Nothing, 119);
    let fresh = admitted(&mut core, 119);
    assert!(core.admit(at(121)).0.is_err(), "one probe at a time");
    assert_eq!(late(&mut core, fresh, Ending::Success, 122), Some(State::Closed));
}

#[test]
fn a_half_open_stay_ends_by_what_is_known() {
    let config = BreakerConfig::new().threshold(1).half_open(3);
    // One probe has passed, two hang: good.
    let mut core = new_core(config);
    fail(&mut core, 0);
    succeed(&mut core, 60);
    admitted(&mut core, 300);
    let hanging = admitted(&mut core, 350);
    let (admission, change) = core.admit(at(360));
    assert_eq!((admission.is_ok(), to(change)), (true, Some(State::Closed)));
    assert_eq!(late(&mut core, hanging, Ending::Failure, 360), None);

    // None has ended: bad, and the opening begins anew.
    let mut core = new_core(config);
    fail(&mut core, 0);
    admitted(&mut core, 60);
    let (admission, change) = core.admit(at(360));
    assert_eq!((admission, to(change)), (Err(Some(secs(60))), Some(State::Open)));
    assert!(core.admit(at(420)).0.is_ok());
}

#[test]
fn a_half_open_rate_is_decided_as_soon_as_it_is_certain() {
    let config = rate(0.5, 10).min_calls(1).half_open(10);
    let half_open = || {
        let mut core = new_core(config);
        assert_eq!(to(fail(&mut core, 0)), Some(State::Open));
        core
    };
    let mut core = half_open();
    for _ in 0..4 {
        assert_eq!(fail(&mut core, 60), None);
        assert_eq!(succeed(&mut core, 60), None);
    }
    assert_eq!(to(fail(&mut core, 60)), Some(State::Open), "5 of 10 are certain");

    let mut core = half_open();
    for _ in 0..4 {
        assert_eq!(fail(&mut core, 60), None);
        assert_eq!(succeed(&mut core, 60), None);
    }
    assert_eq!(succeed(&mut core, 60), None, "the tenth may still fail");
    assert_eq!(to(succeed(&mut core, 60)), Some(State::Closed));
}

#[test]
fn slow_probes_reopen_it() {
    let config = BreakerConfig::new()
        .threshold(1)
        .slow(secs(2))
        .slow_rate(0.5)
        .half_open(4)
        .half_open_timeout(secs(60));
    let mut core = new_core(config);
    fail(&mut core, 0);
    let probes = [0; 4].map(|_| admitted(&mut core, 60));
    let mut success = |probe, took| {
        core.record(probe, Ending::Success, secs(took), at(60)).map(|change| change.to)
    };
    assert_eq!(success(probes[0], 2), None);
    assert_eq!(success(probes[1], 1), None);
    assert_eq!(success(probes[2], 2), Some(State::Open));
}

#[test]
fn ten_thousand_successes_do_not_hide_an_outage() {
    let mut core = new_core(rate(0.5, 100));
    for _ in 0..10_000 {
        succeed(&mut core, 0);
    }
    for _ in 0..49 {
        assert_eq!(fail(&mut core, 1), None);
    }
    let opened = fail(&mut core, 1).expect("50 of the last 100");
    assert_eq!((opened.to, opened.failure_rate), (State::Open, Some(0.5)));
}

#[test]
fn a_rate_is_reached_in_integers_and_judged_on_a_success_too() {
    let mut core = new_core(rate(0.07, 100).min_calls(100));
    for _ in 0..92 {
        succeed(&mut core, 0);
    }
    for _ in 0..7 {
        assert_eq!(fail(&mut core, 0), None, "not enough calls yet");
    }
    assert_eq!(to(succeed(&mut core, 0)), Some(State::Open));
}

#[test]
fn a_failure_leaves_the_window_with_its_time() {
    let config = BreakerConfig::new().failure_rate(0.5).window_time(secs(64)).min_calls(2);
    let mut core = new_core(config);
    assert_eq!(fail(&mut core, 0), None);
    assert_eq!(succeed(&mut core, 100), None);
    assert_eq!(succeed(&mut core, 100), None, "the failure is gone");
    assert_eq!(fail(&mut core, 101), None);
    assert_eq!(to(fail(&mut core, 101)), Some(State::Open));
}

#[test]
fn slow_calls_open_it_in_both_modes() {
    for config in [BreakerConfig::new().threshold(9), rate(0.9, 20)] {
        let mut core = new_core(config.slow(secs(2)).slow_rate(0.5).min_calls(4));
        let mut success = |took| {
            let admission = core.admit(at(0)).0.expect("closed");
            core.record(admission, Ending::Success, Duration::from_millis(took), at(0))
        };
        assert_eq!(success(1_999), None);
        assert_eq!(success(1_999), None);
        assert_eq!(success(2_000), None);
        let opened = success(2_000).expect("2 of 4 are slow");
        assert_eq!((opened.to, opened.slow_rate), (State::Open, Some(0.5)));
    }
}

#[test]
fn openings_grow_up_to_the_longest_and_shrink_when_it_closes() {
    let config = BreakerConfig::new()
        .threshold(1)
        .recovery(secs(10))
        .recovery_factor(3.0)
        .max_recovery(secs(60));
    let mut core = new_core(config);
    let (mut now, mut lengths) = (0, Vec::new());
    for round in 0..40 {
        let opened = fail(&mut core, now).expect("opens");
        let length = opened.open_for.expect("opened").as_secs();
        lengths.push(length);
        now += length;
        if round == 30 {
            succeed(&mut core, now);
        }
    }
    assert_eq!(lengths[..5], [10, 30, 60, 60, 60]);
    assert_eq!(lengths[30..34], [60, 10, 30, 60]);

    core.command(State::Closed, at(now));
    assert_eq!(fail(&mut core, now).and_then(|opened| opened.open_for), Some(secs(10)));
}

#[test]
fn jitter_prolongs_an_opening_within_its_share_and_the_longest() {
    let config = BreakerConfig::new().threshold(1).recovery_jitter(0.5).max_recovery(secs(80));
    let mut core = new_core(config);
    let lengths: Vec<_> = (0..100)
        .map(|_| {
            core.command(State::Closed, at(0));
            fail(&mut core, 0).and_then(|opened| opened.open_for).expect("opened")
        })
        .collect();
    assert!(lengths.iter().all(|length| (secs(60)..=secs(80)).contains(length)));
    assert!(lengths.iter().any(|length| *length != lengths[0]));
    assert!(lengths.contains(&secs(80)));
}

#[test]
fn an_odd_recovery_time_is_kept_to_the_nanosecond() {
    let recovery = Duration::from_nanos(1_234_567_890_123_456_789);
    let mut core = new_core(BreakerConfig::new().threshold(1).recovery(recovery));
    assert_eq!(fail(&mut core, 0).and_then(|opened| opened.open_for), Some(recovery));
}

#[test]
fn a_clock_that_steps_back_stalls_for_one_recovery_at_most() {
    let mut core = consecutive(1, 1);
    fail(&mut core, 10_000);
    assert_eq!(core.admit(at(5)).0, Err(Some(secs(60))));
    assert!(core.admit(at(65)).0.is_ok());
    assert_eq!(core.admit(at(1)).0, Err(Some(secs(60))), "the lease begins anew");
    assert!(core.admit(at(61)).0.is_ok());
}

#[test]
fn manual_states_hold_until_reset() {
    let mut core = consecutive(1, 1);
    core.command(State::ForcedOpen, at(0));
    assert_eq!(core.admit(at(9_999)).0, Err(None));
    for state in [State::ForcedClosed, State::Disabled, State::MetricsOnly] {
        core.command(state, at(9_999));
        for _ in 0..5 {
            assert_eq!(fail(&mut core, 9_999), None);
        }
    }
    core.command(State::Closed, at(9_999));
    assert!(fail(&mut core, 9_999).is_some());
}

#[test]
fn metrics_only_counts_what_it_lets_pass() {
    let mut core = consecutive(2, 1);
    core.command(State::MetricsOnly, at(0));
    succeed(&mut core, 0);
    for _ in 0..4 {
        fail(&mut core, 0);
    }
    let snapshot = core.snapshot(at(0));
    assert_eq!((snapshot.state, snapshot.consecutive_failures), (State::MetricsOnly, 4));
    assert_eq!((snapshot.failure_rate, snapshot.failures), (Some(0.8), 4));
}
