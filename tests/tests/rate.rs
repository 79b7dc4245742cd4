//! The rate limiter as a user sees it: by attribute, by hand, and as a handle.

#![allow(clippy::float_cmp, reason = "rates that are set, and not computed")]

use std::time::Duration;

use resilient_runtime::{
    ConfigError, Policy, PolicyConfig, Priority, RateAdaptation, RateAlgorithm, RateConfig,
    Registry, Rejection, fallible, resilient, with_priority,
};
use resilient_tests::{
    api, decorated,
    double::{Act, Double, Fault},
};
use tokio::time::{Instant, advance, sleep};

const SECOND: Duration = Duration::from_secs(1);

fn limited(answer: &Result<u32, Fault>) -> bool {
    matches!(answer, Err(Fault::Rejected(Rejection::RateLimited { .. })))
}

fn policy(rate: RateConfig) -> Policy {
    Policy::builder("api").rate(rate).registry(&Registry::new()).build().expect("valid")
}

#[tokio::test(start_paused = true)]
async fn a_sliding_window_never_lets_more_than_its_limit_through() {
    api!(rate(limit = 3, per = "10s", algorithm = sliding_window, wait = "1m"));
    let double = Double::default();
    let api = decorated!(double);
    let start = Instant::now();
    let mut times = Vec::new();
    for pause in [0, 4, 4, 0, 0, 0, 0] {
        sleep(pause * SECOND).await;
        assert!(api.get().await.is_ok());
        times.push(start.elapsed().as_secs());
    }
    assert_eq!(times, [0, 4, 8, 10, 14, 18, 20]);
}

#[tokio::test(start_paused = true)]
async fn of_both_the_bucket_takes_bursts_and_the_window_is_the_hard_limit() {
    api!(rate(limit = 4, burst = 2, algorithm = both, wait = "1m"));
    let double = Double::default();
    let api = decorated!(double);
    let start = Instant::now();
    let mut times = Vec::new();
    for _ in 0..7 {
        assert!(api.get().await.is_ok());
        times.push(start.elapsed().as_millis());
    }
    assert_eq!(times, [0, 0, 250, 500, 1_000, 1_000, 1_250]);
}

#[resilient(service = "users", rate(limit = 1.0, burst = 1, wait = "0s", key = user))]
trait Users {
    async fn get(&self, user: &str) -> Result<u32, Fault>;
    #[resilient(rate(key = id % 2))]
    async fn by_number(&self, id: u32) -> Result<u32, Fault>;
    #[resilient(rate(limit = 5.0, key = user))]
    async fn own(&self, user: &str) -> Result<u32, Fault>;
}

impl Users for Double {
    async fn get(&self, _user: &str) -> Result<u32, Fault> {
        self.answer().await
    }
    async fn by_number(&self, _id: u32) -> Result<u32, Fault> {
        self.answer().await
    }
    async fn own(&self, _user: &str) -> Result<u32, Fault> {
        self.answer().await
    }
}

#[tokio::test(start_paused = true)]
async fn each_key_has_a_limit_of_its_own() {
    let double = Double::default();
    let users = ResilientUsers::with_registry(double.clone(), &Registry::new());
    for user in ["ann", "bob"] {
        assert!(users.get(user).await.is_ok());
        assert!(limited(&users.get(user).await));
    }
    // Another key expression, the same limiters.
    assert!(users.by_number(3).await.is_ok());
    assert!(limited(&users.get("1").await));
    assert!(users.own("ann").await.is_ok());
    assert_eq!(double.calls(), 4);

    let service = users.service();
    assert!(service.rate_limiter().is_none());
    let ann = service.rate_limiter_for("ann").expect("keyed");
    assert_eq!(ann.snapshot().available, 0);
    ann.set_limit(10.0).expect("valid");
    advance(SECOND / 10).await;
    assert!(users.get("ann").await.is_ok());
    let keyed = service.snapshot().keyed_rate.expect("keyed");
    assert_eq!((keyed.keys, keyed.counts.admitted.normal, keyed.counts.rejected.normal), (3, 4, 3));
    let own = service.method("own").expect("declared");
    assert_eq!(own.snapshot().keyed_rate.map(|rate| rate.keys), Some(1));
    assert!(own.own_rate_limiter().is_none() && own.own_rate_limiter_for("ann").is_some());
}

#[tokio::test(start_paused = true)]
async fn a_call_by_hand_without_a_key_has_a_limit_of_its_own() {
    let double = Double::default();
    let policy = policy(RateConfig::new().limit(1.0).burst(1).wait(Duration::ZERO).keyed(true));
    let call = |key: Option<&'static str>| {
        let call = policy.with(fallible());
        let call = match key {
            Some(key) => call.rate_for(key),
            None => call,
        };
        call.call(|| double.answer())
    };
    assert!(call(None).await.is_ok());
    assert!(call(Some("a")).await.is_ok());
    assert!(limited(&call(None).await) && limited(&call(Some("a")).await));
}

