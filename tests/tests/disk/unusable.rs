//! Directories that cannot be used, and disks that are full.

use super::*;

#[tokio::test]
async fn a_file_in_place_of_the_directory_is_an_error() {
    let parent = tempdir().expect("a directory");
    let path = parent.path().join("file");
    fs::write(&path, "").expect("writable");
    let error = Registry::builder().cache_dir(&path).build().expect_err("not a directory");
    assert!(matches!(error, ConfigError::CacheDir { .. }));
    assert!(error.to_string().contains("is not a directory"), "{error}");
}

#[tokio::test]
async fn a_directory_that_cannot_be_used_leaves_memory() {
    // Root may write anywhere, so the path is one that nobody can make.
    let (warnings, _guard) = Warnings::listen();
    let registry = registry(Path::new("/proc/self/resilient"));
    assert!(matches!(registry.disk(), DiskStatus::Unavailable { .. }));
    assert_eq!(warnings.take().len(), 1);
    let double = Double::default();
    let api = api(&double, &registry);
    assert_eq!(
        (api.get("a").await, api.get("a").await),
        (Ok((1, "a".into())), Ok((1, "a".into())))
    );
    registry.flush().await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_leaves_memory() {
    // `/dev/full` takes no byte, and says so in the words of a full disk.
    let directory = tempdir().expect("a directory");
    std::os::unix::fs::symlink("/dev/full", file(directory.path())).expect("possible");
    let (warnings, _guard) = Warnings::listen();
    let registry = registry(directory.path());
    let double = Double::default();
    let api = api(&double, &registry);
    assert_eq!(
        (api.get("a").await, api.get("a").await),
        (Ok((1, "a".into())), Ok((1, "a".into())))
    );
    registry.flush().await;
    assert!(matches!(registry.disk(), DiskStatus::Unavailable { .. }));
    assert_eq!(warnings.take().len(), 1);
}
