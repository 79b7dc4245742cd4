//! Random histories against a model that says in the plainest way what may be served at each moment.

use std::{collections::HashMap, time::Duration};

use proptest::prelude::*;
use resilient_runtime::{CacheConfig, Key, fallible, storable};
use resilient_tests::double::Fault;
use tokio::time::{Instant, advance};

use crate::{by_hand, seen};

#[derive(Debug, Clone, Copy)]
enum Step {
    Call { key: u8, good: bool },
    Wait(u64),
    Invalidate(u8),
    InvalidateAll,
}

#[derive(Debug, Clone, Copy)]
struct Times {
    memory: u64,
    refresh: Option<u64>,
    stale: Option<u64>,
    idle: Option<u64>,
}

/// An answer, by the moments that matter to it, in milliseconds.
#[derive(Debug, Clone, Copy)]
struct Answer {
    value: u32,
    made: u64,
    used: u64,
    refresh_at: Option<u64>,
}

#[derive(Debug)]
struct Model {
    times: Times,
    answers: HashMap<u8, Answer>,
    calls: u32,
}

type Seen = (Result<u32, Fault>, &'static str, Duration);

impl Model {
    fn call(&mut self, key: u8, good: bool, now: u64) -> Seen {
        let Times { memory, refresh, stale, idle } = self.times;
        let age = |answer: &Answer| Duration::from_millis(now - answer.made);
        let answer = self.answers.get_mut(&key);
        let fresh = answer.filter(|answer| {
            now < answer.made + memory && idle.is_none_or(|idle| now < answer.used + idle)
        });
        if let Some(answer) = fresh {
            answer.used = now;
            let due = answer.refresh_at.is_some_and(|at| at <= now);
            if due {
                self.calls += 1;
            }
            if !(due && good) {
                if due {
                    answer.refresh_at = refresh.map(|refresh| now + refresh / 10);
                }
                return (Ok(answer.value), "memory", age(answer));
            }
        } else {
            self.calls += 1;
            if !good {
                let old = self.answers.get(&key);
                let servable =
                    stale.and_then(|stale| old.filter(|answer| now < answer.made + memory + stale));
                return match servable {
                    Some(answer) => (Ok(answer.value), "stale", age(answer)),
                    None => (Err(Fault::Down), "failed", Duration::ZERO),
                };
            }
        }
        let refresh_at = refresh.map(|refresh| now + refresh);
        let value = self.calls;
        self.answers.insert(key, Answer { value, made: now, used: now, refresh_at });
        (Ok(value), "live", Duration::ZERO)
    }
}

async fn plays_out_as_the_model_says(times: Times, steps: Vec<Step>) {
    let millis = Duration::from_millis;
    let mut config = CacheConfig::new().memory(millis(times.memory));
    config.refresh = times.refresh.map(millis);
    config.stale = times.stale.map(millis);
    config.idle = times.idle.map(millis);
    let policy = by_hand(config);
    let mut model = Model { times, answers: HashMap::new(), calls: 0 };
    let (start, mut calls) = (Instant::now(), 0);
    for (number, step) in steps.into_iter().enumerate() {
        match step {
            Step::Call { key, good } => {
                let now = u64::try_from(start.elapsed().as_millis()).expect("a short test");
                let call = policy
                    .with(fallible::<Result<u32, Fault>>())
                    .cached(storable(), Key::new().part(&key))
                    .call(async || {
                        calls += 1;
                        if good { Ok(calls) } else { Err(Fault::Down) }
                    });
                let seen = seen(call).await;
                assert_eq!(seen, model.call(key, good, now), "step {number}: {step:?} at {now}");
            }
            Step::Wait(time) => advance(millis(time)).await,
            Step::Invalidate(key) => {
                policy.invalidate(&Key::new().part(&key));
                model.answers.remove(&key);
            }
            Step::InvalidateAll => {
                policy.invalidate_all();
                model.answers.clear();
            }
        }
    }
    assert_eq!(calls, model.calls);
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (0..3_u8, any::<bool>()).prop_map(|(key, good)| Step::Call { key, good }),
        4 => prop_oneof![1..20_u64, prop::sample::select(vec![10, 50, 90, 100, 400, 500])].prop_map(Step::Wait),
        1 => (0..3_u8).prop_map(Step::Invalidate),
        1 => Just(Step::InvalidateAll),
    ];
    prop::collection::vec(step, 1..60)
}

fn times() -> impl Strategy<Value = Times> {
    let refresh = prop::option::of(prop::sample::select(vec![10, 50, 90]));
    let idle = prop::option::of(prop::sample::select(vec![10, 60]));
    let stale = prop::option::of(prop::sample::select(vec![1, 100, 1_000]));
    (refresh, stale, idle).prop_map(|(refresh, stale, idle)| Times {
        memory: 100,
        refresh,
        stale,
        idle,
    })
}

proptest! {
    #[test]
    fn what_is_served_is_what_may_be(times in times(), steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.expect("a runtime").block_on(plays_out_as_the_model_says(times, steps));
    }
}