#[resilient(service = "queue", rate(limit = 1.0, burst = 1, wait = "1m"))]
trait Queue {
    async fn plain(&self) -> Result<u32, Fault>;
    #[resilient(rate(priority = low))]
    async fn report(&self) -> Result<u32, Fault>;
    #[resilient(rate(priority = urgency(paid)))]
    async fn order(&self, paid: bool) -> Result<u32, Fault>;
}

fn urgency(paid: bool) -> Priority {
    if paid { Priority::Critical } else { Priority::High }
}

impl Queue for Double {
    async fn plain(&self) -> Result<u32, Fault> {
        self.answer().await
    }
    async fn report(&self) -> Result<u32, Fault> {
        self.answer().await
    }
    async fn order(&self, _paid: bool) -> Result<u32, Fault> {
        self.answer().await
    }
}

#[tokio::test(start_paused = true)]
async fn calls_are_served_by_the_attributes_priority_or_that_of_the_request() {
    let queue = ResilientQueue::with_registry(Double::default(), &Registry::new());
    assert_eq!(queue.plain().await, Ok(1));
    let answers = tokio::join!(
        queue.report(),
        // The attribute wins over the request.
        with_priority(Priority::Critical, queue.report()),
        queue.plain(),
        with_priority(Priority::High, queue.plain()),
        queue.order(false),
        queue.order(true),
    );
    assert_eq!(answers, (Ok(6), Ok(7), Ok(5), Ok(3), Ok(4), Ok(2)));
    // One limiter for all of them, for a priority makes no other one.
    let counts = queue.service().snapshot().rate.expect("has one").counts;
    let by_priority = counts.admitted;
    assert_eq!(
        (by_priority.critical, by_priority.high, by_priority.normal, by_priority.low),
        (1, 2, 2, 2)
    );
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_sheds_the_lowest_first() {
    api!(rate(limit = 1.0, burst = 1, wait = "1m", queue = 2));
    let double = Double::default();
    let api = decorated!(double);
    assert_eq!(api.get().await, Ok(1));
    let (low, normal, high, late) = tokio::join!(
        with_priority(Priority::Low, api.get()),
        api.get(),
        with_priority(Priority::High, api.get()),
        with_priority(Priority::Low, api.get()),
    );
    assert!(limited(&low) && limited(&late));
    assert_eq!((normal, high), (Ok(3), Ok(2)));
    let counts = api.service().snapshot().rate.expect("has one").counts;
    assert_eq!((counts.shed.low, counts.rejected.low, double.calls()), (1, 1, 3));
}

#[tokio::test(start_paused = true)]
async fn an_adaptive_rate_comes_down_when_the_service_throttles_and_recovers() {
    api!(rate(limit = 100.0, adaptive, min = 20.0, wait = "1m"));
    let throttled = Act::Fail(Fault::Busy(Duration::ZERO));
    let double = Double::playing(vec![throttled; 3]);
    let api = decorated!(double);
    let rate = || api.service().snapshot().rate.expect("has one").limit;
    for expected in [50.0, 25.0, 20.0] {
        assert!(api.get().await.is_err());
        assert_eq!(rate(), expected);
        sleep(SECOND).await;
    }
    assert!(api.get().await.is_ok());
    assert_eq!(rate(), 25.0);
    for _ in 0..20 {
        sleep(SECOND).await;
        assert!(api.get().await.is_ok());
    }
    assert_eq!(rate(), 100.0);
}

#[tokio::test(start_paused = true)]
async fn a_rate_that_came_down_sends_no_burst() {
    let rate = RateConfig::new().limit(100.0).burst(50).adaptive(RateAdaptation::Aimd);
    let policy = policy(rate.wait(Duration::ZERO));
    let double = Double::playing([Act::Fail(Fault::Busy(Duration::ZERO))]);
    assert!(policy.call(async || double.answer().await).await.is_err());
    assert!(policy.call(async || double.answer().await).await.is_ok());
    assert!(limited(&policy.call(async || double.answer().await).await));
}

#[tokio::test(start_paused = true)]
async fn a_cubic_rate_follows_what_was_sent() {
    let rate = RateConfig::new().limit(1_000.0).adaptive(RateAdaptation::Cubic).wait(60 * SECOND);
    let policy = policy(rate);
    let mut script = vec![Act::Answer; 400];
    script.push(Act::Fail(Fault::Busy(Duration::ZERO)));
    let double = Double::playing(script);
    for _ in 0..401 {
        let _ = policy.call(async || double.answer().await).await;
        sleep(SECOND / 40).await;
    }
    let limit = policy.service().snapshot().rate.expect("has one").limit;
    // 0.7 times the forty a second that were sent, but for the floor of a tenth of the limit.
    assert_eq!(limit, 100.0);
}

#[tokio::test(start_paused = true)]
async fn the_handle_shares_the_limiter_with_the_decorator() {
    api!(rate(limit = 10.0, burst = 10, wait = "10s"));
    let double = Double::default();
    let api = decorated!(double);
    let limiter = api.service().rate_limiter().expect("has one").clone();
    limiter.try_acquire(10).expect("the burst");
    let start = Instant::now();
    assert_eq!(api.get().await, Ok(1));
    assert_eq!(start.elapsed(), SECOND / 10);
    let reserved = limiter.reserve(10).expect("within ten seconds");
    let (answer, ()) = tokio::join!(api.get(), async {
        assert_eq!(reserved.wait(), SECOND);
        sleep(SECOND / 10).await;
        reserved.cancel();
    });
    assert_eq!((answer, start.elapsed()), (Ok(2), SECOND / 5));
    limiter.pause(5 * SECOND);
    assert_eq!(api.get().await, Ok(3));
    assert_eq!(start.elapsed(), 5 * SECOND + SECOND / 5);
    let snapshot = serde_json::to_value(limiter.snapshot()).expect("plain data");
    assert_eq!(snapshot["counts"]["admitted"]["normal"], 13);
    assert_eq!(snapshot["algorithm"], "token_bucket");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_in_line_costs_nothing() {
    api!(rate(limit = 1.0, burst = 1, wait = "1m"));
    let double = Double::default();
    let api = decorated!(double);
    assert_eq!(api.get().await, Ok(1));
    let start = Instant::now();
    let dropped = tokio::time::timeout(SECOND / 2, api.get());
    let (dropped, answer) = tokio::join!(dropped, api.get());
    assert!(dropped.is_err());
    assert_eq!((answer, start.elapsed(), double.calls()), (Ok(2), SECOND, 2));
    let rate = api.service().snapshot().rate.expect("has one");
    assert_eq!((rate.waiting, rate.counts.admitted.normal), (0, 2));
}

#[tokio::test(start_paused = true)]
async fn acquiring_by_hand_ends_with_the_deadline_of_the_call_around_it() {
    let policy = policy(RateConfig::new().limit(0.1).burst(1).wait(60 * SECOND));
    let limiter = policy.service().rate_limiter().expect("has one").clone();
    limiter.try_acquire(1).expect("the burst");
    let outer = Policy::builder("outer")
        .config(
            PolicyConfig::new().timeout(resilient_runtime::TimeoutConfig::new().call(5 * SECOND)),
        )
        .registry(&Registry::new())
        .build()
        .expect("valid");
    let start = Instant::now();
    let inner = outer.call(async || limiter.acquire(1).await).await;
    assert!(matches!(inner, Err(Rejection::RateLimited { .. })));
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test]
async fn wrong_parameters_are_refused() {
    let windowed = RateConfig::new().algorithm(RateAlgorithm::SlidingWindow);
    for (config, parameter) in [
        (RateConfig::new().limit(f64::NAN), "limit"),
        (RateConfig::new().limit(-1.0), "limit"),
        (RateConfig::new().limit(1.0).queue(0), "queue"),
        (RateConfig::new().limit(1.0).queue(5).wait(Duration::ZERO), "queue"),
        (RateConfig::new().limit(1.0).min(0.5), "min"),
        (RateConfig::new().limit(1.0).min(0.0).adaptive(RateAdaptation::Aimd), "min"),
        (RateConfig::new().limit(1.0).min(2.0).adaptive(RateAdaptation::Aimd), "min"),
        (windowed.limit(0.5), "limit"),
        (windowed.limit(5e9), "limit"),
        (windowed.limit(5.0).burst(2), "burst"),
        (windowed.limit(5.0).adaptive(RateAdaptation::Cubic), "adaptive"),
        (RateConfig::new().limit(2.0).burst(3).algorithm(RateAlgorithm::Both), "burst"),
    ] {
        let built = Policy::builder("api").rate(config).registry(&Registry::new()).build();
        let Err(ConfigError::Invalid { problems, .. }) = built else { panic!("{config:?}") };
        let fields: Vec<_> = problems.iter().map(|problem| problem.parameter.field).collect();
        assert_eq!(fields, [parameter], "{config:?}");
    }
    let window = policy(windowed.limit(5.0));
    let limiter = window.service().rate_limiter().expect("has one");
    assert!(limiter.set_limit(2.5).is_err());
    assert!(limiter.set_limit(2.0).is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_small_request_does_not_overtake_a_large_one_that_waits() {
    let policy = policy(RateConfig::new().limit(1.0).burst(10).wait(SECOND * 60));
    let limiter = policy.service().rate_limiter().expect("has one").clone();
    limiter.try_acquire(8).expect("there");
    let start = Instant::now();
    let large = tokio::spawn({
        let limiter = limiter.clone();
        async move { limiter.acquire(5).await }
    });
    tokio::task::yield_now().await;
    assert!(limiter.try_acquire(1).is_err(), "two tokens are there, and they are the other's");
    limiter.acquire(1).await.expect("in line");
    assert!(large.is_finished());
    assert_eq!(start.elapsed(), 4 * SECOND, "three for the large one, one for this");
}
