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

/// A small file system in memory, until it is dropped.
#[cfg(target_os = "linux")]
struct Small(tempfile::TempDir);

#[cfg(target_os = "linux")]
impl Small {
    /// None where we may not mount.
    fn mount(size: &str) -> Option<Self> {
        let directory = tempdir().expect("a directory");
        let options = format!("size={size},mode=700");
        let mounted = Self::run("mount", &["-t", "tmpfs", "-o", &options, "tmpfs"], &directory);
        mounted.then_some(Self(directory))
    }

    fn remount(&self, options: &str) {
        let options = format!("remount,{options}");
        assert!(Self::run("mount", &["-o", &options], &self.0), "it was mounted");
    }

    fn run(program: &str, args: &[&str], directory: &tempfile::TempDir) -> bool {
        let mut command = Command::new(program);
        let command = command.args(args).arg(directory.path());
        command.stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    }
}

#[cfg(target_os = "linux")]
impl Drop for Small {
    fn drop(&mut self) {
        // A file may still be closing.
        Self::run("umount", &["--lazy"], &self.0);
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_disk_that_becomes_full_leaves_memory_and_loses_nothing() {
    let Some(disk) = Small::mount("1m") else {
        eprintln!("skipped: we may not mount a file system");
        return;
    };
    let (warnings, _guard) = Warnings::listen();
    let registry = registry(disk.0.path());
    let double = Double::default();
    let api = api(&double, &registry);
    let long = "x".repeat(20_000);
    let mut safe = 0;
    while registry.disk() == DiskStatus::Ready {
        assert!(safe < 1_000, "a mebibyte is less");
        assert!(api.get(&format!("{safe}{long}")).await.is_ok());
        registry.flush().await;
        safe += u32::from(registry.disk() == DiskStatus::Ready);
    }
    assert!(safe > 5, "{safe}");
    assert!(matches!(registry.disk(), DiskStatus::Unavailable { .. }));
    assert_eq!(registry.snapshot().disk_tier.map(|tier| tier.errors), Some(1));
    let calls = double.calls();
    assert!(api.get("y").await.is_ok() && api.get("y").await.is_ok());
    assert_eq!(double.calls(), calls + 1);
    drop((api, registry));

    disk.remount("size=16m");
    let registry = self::registry(disk.0.path());
    assert_eq!(registry.disk(), DiskStatus::Ready);
    let api = self::api(&double, &registry);
    for number in 0..safe {
        let (answer, provenance) = traced(api.get(&format!("{number}{long}"))).await;
        assert_eq!(answer.map(|(number, _)| number), Ok(number + 1));
        assert!(matches!(provenance, Provenance::Disk { .. }), "{number} of {safe} was lost");
    }
    registry.close().await;
    assert_eq!(warnings.take(), Vec::<String>::new());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_directory_that_became_read_only_leaves_memory() {
    let Some(disk) = Small::mount("16m") else {
        eprintln!("skipped: we may not mount a file system");
        return;
    };
    let double = Double::default();
    {
        let registry = registry(disk.0.path());
        assert!(api(&double, &registry).get("a").await.is_ok());
        registry.close().await;
    }
    disk.remount("ro");
    let (warnings, _guard) = Warnings::listen();
    let registry = registry(disk.0.path());
    assert!(matches!(registry.disk(), DiskStatus::Unavailable { .. }));
    assert_eq!(warnings.take().len(), 1);
    let api = api(&double, &registry);
    assert_eq!(
        (api.get("a").await, api.get("a").await),
        (Ok((2, "a".into())), Ok((2, "a".into())))
    );
    assert_eq!(registry.snapshot().disk_tier, None);
}
