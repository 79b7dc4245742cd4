use resilient_runtime::{CacheConfig, Key, Registry, resilient};
use resilient_tests::{
    api, books, decorated,
    double::{Act, Double, Fault},
};
use tokio::time::advance;

use crate::{MINUTE, SECOND, by_hand, poll_once, seen};

#[tokio::test(start_paused = true)]
async fn one_caller_loads_anew_while_the_others_are_served() {
    api!(cache(memory = "5m", refresh = "4m"));
    let api = decorated!(Double::playing([Act::Answer, Act::Slow(SECOND)]));
    assert_eq!(api.get().await, Ok(1));
    advance(239 * SECOND).await;
    assert_eq!(seen(api.get()).await.1, "memory");
    advance(SECOND).await;
    let mut refreshes = Box::pin(seen(api.get()));
    assert!(poll_once(refreshes.as_mut()).is_pending());
    for _ in 0..1_000 {
        assert_eq!(seen(api.get()).await, (Ok(1), "memory", 4 * MINUTE));
    }
    assert_eq!((refreshes.await.0, api.inner().calls()), (Ok(2), 2));
    assert_eq!(seen(api.get()).await.0, Ok(2));
    advance(3 * MINUTE).await;
    assert_eq!(seen(api.get()).await, (Ok(2), "memory", 3 * MINUTE), "its age begins anew");
    assert_eq!(books!(api).cache.refreshes, 1);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_fails_serves_what_is_there_and_is_not_tried_again_at_once() {
    api!(cache(memory = "5m", refresh = "4m"), fallback(value = 100));
    let double = Double::playing([Act::Answer, Act::Fail(Fault::Down), Act::Fail(Fault::Wrong)]);
    let api = decorated!(double);
    assert_eq!(api.get().await, Ok(1));
    advance(4 * MINUTE).await;
    assert_eq!(seen(api.get()).await, (Ok(1), "memory", 4 * MINUTE));
    assert_eq!((seen(api.get()).await.1, double.calls()), ("memory", 2));
    advance(24 * SECOND).await;
    assert_eq!((seen(api.get()).await.1, double.calls()), ("memory", 3));
    advance(24 * SECOND).await;
    assert_eq!(seen(api.get()).await.0, Ok(4));
    assert_eq!(books!(api).fallbacks, 0);
}

#[tokio::test(start_paused = true)]
async fn what_expired_while_it_was_refreshed_in_vain_is_not_served() {
    api!(cache(memory = "5m", refresh = "4m"), timeout = "2m");
    let api = decorated!(Double::playing([Act::Answer, Act::Hang]));
    assert_eq!(api.get().await, Ok(1));
    advance(4 * MINUTE).await;
    assert!(matches!(api.get().await, Err(Fault::Rejected(_))));
}

#[tokio::test(start_paused = true)]
async fn who_comes_when_it_has_expired_waits_for_the_refresh() {
    api!(cache(memory = "5m", refresh = "4m"));
    let api = decorated!(Double::playing([Act::Answer, Act::Slow(2 * MINUTE)]));
    assert_eq!(api.get().await, Ok(1));
    advance(4 * MINUTE).await;
    let late = async {
        tokio::time::sleep(MINUTE).await;
        api.get().await
    };
    let (refreshed, late) = tokio::join!(api.get(), late);
    assert_eq!((refreshed, late, api.inner().calls()), (Ok(2), Ok(2), 2));
}

#[tokio::test(start_paused = true)]
async fn who_was_served_meanwhile_hands_the_refresh_to_nobody() {
    api!(cache(memory = "5m", refresh = "4m"));
    let api = decorated!(Double::playing([Act::Answer, Act::Slow(2 * MINUTE)]));
    assert_eq!(api.get().await, Ok(1));
    advance(4 * MINUTE).await;
    let late = async {
        for _ in 0..3 {
            assert_eq!(seen(api.get()).await.1, "memory");
        }
        tokio::time::sleep(MINUTE).await;
        tokio::join!(api.get(), api.get(), api.get())
    };
    let (refreshed, late) = tokio::join!(api.get(), late);
    assert_eq!((refreshed, late), (Ok(2), (Ok(2), Ok(2), Ok(2))));
    assert_eq!(api.inner().calls(), 2, "they waited for the one load");
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_is_dropped_is_the_next_callers() {
    api!(cache(memory = "5m", refresh = "4m"));
    let api = decorated!(Double::playing([Act::Answer, Act::Hang]));
    assert_eq!(api.get().await, Ok(1));
    advance(4 * MINUTE).await;
    let mut dropped = Box::pin(api.get());
    assert!(poll_once(dropped.as_mut()).is_pending());
    drop(dropped);
    assert_eq!(seen(api.get()).await.0, Ok(3));
}

#[tokio::test(start_paused = true)]
async fn by_hand_too_and_key_by_key() {
    let policy = by_hand(CacheConfig::new().memory(5 * MINUTE).refresh(4 * MINUTE));
    let double = Double::default();
    let get = |key: u32| {
        let (policy, double) = (&policy, &double);
        policy.call_cached(Key::new().part(&key), async || double.answer().await)
    };
    assert_eq!((get(1).await, get(2).await), (Ok(1), Ok(2)));
    advance(4 * MINUTE).await;
    assert_eq!((get(1).await, get(1).await, get(2).await), (Ok(3), Ok(3), Ok(4)));
}

#[tokio::test(start_paused = true)]
async fn an_invalidation_reaches_a_refresh() {
    #[resilient(service = "refreshed", cache(memory = "5m", refresh = "4m"))]
    trait Api {
        async fn get(&self) -> Result<u32, Fault>;
    }
    impl Api for Double {
        async fn get(&self) -> Result<u32, Fault> {
            self.answer().await
        }
    }
    let double = Double::playing([Act::Answer, Act::Slow(SECOND)]);
    let api = ResilientApi::with_registry(double, &Registry::new());
    assert_eq!(api.get().await, Ok(1));
    advance(4 * MINUTE).await;
    let mut refreshes = Box::pin(api.get());
    assert!(poll_once(refreshes.as_mut()).is_pending());
    api.invalidate_get();
    assert_eq!(refreshes.await, Ok(2));
    assert_eq!(api.get().await, Ok(3), "what was loaded before the invalidation is not kept");
}
