use std::sync::{Barrier, Mutex, OnceLock, PoisonError};

use super::{super::State, *};
use crate::{BreakerTransition, PolicyConfig, Registry};

/// What was heard, in the order in which it was told.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<BreakerTransition>>>);

impl Heard {
    fn listener(&self) -> impl Fn(&BreakerTransition) + Send + Sync + 'static {
        let heard = self.clone();
        move |transition| {
            heard.0.lock().unwrap_or_else(PoisonError::into_inner).push(transition.clone());
        }
    }

    fn states(&self) -> Vec<(u64, State, State)> {
        let heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        heard.iter().map(|heard| (heard.number, heard.from, heard.to)).collect()
    }
}

fn fail_now(breaker: &CircuitBreaker) {
    let now = Moment::now();
    if let Ok(permit) = breaker.admit(now) {
        permit.record(Ending::Failure, Duration::ZERO, now);
    }
}

#[test]
fn threads_that_fail_together_are_told_of_one_opening() {
    for _ in 0..50 {
        let breaker = breaker(BreakerConfig::new().threshold(3));
        let heard = Heard::default();
        breaker.subscribe(heard.listener()).forever();
        let barrier = Barrier::new(8);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    barrier.wait();
                    fail_now(&breaker);
                });
            }
        });
        assert_eq!(heard.states(), [(0, State::Closed, State::Open)]);
    }
}

#[test]
fn a_dropped_subscription_is_over() {
    let breaker = breaker(BreakerConfig::new());
    let (first, second) = (Heard::default(), Heard::default());
    let subscription = breaker.subscribe(first.listener());
    breaker.subscribe(second.listener()).forever();
    breaker.force_open();
    drop(subscription);
    breaker.reset();
    breaker.reset();
    assert_eq!(first.states(), [(0, State::Closed, State::ForcedOpen)]);
    assert_eq!(second.states().len(), 2, "the second reset changed no state");
}

#[test]
fn a_listener_may_query_and_command_the_breaker_and_subscribe_others() {
    let breaker = breaker(BreakerConfig::new().threshold(1));
    let heard = Heard::default();
    let (handle, inner) = (breaker.clone(), heard.clone());
    let own: Arc<OnceLock<Mutex<Option<crate::Subscription>>>> = Arc::default();
    let mine = own.clone();
    let subscription = breaker.subscribe(move |transition| {
        if transition.to == State::Open {
            assert_eq!(handle.state(), State::Open);
            handle.subscribe(inner.listener()).forever();
            handle.force_closed();
            let subscription = mine.get().and_then(|mine| mine.lock().ok()?.take());
            drop(subscription);
        }
    });
    own.get_or_init(|| Mutex::new(Some(subscription)));
    fail_now(&breaker);
    assert_eq!(breaker.state(), State::ForcedClosed);
    assert_eq!(heard.states(), [(1, State::Open, State::ForcedClosed)]);
}

#[test]
fn a_listener_that_panics_disturbs_nobody() {
    let breaker = breaker(BreakerConfig::new().threshold(1));
    let heard = Heard::default();
    breaker.subscribe(|_| panic!("a listener's own")).forever();
    breaker.subscribe(heard.listener()).forever();
    fail_now(&breaker);
    assert_eq!(breaker.state(), State::Open);
    assert_eq!(heard.states().len(), 1);
    breaker.reset();
    assert_eq!(heard.states().len(), 2);
}

#[test]
fn a_registry_hears_of_every_breaker_also_of_later_ones() {
    let (registry, heard) = (Registry::new(), Heard::default());
    let subscription = registry.subscribe(heard.listener());
    let policies = PolicyConfig::new().breaker(BreakerConfig::new());
    let declaration = registry.declare("scout", policies).expect("valid");
    let own = PolicyConfig::new().breaker(BreakerConfig::new().threshold(9));
    declaration.method("search", own).expect("valid");
    let service = declaration.service();
    service.breaker().expect("declared").force_open();
    let search = service.method("search").expect("declared");
    search.own_breaker().expect("declared").force_open();
    {
        let heard = heard.0.lock().unwrap_or_else(PoisonError::into_inner);
        let from: Vec<_> = heard.iter().map(|heard| heard.method.as_deref()).collect();
        assert_eq!(from, [None, Some("search")]);
        assert!(heard.iter().all(|heard| heard.service == "scout" && heard.number == 0));
    }
    drop(subscription);
    service.reset();
    assert_eq!(heard.states().len(), 2);
}
