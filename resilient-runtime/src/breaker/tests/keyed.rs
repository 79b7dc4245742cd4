use super::{
    super::{
        KeyedBreakers, State,
        keyed::{BATCH, MOST_KEYS},
    },
    *,
};
use crate::rng::Seeds;

fn keyed(config: BreakerConfig) -> KeyedBreakers {
    KeyedBreakers::new(owner(), config.settings(), Arc::new(Seeds::new(1)), Arc::default())
}

fn fail_now(breaker: &CircuitBreaker) {
    let now = Moment::now();
    breaker.admit(now).expect("admitted").record(Ending::Failure, Duration::ZERO, now);
}

#[test]
fn each_key_has_a_breaker_of_its_own() {
    let keyed = keyed(BreakerConfig::new().threshold(1));
    fail_now(&keyed.get("one"));
    assert_eq!(keyed.get("one").state(), State::Open);
    assert_eq!(keyed.get("two").state(), State::Closed);
    let snapshot = keyed.snapshot();
    assert_eq!(snapshot.len(), 1, "the other is as good as new");
    assert_eq!((&*snapshot[0].0, snapshot[0].1.state), ("one", State::Open));
    keyed.reset();
    assert!(keyed.snapshot().is_empty());
}

#[test]
fn a_hundred_thousand_keys_take_the_memory_of_a_thousand() {
    for config in [BreakerConfig::new().threshold(2), BreakerConfig::new().failure_rate(0.5)] {
        let keyed = keyed(config);
        let failing = ["open", "failed once"].map(|key| keyed.get(key));
        failing[0].force_open();
        fail_now(&failing[1]);
        let held = keyed.get("held");
        let held = held.admit(Moment::now()).expect("closed");
        for key in 0..100_000 {
            let breaker = keyed.get(&key.to_string());
            let now = Moment::now();
            breaker.admit(now).expect("new").record(Ending::Success, Duration::ZERO, now);
            assert!(keyed.len() <= MOST_KEYS);
        }
        drop(held);
        assert_eq!(keyed.get("open").state(), State::ForcedOpen);
        assert_eq!(keyed.get("failed once").snapshot().failures, 1);
        assert!(keyed.len() > MOST_KEYS - BATCH);
    }
}

#[test]
fn where_none_is_idle_those_unused_the_longest_go() {
    let keyed = keyed(BreakerConfig::new());
    for key in 0..MOST_KEYS {
        fail_now(&keyed.get(&key.to_string()));
    }
    assert_eq!(keyed.get("0").snapshot().failures, 1);
    keyed.get("new");
    assert_eq!(keyed.len(), MOST_KEYS - BATCH + 1);
    assert_eq!(keyed.get("0").snapshot().failures, 1, "just used");
    assert_eq!(keyed.get(&(BATCH + 1).to_string()).snapshot().failures, 1);
    assert_eq!(keyed.get("1").snapshot().failures, 0, "forgotten");
}

#[test]
fn a_call_under_way_keeps_its_breaker_however_many_keys_come() {
    let keyed = keyed(BreakerConfig::new().threshold(1));
    let now = Moment::now();
    let permit = keyed.get("held").admit(now).expect("closed");
    for key in 0..10 * MOST_KEYS {
        keyed.get(&key.to_string());
    }
    permit.record(Ending::Failure, Duration::ZERO, now);
    assert_eq!(keyed.get("held").state(), State::Open);
}
