//! How much of the disk the answers may take.

use super::*;

const LIMIT: u64 = 4 << 20;

fn limited(directory: &Path, limit: u64) -> Registry {
    Registry::builder()
        .cache_dir(directory)
        .cache_dir_limit(limit)
        .build()
        .expect("a directory and a limit")
}

fn blobs(registry: &Registry) -> Policy {
    Policy::builder("blobs")
        .registry(registry)
        .cache(CacheConfig::new().disk(Duration::from_secs(3_600)))
        .build()
        .expect("valid")
}

/// What a directory takes of the disk.
fn taken(directory: &Path) -> u64 {
    #[cfg(unix)]
    let size = |metadata: fs::Metadata| std::os::unix::fs::MetadataExt::blocks(&metadata) * 512;
    #[cfg(not(unix))]
    let size = |metadata: fs::Metadata| metadata.len();
    let files = fs::read_dir(directory).expect("readable");
    // A file may go while we look.
    files.filter_map(|entry| entry.ok()?.metadata().ok()).map(size).sum()
}

async fn put(policy: &Policy, number: u32, length: usize) {
    let blob = vec![u8::try_from(number % 125).expect("small"); length];
    let answer = policy
        .call_cached(Key::new().part(&number), async || Ok::<_, Rejection>(blob.clone()))
        .await;
    assert_eq!(answer.map(|answer| answer.len()), Ok(length));
}

/// Whether an answer comes from the disk.
async fn is_kept(policy: &Policy, number: u32) -> bool {
    let key = Key::new().part(&number);
    let missing = async || Err::<Vec<u8>, _>(Fault::Down);
    let (answer, provenance) = traced(policy.call_cached(key, missing)).await;
    assert_eq!(answer.is_ok(), matches!(provenance, Provenance::Disk { .. }));
    if let Ok(answer) = answer {
        assert!(answer.iter().all(|byte| u32::from(*byte) == number % 125));
    }
    provenance.as_str() == "disk"
}

#[tokio::test]
async fn the_directory_never_takes_more_and_the_newest_stay() {
    let directory = tempdir().expect("a directory");
    let registry = limited(directory.path(), LIMIT);
    let policy = blobs(&registry);
    // Four times the limit, in answers of all sizes, looked at while they are written.
    let mut sum = 0;
    for number in 0_u32.. {
        let length = [10, 300, 1_000, 5_000, 70_000][number as usize % 5];
        put(&policy, number, length).await;
        sum += length as u64;
        if number % 20 == 19 {
            let taken = taken(directory.path());
            assert!(taken <= LIMIT, "{taken} after {number}");
            registry.flush().await;
        }
        if sum > 4 * LIMIT {
            registry.flush().await;
            let snapshot = registry.snapshot().disk_tier.expect("there is one");
            assert!(snapshot.bytes <= LIMIT / 2 + LIMIT / 8, "{snapshot:?}");
            assert_eq!((snapshot.limit, snapshot.errors, snapshot.not_kept), (LIMIT, 0, 0));
            assert!(snapshot.entries >= 25, "{snapshot:?}");
            for newest in number - 19..=number {
                assert!(is_kept(&policy, newest).await, "{newest} of {number}");
            }
            assert!(!is_kept(&policy, 0).await);
            break;
        }
    }
    registry.close().await;
    assert!(taken(directory.path()) <= LIMIT);
    // And all of it is sound.
    let registry = limited(directory.path(), LIMIT);
    assert_eq!(registry.disk(), DiskStatus::Ready);
    assert!(registry.snapshot().disk_tier.is_some_and(|tier| tier.entries >= 25));
}

