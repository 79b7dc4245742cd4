use resilient_runtime::{Registry, resilient};
use resilient_tests::double::{Act, Double, Fault};

use crate::{SECOND, poll_once};

#[resilient(service = "flights", cache(memory = "5m", refresh = "4m"), timeout = "1m")]
trait Api {
    async fn get(&self, key: u32) -> Result<(u32, u32), Fault>;
}

impl Api for Double {
    async fn get(&self, key: u32) -> Result<(u32, u32), Fault> {
        Ok((key, self.answer().await?))
    }
}

#[tokio::test(start_paused = true)]
async fn a_thousand_misses_of_one_key_are_one_call() {
    let double = Double::playing(vec![Act::Slow(SECOND); 10]);
    let api = ResilientApi::with_registry(double.clone(), &Registry::new());
    let tasks: Vec<_> = (0..1_000)
        .map(|number| {
            let api = api.clone();
            tokio::spawn(async move { (number % 2, api.get(number % 2).await) })
        })
        .collect();
    for task in tasks {
        let (key, answer) = task.await.expect("no panic");
        assert_eq!(answer.map(|(of, _)| of), Ok(key), "nobody gets another key's answer");
    }
    assert_eq!(double.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_leader_dropped_at_any_point_holds_nobody_up() {
    for polls in 0..8 {
        let double = Double::playing(vec![Act::Slow(SECOND); 10]);
        let api = ResilientApi::with_registry(double.clone(), &Registry::new());
        let mut leader = Box::pin(api.get(1));
        for _ in 0..polls.min(3) {
            let _ = poll_once(leader.as_mut());
        }
        let followers: Vec<_> = (0..5)
            .map(|_| {
                let api = api.clone();
                tokio::spawn(async move { api.get(1).await })
            })
            .collect();
        tokio::task::yield_now().await;
        for _ in 3..polls {
            tokio::time::sleep(SECOND / 4).await;
            if poll_once(leader.as_mut()).is_ready() {
                break;
            }
        }
        drop(leader);
        for follower in followers {
            assert!(follower.await.expect("no panic").is_ok(), "dropped after {polls} polls");
        }
        assert!(double.calls() <= 2, "dropped after {polls} polls: {} calls", double.calls());
    }
}

#[tokio::test(start_paused = true)]
async fn a_leader_that_panics_holds_nobody_up() {
    #[resilient(cache = "5m")]
    trait Panics {
        async fn get(&self) -> Result<u32, Fault>;
    }
    impl Panics for Double {
        async fn get(&self) -> Result<u32, Fault> {
            tokio::time::sleep(SECOND).await;
            let number = self.answer().await?;
            assert!(number > 1, "the first one panics");
            Ok(number)
        }
    }
    let api = ResilientPanics::with_registry(Double::default(), &Registry::new());
    let tasks: Vec<_> = (0..10)
        .map(|_| {
            let api = api.clone();
            tokio::spawn(async move { api.get().await })
        })
        .collect();
    let mut ends = Vec::new();
    for task in tasks {
        ends.push(task.await);
    }
    assert_eq!(ends.iter().filter(|end| end.is_err()).count(), 1);
    assert!(ends.iter().flatten().all(|answer| *answer == Ok(2)));
    assert_eq!(api.inner().calls(), 2);
}
