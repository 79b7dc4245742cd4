use resilient_runtime::{CacheConfig, ConfigError, Key, Policy, Registry, resilient};
use resilient_tests::double::{Double, Fault};
use tempfile::tempdir;

use crate::{HOUR, MINUTE, seen};

#[resilient(service = "accounts", cache(memory = "5m", disk = "30m"))]
trait Account {
    async fn balance(&self, currency: &str) -> Result<u32, Fault>;
}

impl Account for Double {
    async fn balance(&self, _currency: &str) -> Result<u32, Fault> {
        self.answer().await
    }
}

#[tokio::test(start_paused = true)]
async fn two_namespaces_never_see_each_others_answers() {
    let directory = tempdir().expect("a directory");
    let double = Double::default();
    let registry = Registry::builder().cache_dir(directory.path()).build().expect("usable");
    let account = |namespace: Option<&str>| {
        let builder = ResilientAccount::builder(double.clone()).registry(&registry);
        let builder = match namespace {
            Some(namespace) => builder.cache_namespace(namespace),
            None => builder,
        };
        builder.build().expect("valid")
    };
    let namespaces = [None, Some("42"), Some("4"), Some("2"), Some("balance"), Some("accounts")];
    for (number, namespace) in (1..).zip(namespaces) {
        let account = account(namespace);
        assert_eq!(seen(account.balance("chaos")).await.0, Ok(number), "{namespace:?}");
        assert_eq!(seen(account.balance("chaos")).await.1, "memory");
    }
    registry.flush().await;
    for (number, namespace) in (1..).zip(namespaces) {
        let (balance, source, _) = seen(account(namespace).balance("chaos")).await;
        assert_eq!((balance, source), (Ok(number), "disk"), "{namespace:?}");
    }
    account(Some("42")).invalidate_all();
    assert_eq!(seen(account(Some("42")).balance("chaos")).await.1, "live");
    assert_eq!(seen(account(Some("4")).balance("chaos")).await.1, "disk");
}

#[tokio::test(start_paused = true)]
async fn by_hand_too() {
    let directory = tempdir().expect("a directory");
    let registry = Registry::builder().cache_dir(directory.path()).build().expect("usable");
    let double = Double::default();
    for (namespace, expected) in [("a", 1), ("b", 2), ("a", 1)] {
        let policy = Policy::builder("hand")
            .cache(CacheConfig::new().memory(MINUTE).disk(HOUR))
            .cache_namespace(namespace)
            .registry(&registry)
            .build()
            .expect("valid");
        let call = policy.call_cached(Key::new(), async || double.answer().await);
        assert_eq!(call.await, Ok(expected));
    }
}

#[test]
fn an_empty_namespace_is_an_error_and_declares_nothing() {
    for empty in ["", "  "] {
        let registry = Registry::new();
        let built = ResilientAccount::builder(Double::default())
            .registry(&registry)
            .cache_namespace(empty)
            .build();
        let error = built.map(drop).expect_err("it says nothing");
        assert!(matches!(error, ConfigError::CacheNamespace { .. }));
        assert!(error.to_string().contains("`accounts`"), "{error}");
        let policy = Policy::builder("hand").registry(&registry).cache_namespace(empty).build();
        assert!(matches!(policy, Err(ConfigError::CacheNamespace { .. })));
        assert!(registry.services().is_empty());
    }
}