#[tokio::test]
async fn what_has_expired_goes_before_what_is_old() {
    let directory = tempdir().expect("a directory");
    let registry = limited(directory.path(), LIMIT);
    let policy = |name: &str, time: u64| {
        let cache = CacheConfig::new().disk(Duration::from_secs(time));
        Policy::builder(name).registry(&registry).cache(cache).build().expect("valid")
    };
    let (short, long) = (policy("short", 60), policy("long", 36_000));
    put(&long, 0, 20_000).await;
    registry.flush().await;
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(1)).await;
    // Far from what fills the file, and then past it; but no more than fits into the next one.
    for number in 0..20 {
        put(&short, number, 60_000).await;
        registry.flush().await;
    }
    tokio::time::advance(Duration::from_secs(60)).await;
    for number in 1..40 {
        put(&long, number, 20_000).await;
        registry.flush().await;
    }
    let entries = registry.snapshot().disk_tier.expect("there is one").entries;
    assert!(entries <= 40, "what has expired is gone: {entries}");
    for number in 0..40 {
        assert!(is_kept(&long, number).await, "{number}");
    }
}

#[tokio::test]
async fn what_has_expired_is_swept_out() {
    let directory = tempdir().expect("a directory");
    let double = Double::default();
    {
        let registry = registry(directory.path());
        for key in ["a", "b", "c"] {
            assert!(api(&double, &registry).get(key).await.is_ok());
        }
        registry.close().await;
    }
    let registry = registry(directory.path());
    let entries = || registry.snapshot().disk_tier.expect("there is one").entries;
    assert_eq!(entries(), 3);
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(30 * 60)).await;
    assert_eq!(entries(), 3, "nobody wrote, so nobody swept");
    assert!(api(&double, &registry).get("d").await.is_ok());
    registry.flush().await;
    assert_eq!(entries(), 1);
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_not_kept() {
    let directory = tempdir().expect("a directory");
    let registry = limited(directory.path(), LIMIT);
    let policy = blobs(&registry);
    put(&policy, 0, 1000).await;
    put(&policy, 1, usize::try_from(LIMIT / 16).expect("small")).await;
    registry.flush().await;
    assert!(is_kept(&policy, 0).await && !is_kept(&policy, 1).await);
    let snapshot = registry.snapshot().disk_tier.expect("there is one");
    assert_eq!((snapshot.entries, snapshot.not_kept, snapshot.errors), (1, 1, 0));
    assert_eq!(registry.disk(), DiskStatus::Ready);
}

#[tokio::test]
async fn a_limit_that_was_lowered_holds_from_the_next_open_on() {
    let directory = tempdir().expect("a directory");
    {
        let registry = limited(directory.path(), 16 * LIMIT);
        let policy = blobs(&registry);
        for number in 0..200 {
            put(&policy, number, 60_000).await;
        }
        registry.close().await;
    }
    assert!(taken(directory.path()) > 2 * LIMIT);
    let lowered = limited(directory.path(), LIMIT);
    assert_eq!(lowered.disk(), DiskStatus::Ready);
    lowered.close().await;
    let (taken, tier) = (taken(directory.path()), lowered.snapshot().disk_tier);
    assert!(taken <= LIMIT, "{taken} bytes: {tier:?}");
}

#[tokio::test]
async fn of_two_limits_the_smaller_one_holds() {
    let directory = tempdir().expect("a directory");
    let one = limited(directory.path(), 16 * LIMIT);
    let other = limited(directory.path(), LIMIT);
    let _third = limited(directory.path(), 2 * LIMIT);
    for registry in [&one, &other] {
        assert_eq!(registry.snapshot().disk_tier.map(|tier| tier.limit), Some(LIMIT));
    }
}

#[test]
fn a_limit_that_leaves_no_room_is_an_error() {
    let directory = tempdir().expect("a directory");
    let builder = Registry::builder().cache_dir(directory.path()).cache_dir_limit(1_000);
    let error = builder.build().expect_err("too small");
    assert!(error.to_string().contains("write 4194304 bytes or more"), "{error}");
}

#[tokio::test]
async fn what_a_replacement_left_behind_is_taken_away() {
    let directory = tempdir().expect("a directory");
    let next = directory.path().join("answers.redb.next");
    fs::write(&next, "half").expect("writable");
    let registry = registry(directory.path());
    assert_eq!(registry.disk(), DiskStatus::Ready);
    assert!(!next.exists());
}
