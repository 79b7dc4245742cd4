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

#[tokio::test]
async fn kills_at_many_moments_leave_a_directory_that_works() {
    // One directory, killed again and again: while it writes, sweeps, and replaces its file.
    let directory = tempdir().expect("a directory");
    for round in 0..30_u32 {
        let (writer, mut output) = child(directory.path(), "churn");
        for _ in 0..=round * 7 % 12 {
            line(&mut output);
        }
        // The next answers are on their way; how far they come is the machine's choice.
        drop(writer);
        if round % 5 != 4 {
            continue;
        }
        let (warnings, _guard) = Warnings::listen();
        let registry = registry(directory.path());
        assert_eq!(registry.disk(), DiskStatus::Ready, "round {round}");
        let policy = Policy::builder("child")
            .registry(&registry)
            .cache(CacheConfig::new().disk(Duration::from_secs(3_600)))
            .build()
            .expect("valid");
        let mut kept = 0;
        for number in 0..400 {
            let load = async || Err::<String, _>(Fault::Down);
            let (answer, provenance) =
                traced(policy.call_cached(Key::new().part(&number), load)).await;
            if matches!(provenance, Provenance::Disk { .. }) {
                assert_eq!(answer, Ok(entry(number).repeat(100)), "round {round}");
                kept += 1;
            }
        }
        assert!(kept > 0, "round {round}");
        assert_eq!(warnings.take(), Vec::<String>::new(), "round {round}");
        drop((policy, registry));
    }
}
