//! The loop of attempts, timeouts and hedges against models that are as naive as can be said. The policies' own cores
//! have theirs beside them.

use std::time::Duration;

use proptest::prelude::*;
use resilient_runtime::{
    HedgeConfig, Jitter, Policy, Registry, Rejection, RetryConfig, TimeoutConfig, TimeoutScope,
};
use resilient_tests::double::Fault;
use tokio::time::{Instant, sleep};

const fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// How one request ends, and how long it takes.
#[derive(Debug, Clone)]
struct Request {
    takes: u64,
    ends: Result<u32, Fault>,
}

fn request() -> impl Strategy<Value = Request> {
    let takes = prop_oneof![3 => Just(0), 5 => 1_u64..400];
    let ends = prop_oneof![
        2 => Just(Ok(1)),
        4 => Just(Err(Fault::Down)),
        1 => Just(Err(Fault::Wrong)),
    ];
    (takes, ends).prop_map(|(takes, ends)| Request { takes, ends })
}

/// What a caller sees: the answer, when it came, and how many requests were sent.
#[derive(Debug, PartialEq)]
struct Seen {
    answer: Result<u32, Fault>,
    after: u64,
    requests: usize,
}

fn good() -> Request {
    Request { takes: 0, ends: Ok(1) }
}

fn paused() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime")
}

/// Runs the requests, numbered from 0, behind a policy.
fn run(policy: &Policy, requests: &[Request], hedged: bool) -> Seen {
    paused().block_on(async {
        let start = Instant::now();
        let sent = std::cell::Cell::new(0);
        let request = || {
            let number = sent.replace(sent.get() + 1);
            let Request { takes, ends } = requests.get(number).cloned().unwrap_or_else(good);
            async move {
                if takes > 0 {
                    sleep(millis(takes)).await;
                }
                ends
            }
        };
        let answer = if hedged {
            policy.call_hedged(request).await
        } else {
            policy.call(async || request().await).await
        };
        let after = u64::try_from(start.elapsed().as_millis()).expect("short");
        Seen { answer, after, requests: sent.get() }
    })
}

#[derive(Debug, Clone)]
struct Limits {
    max: u32,
    base: u64,
    longest: u64,
    within: Option<u64>,
    attempt: Option<u64>,
    call: Option<u64>,
}

fn limits() -> impl Strategy<Value = Limits> {
    let time = |range| prop::option::of(range);
    (1_u32..5, 1_u64..200, 1_u64..500, time(1_u64..900), time(1_u64..300), time(1_u64..900))
        .prop_map(|(max, base, longest, within, attempt, call)| Limits {
            max,
            base,
            longest: longest.max(base),
            within: within.map(|within| within.max(base)),
            attempt,
            call: call.map(|call| call.max(base).max(attempt.unwrap_or(0))),
        })
}

fn timed_out(after: u64, scope: TimeoutScope) -> Fault {
    // Only a policy makes rejections.
    let timeout = TimeoutConfig::new();
    let timeout = match scope {
        TimeoutScope::Attempt => timeout.attempt(millis(after)),
        _ => timeout.call(millis(after)),
    };
    let policy = Policy::builder("model").timeout(timeout).registry(&Registry::new());
    paused().block_on(async {
        let hang = async || std::future::pending::<Result<u32, Rejection>>().await;
        Fault::Rejected(policy.build().expect("valid").call(hang).await.expect_err("no answer"))
    })
}

fn model(limits: &Limits, requests: &[Request]) -> Seen {
    let (mut now, mut sent) = (0, 0);
    loop {
        let Request { takes, ends } = requests.get(sent).cloned().unwrap_or_else(good);
        sent += 1;
        let attempt = limits.attempt.map(|attempt| (now + attempt, attempt, TimeoutScope::Attempt));
        let call = limits.call.map(|call| (call, call, TimeoutScope::Call));
        // The earlier of the two; the attempt's own where they are equal.
        let limit = attempt.into_iter().chain(call).min_by_key(|(at, ..)| *at);
        let answer = match limit {
            Some((at, after, scope)) if now + takes >= at => {
                now = at;
                Err(timed_out(after, scope))
            }
            _ => {
                now += takes;
                ends
            }
        };
        let delay = (limits.base << (sent - 1)).min(limits.longest);
        let done = matches!(answer, Ok(_) | Err(Fault::Wrong))
            || sent >= limits.max as usize
            || limits.within.is_some_and(|within| now + delay > within)
            || limits.call.is_some_and(|call| now + delay >= call);
        if done {
            return Seen { answer, after: now, requests: sent };
        }
        now += delay;
    }
}

fn race(delay: u64, most: u32, requests: &[Request]) -> Seen {
    let request = |number: usize| requests.get(number).cloned().unwrap_or_else(good);
    // Those that are out, in the order of their sending: when and how they end.
    let mut out = vec![(request(0).takes, request(0).ends)];
    let (mut sent, mut left, mut next) = (1, most, delay);
    loop {
        let earliest = out.iter().map(|(end, _)| *end).min();
        let ended = earliest.filter(|end| left == 0 || *end <= next);
        let (now, worth) = match ended {
            Some(now) => {
                let position = out.iter().position(|(end, _)| *end == now).expect("there is one");
                let (_, answer) = out.remove(position);
                let worth = answer == Err(Fault::Down) && left > 0;
                if answer.is_ok() || out.is_empty() && !worth {
                    return Seen { answer, after: now, requests: sent };
                }
                (now, worth)
            }
            None => (next, true),
        };
        if worth {
            let Request { takes, ends } = request(sent);
            out.push((now + takes, ends));
            (sent, left, next) = (sent + 1, left - 1, now + delay);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn attempts_and_timeouts_are_as_the_naive_model_says(
        limits in limits(),
        requests in prop::collection::vec(request(), 0..6),
    ) {
        let retry = RetryConfig::new()
            .max(limits.max)
            .base(millis(limits.base))
            .max_delay(millis(limits.longest))
            .jitter(Jitter::None);
        let retry = limits.within.map_or(retry, |within| retry.within(millis(within)));
        let mut policy = Policy::builder("model").retry(retry).registry(&Registry::new());
        if limits.attempt.is_some() || limits.call.is_some() {
            let timeout = TimeoutConfig::new();
            let timeout = limits.attempt.map_or(timeout, |time| timeout.attempt(millis(time)));
            policy = policy.timeout(limits.call.map_or(timeout, |time| timeout.call(millis(time))));
        }
        let policy = policy.build().expect("valid");
        prop_assert_eq!(run(&policy, &requests, false), model(&limits, &requests));
    }

    #[test]
    fn a_race_is_as_the_naive_model_says(
        delay in 1_u64..200,
        most in 1_u32..4,
        requests in prop::collection::vec(request(), 0..5),
    ) {
        let hedge = HedgeConfig::new().after(millis(delay)).max(most).budget_off();
        let policy = Policy::builder("model").hedge(hedge).registry(&Registry::new()).build();
        let seen = run(&policy.expect("valid"), &requests, true);
        prop_assert_eq!(seen, race(delay, most, &requests));
    }
}
