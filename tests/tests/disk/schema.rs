//! Answers of another type than today's.

use super::*;

#[tokio::test]
async fn a_changed_type_is_a_miss() {
    #[resilient(service = "scout", cache(disk = "30m"))]
    trait Changed {
        async fn get(&self, key: &str) -> Result<u64, Fault>;
    }
    impl Changed for Double {
        async fn get(&self, _: &str) -> Result<u64, Fault> {
            self.answer().await.map(u64::from)
        }
    }
    let directory = tempdir().expect("a directory");
    let double = Double::default();
    let registry = registry(directory.path());
    assert!(api(&double, &registry).get("a").await.is_ok());
    registry.flush().await;
    let changed = ResilientChanged::with_registry(double.clone(), &registry);
    assert_eq!((changed.get("a").await, changed.get("a").await), (Ok(2), Ok(2)));
}

#[tokio::test]
async fn an_answer_that_todays_type_cannot_read_is_a_quiet_miss() {
    // One name of a type, before and after somebody changed its fields.
    mod before {
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        pub(super) struct Price {
            pub(super) pence: u32,
        }
    }
    mod after {
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        pub(super) struct Price {
            pub(super) pounds: f64,
        }
    }
    /// Reads and writes either, under one name.
    #[derive(Clone, Debug, PartialEq)]
    enum Price {
        Before(before::Price),
        After(after::Price),
    }
    impl serde::Serialize for Price {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match self {
                Self::Before(price) => price.serialize(serializer),
                Self::After(price) => price.serialize(serializer),
            }
        }
    }
    impl<'de> serde::Deserialize<'de> for Price {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            after::Price::deserialize(deserializer).map(Self::After)
        }
    }
    let directory = tempdir().expect("a directory");
    let (warnings, _guard) = Warnings::listen();
    let old = Price::Before(before::Price { pence: 180 });
    let new = Price::After(after::Price { pounds: 1.8 });
    for (run, answer, expected) in [(1, &old, "live"), (2, &new, "live"), (3, &old, "disk")] {
        let registry = registry(directory.path());
        let policy = Policy::builder("prices")
            .registry(&registry)
            .cache(CacheConfig::new().disk(Duration::from_secs(60)))
            .build()
            .expect("valid");
        let call = policy.call_cached(Key::new(), async || Ok::<_, Rejection>(answer.clone()));
        let (price, provenance) = traced(call).await;
        assert_eq!(provenance.as_str(), expected, "{run}");
        assert_eq!(price, Ok(if run == 1 { old.clone() } else { new.clone() }));
        registry.flush().await;
        let snapshot = registry.snapshot().disk_tier.expect("there is one");
        assert_eq!((snapshot.entries, snapshot.errors), (1, 0), "{run}");
        registry.close().await;
    }
    assert_eq!(warnings.take(), Vec::<String>::new());
}

#[tokio::test]
async fn another_schema_is_another_answer() {
    let directory = tempdir().expect("a directory");
    let registry = registry(directory.path());
    let calls = std::cell::Cell::new(0);
    let ask = |schema: Option<u32>| {
        let cache = CacheConfig::new().disk(Duration::from_secs(60));
        let cache = schema.map_or(cache, |schema| cache.schema(schema));
        let policy = Policy::builder("prices").registry(&registry).cache(cache);
        let (policy, calls) = (policy.build().expect("valid"), &calls);
        async move {
            let load = async || {
                calls.set(calls.get() + 1);
                Ok::<_, Rejection>(calls.get())
            };
            policy.call_cached(Key::new(), load).await.expect("it answers")
        }
    };
    assert_eq!((ask(None).await, ask(Some(2)).await, ask(Some(3)).await), (1, 2, 3));
    assert_eq!((ask(None).await, ask(Some(2)).await, ask(Some(3)).await), (1, 2, 3));
    assert_eq!(ask(Some(0)).await, 1, "0 is what it is where nothing is said");
}

#[tokio::test]
async fn the_attribute_gives_a_schema() {
    #[resilient(service = "scout", cache(disk = "30m", schema = 2))]
    trait Changed {
        async fn get(&self, key: &str) -> Result<(u32, String), Fault>;
    }
    impl Changed for Double {
        async fn get(&self, key: &str) -> Result<(u32, String), Fault> {
            Ok((self.answer().await?, key.to_owned()))
        }
    }
    let directory = tempdir().expect("a directory");
    let double = Double::default();
    let registry = registry(directory.path());
    assert!(api(&double, &registry).get("a").await.is_ok());
    registry.flush().await;
    let changed = ResilientChanged::with_registry(double.clone(), &registry);
    assert_eq!(changed.get("a").await, Ok((2, "a".to_owned())));
    registry.flush().await;
    let again = api(&double, &registry);
    assert_eq!(again.get("a").await, Ok((1, "a".to_owned())), "it did not take the other's place");
}
