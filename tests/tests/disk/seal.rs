//! The checksum of the whole that a clean close leaves beside the file.

use super::{
    damage::{filled, read_all},
    *,
};

fn seal(directory: &Path) -> std::path::PathBuf {
    directory.join("answers.redb.seal")
}

#[tokio::test]
async fn a_close_leaves_a_seal_and_an_open_takes_it_away() {
    let directory = tempdir().expect("a directory");
    filled(directory.path()).await;
    assert!(seal(directory.path()).exists());
    let registry = registry(directory.path());
    assert_eq!(registry.disk(), DiskStatus::Ready);
    assert!(!seal(directory.path()).exists(), "from now on the file changes");
    registry.close().await;
    assert_eq!(read_all(directory.path()).await, (0, Vec::new()));
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_the_seal() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempdir().expect("a directory");
    filled(directory.path()).await;
    let mode = fs::metadata(seal(directory.path())).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn a_file_without_a_seal_is_checked_and_used() {
    // As a kill leaves it, and as every version before seals did.
    let directory = tempdir().expect("a directory");
    filled(directory.path()).await;
    fs::remove_file(seal(directory.path())).expect("there");
    assert_eq!(read_all(directory.path()).await, (0, Vec::new()));
}

#[tokio::test]
async fn damage_in_a_file_without_a_seal_is_found_before_it_is_used() {
    let directory = tempdir().expect("a directory");
    let mut bytes = filled(directory.path()).await;
    fs::remove_file(seal(directory.path())).expect("there");
    let name = b"alloc::string::String";
    // Everywhere: some of them lie in pages that are no longer part of the tree, and how many depends on the batches.
    let places: Vec<_> =
        (0..bytes.len() - name.len()).filter(|at| bytes[*at..].starts_with(name)).collect();
    assert!(places.len() >= 50, "part of each key");
    for at in places {
        bytes[at] ^= 1;
    }
    fs::write(file(directory.path()), &bytes).expect("writable");
    let (calls, warnings) = read_all(directory.path()).await;
    assert_eq!((calls, warnings.len()), (50, 1), "{warnings:?}");
    assert!(directory.path().join("answers.redb.damaged").exists(), "{warnings:?}");
}

#[tokio::test]
async fn half_a_seal_is_none() {
    let source = tempdir().expect("a directory");
    let bytes = filled(source.path()).await;
    let whole = fs::read(seal(source.path())).expect("there");
    for half in [&[][..], &whole[..20], &[0; 40]] {
        let directory = tempdir().expect("a directory");
        fs::write(file(directory.path()), &bytes).expect("writable");
        fs::write(seal(directory.path()), half).expect("writable");
        assert_eq!(read_all(directory.path()).await, (0, Vec::new()));
    }
}

#[tokio::test]
async fn a_seal_that_does_not_fit_puts_the_file_aside_with_one_warning() {
    let source = tempdir().expect("a directory");
    let bytes = filled(source.path()).await;
    for at in [0, 5_000, bytes.len() / 2, bytes.len() - 1] {
        let directory = tempdir().expect("a directory");
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        fs::write(file(directory.path()), &changed).expect("writable");
        fs::copy(seal(source.path()), seal(directory.path())).expect("writable");
        let (calls, warnings) = read_all(directory.path()).await;
        assert_eq!((calls, warnings.len()), (50, 1), "{at}: {warnings:?}");
        assert!(warnings[0].contains("changed after it was closed"), "{warnings:?}");
        let aside = directory.path().join("answers.redb.damaged");
        assert_eq!(fs::read(aside).expect("put aside"), changed);
        assert_eq!(read_all(directory.path()).await, (0, Vec::new()), "it works from now on");
    }
}

#[tokio::test]
async fn a_seal_without_its_file_is_forgotten() {
    let directory = tempdir().expect("a directory");
    filled(directory.path()).await;
    fs::remove_file(file(directory.path())).expect("there");
    assert_eq!(read_all(directory.path()).await, (50, Vec::new()));
}

#[tokio::test]
async fn a_closed_tier_says_so_and_memory_goes_on() {
    let directory = tempdir().expect("a directory");
    let registry = registry(directory.path());
    let double = Double::default();
    let api = api(&double, &registry);
    assert!(api.get("a").await.is_ok());
    registry.close().await;
    registry.close().await;
    assert!(
        matches!(registry.disk(), DiskStatus::Unavailable { reason, .. } if reason.contains("closed"))
    );
    assert!(api.get("b").await.is_ok());
    registry.flush().await;
    assert_eq!(
        (api.get("a").await, api.get("b").await),
        (Ok((1, "a".into())), Ok((2, "b".into())))
    );
    // The directory is free although the first registry still has its handle.
    let other = self::registry(directory.path());
    assert_eq!(other.disk(), DiskStatus::Ready);
    let again = self::api(&double, &other);
    assert_eq!(
        (again.get("a").await, again.get("b").await),
        (Ok((1, "a".into())), Ok((3, "b".into())))
    );
    drop((api, registry));
    assert_eq!(other.disk(), DiskStatus::Ready, "a late drop closes nothing of another's");
}
