//! Processes that are killed while they write.

use super::*;

#[tokio::test]
async fn a_kill_loses_nothing_that_was_flushed_and_serves_nothing_damaged() {
    for acknowledgements in [1, 3, 8] {
        let directory = tempdir().expect("a directory");
        let (writer, mut output) = child(directory.path(), "write");
        let mut safe = 0;
        for _ in 0..acknowledgements {
            safe = line(&mut output).parse().expect("a number");
        }
        drop(writer);
        let registry = registry(directory.path());
        assert_eq!(registry.disk(), DiskStatus::Ready);
        let policy = Policy::builder("child")
            .registry(&registry)
            .cache(CacheConfig::new().disk(Duration::from_secs(3_600)))
            .build()
            .expect("valid");
        for number in 0..safe + 100 {
            let key = Key::new().part(&number);
            let (answer, provenance) =
                traced(policy.call_cached(key, async || Ok::<_, Rejection>(entry(number)))).await;
            assert_eq!(answer, Ok(entry(number)));
            assert!(
                number >= safe || matches!(provenance, Provenance::Disk { .. }),
                "{number} of {safe} was lost"
            );
        }
    }
}
