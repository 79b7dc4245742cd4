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
