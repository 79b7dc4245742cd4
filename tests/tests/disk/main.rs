//! The disk tier: restarts, kills, damage, competition, and directories that cannot be used.

mod damage;
mod invalidate;
mod kill;
mod limit;
mod schema;
mod seal;
mod unusable;

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use resilient_runtime::{
    CacheConfig, ConfigError, DiskStatus, Key, Policy, Provenance, Registry, Rejection, resilient,
    traced,
};
use resilient_tests::{
    double::{Double, Fault},
    entry, poll_once,
};
use tempfile::tempdir;
use tracing::{Event, Subscriber, field::Visit};
use tracing_subscriber::{Layer, layer::Context, prelude::*};

#[resilient(service = "scout", cache(memory = "5m", disk = "30m"))]
trait Api {
    async fn get(&self, key: &str) -> Result<(u32, String), Fault>;
}

impl Api for Double {
    async fn get(&self, key: &str) -> Result<(u32, String), Fault> {
        Ok((self.answer().await?, key.to_owned()))
    }
}

fn registry(directory: &Path) -> Registry {
    Registry::builder().cache_dir(directory).build().expect("usable or not, it is a directory")
}

fn api(double: &Double, registry: &Registry) -> ResilientApi<Double> {
    ResilientApi::with_registry(double.clone(), registry)
}

fn file(directory: &Path) -> std::path::PathBuf {
    directory.join("answers.redb")
}

/// What was told at level WARN while it lived.
#[derive(Clone, Default)]
struct Warnings(Arc<Mutex<Vec<String>>>);

impl<S: Subscriber> Layer<S> for Warnings {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        struct Text(String);
        impl Visit for Text {
            fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
                self.0.extend([field.name(), "=", &format!("{value:?} ")]);
            }
        }
        if *event.metadata().level() == tracing::Level::WARN
            && event.metadata().target() == "resilient"
        {
            let mut text = Text(String::new());
            event.record(&mut text);
            self.0.lock().expect("no panic").push(text.0);
        }
    }
}

impl Warnings {
    fn listen() -> (Self, tracing::subscriber::DefaultGuard) {
        let warnings = Self::default();
        let guard =
            tracing::subscriber::set_default(tracing_subscriber::registry().with(warnings.clone()));
        (warnings, guard)
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().expect("no panic"))
    }
}

#[tokio::test]
async fn answers_survive_a_restart_until_they_expire() {
    let directory = tempdir().expect("a directory");
    let double = Double::default();
    {
        let registry = registry(directory.path());
        assert_eq!(registry.disk(), DiskStatus::Ready);
        assert_eq!(api(&double, &registry).get("a").await, Ok((1, "a".to_owned())));
        registry.flush().await;
    }
    let registry = registry(directory.path());
    let restarted = api(&double, &registry);
    let (answer, provenance) = traced(restarted.get("a")).await;
    assert_eq!(answer, Ok((1, "a".to_owned())));
    assert!(matches!(provenance, Provenance::Disk { .. }), "{provenance:?}");
    let (_, provenance) = traced(restarted.get("a")).await;
    assert!(matches!(provenance, Provenance::Memory { .. }), "what was read is in memory");
    let books = restarted.service().method("get").expect("declared").snapshot();
    assert_eq!((books.disk_hits, books.memory_hits, books.attempts), (1, 1, 0));

    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(30 * 60)).await;
    assert_eq!(restarted.get("a").await, Ok((2, "a".to_owned())), "too old for either tier");
}

#[tokio::test]
async fn what_waits_to_be_written_is_written_when_the_registry_is_dropped() {
    let directory = tempdir().expect("a directory");
    let double = Double::default();
    assert!(api(&double, &registry(directory.path())).get("a").await.is_ok());
    // Opening the directory again waits until the first registry's thread is done with it.
    assert_eq!(
        api(&double, &registry(directory.path())).get("a").await.map(|(number, _)| number),
        Ok(1)
    );
}

#[tokio::test]
async fn a_directory_that_is_being_closed_is_opened_anew() {
    let directory = tempdir().expect("a directory");
    let double = Double::default();
    for round in 0..20 {
        let registry = registry(directory.path());
        assert_eq!(registry.disk(), DiskStatus::Ready, "round {round}");
        assert_eq!(api(&double, &registry).get("a").await, Ok((1, "a".to_owned())));
        let mut closing = Box::pin(registry.close());
        let _ = poll_once(closing.as_mut());
        let next = self::registry(directory.path());
        closing.await;
        assert_eq!(next.disk(), DiskStatus::Ready, "round {round}");
        assert_eq!(api(&double, &next).get("a").await, Ok((1, "a".to_owned())));
    }
}

#[test]
fn a_program_without_a_runtime_keeps_its_answers() {
    let directory = tempdir().expect("a directory");
    for (end, answer) in [("flushed", 1), ("closed", 1), ("read", 1)] {
        let registry = registry(directory.path());
        let cache =
            CacheConfig::new().memory(Duration::from_secs(60)).disk(Duration::from_secs(1800));
        let policy = Policy::builder("blocking").cache(cache).registry(&registry);
        let policy = policy.build().expect("valid");
        let load = || Ok::<_, Rejection>(if end == "flushed" { 1 } else { 2 });
        let key = || Key::new().part("a");
        assert_eq!(policy.call_cached_blocking(key(), load), Ok(answer), "{end}");
        match end {
            "flushed" => registry.flush_blocking(),
            _ => registry.close_blocking(),
        }
    }
}

#[tokio::test]
async fn a_value_from_disk_lives_no_longer_than_the_disk_allows() {
    let directory = tempdir().expect("a directory");
    let double = Double::default();
    {
        let registry = registry(directory.path());
        assert!(api(&double, &registry).get("a").await.is_ok());
        registry.flush().await;
    }
    let registry = registry(directory.path());
    let api = api(&double, &registry);
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(28 * 60)).await;
    let (_, provenance) = traced(api.get("a")).await;
    assert!(
        matches!(provenance, Provenance::Disk { age, .. } if age >= Duration::from_secs(28 * 60))
    );
    tokio::time::advance(Duration::from_secs(2 * 60)).await;
    assert_eq!(
        api.get("a").await.map(|(number, _)| number),
        Ok(2),
        "memory's five minutes do not add up to the disk's"
    );
}

#[tokio::test]
async fn keys_are_just_keys() {
    let directory = tempdir().expect("a directory");
    let registry = registry(directory.path());
    let double = Double::default();
    let long = "x".repeat(1 << 20);
    let keys = ["", "../../etc/passwd", "/etc/passwd", "a/b\\c:d\0e", "ключ 🔑", &long];
    {
        let api = api(&double, &registry);
        for key in keys {
            assert!(api.get(key).await.is_ok());
        }
    }
    registry.flush().await;
    // Another decorator has no memory of it, and reads the disk.
    let api = api(&double, &registry);
    for (number, key) in (1..).zip(keys) {
        assert_eq!(api.get(key).await, Ok((number, key.to_owned())));
    }
    assert_eq!(double.calls(), 6);
    let names: Vec<_> = fs::read_dir(directory.path())
        .expect("readable")
        .map(|entry| entry.expect("readable").file_name())
        .collect();
    assert_eq!(names, ["answers.redb"]);
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempdir().expect("a directory");
    let directory = parent.path().join("made/for/us");
    let _registry = registry(&directory);
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!((mode(&directory), mode(&file(&directory))), (0o700, 0o600));
}

/// A process that ends with the test, however that ends.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn child(directory: &Path, mode: &str) -> (Killed, BufReader<std::process::ChildStdout>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_disk_child"))
        .args([directory.to_str().expect("a plain path"), mode])
        .stdout(Stdio::piped())
        .spawn()
        .expect("built with the tests");
    let output = BufReader::new(child.stdout.take().expect("piped"));
    (Killed(child), output)
}

fn line(output: &mut impl BufRead) -> String {
    let mut line = String::new();
    output.read_line(&mut line).expect("readable");
    line.trim().to_owned()
}

#[tokio::test]
async fn a_second_process_works_from_memory_and_says_so() {
    let directory = tempdir().expect("a directory");
    let (holder, mut output) = child(directory.path(), "hold");
    assert_eq!(line(&mut output), "ready");
    let (warnings, _guard) = Warnings::listen();
    let registry = registry(directory.path());
    assert!(
        matches!(registry.disk(), DiskStatus::Unavailable { reason, .. } if reason.contains("another process holds"))
    );
    assert_eq!(warnings.take().len(), 1);
    let double = Double::default();
    let api = api(&double, &registry);
    assert_eq!(
        (api.get("a").await, api.get("a").await),
        (Ok((1, "a".into())), Ok((1, "a".into())))
    );
    drop(holder);
}

#[tokio::test]
async fn two_registries_of_one_process_share_a_directory() {
    let directory = tempdir().expect("a directory");
    let (one, other) = (registry(directory.path()), registry(directory.path()));
    assert_eq!((one.disk(), other.disk()), (DiskStatus::Ready, DiskStatus::Ready));
    let double = Double::default();
    assert!(api(&double, &one).get("a").await.is_ok());
    assert_eq!(
        api(&double, &other).get("a").await.map(|(number, _)| number),
        Ok(1),
        "found before it is written"
    );
}

#[tokio::test]
async fn a_slow_load_never_overwrites_a_newer_one() {
    let directory = tempdir().expect("a directory");
    let registry = registry(directory.path());
    let policy = |registry: &Registry| {
        let cache = CacheConfig::new().disk(Duration::from_secs(60));
        Policy::builder("slow").registry(registry).cache(cache).build().expect("valid")
    };
    // Two decorators, so that neither waits for the other's load.
    let (slow, fast) = (policy(&registry), policy(&registry));
    let (release, released) = tokio::sync::oneshot::channel::<()>();
    let released = Mutex::new(Some(released));
    let old = slow.call_cached(Key::new(), async || {
        let released = released.lock().expect("no panic").take().expect("called once");
        let _ = released.await;
        Ok::<_, Rejection>("old".to_owned())
    });
    let new = async {
        assert_eq!(
            fast.call_cached(Key::new(), async || Ok::<_, Rejection>("new".to_owned()))
                .await
                .as_deref(),
            Ok("new")
        );
        registry.flush().await;
        release.send(()).expect("it waits");
    };
    let (old, ()) = tokio::join!(old, new);
    assert_eq!(old.as_deref(), Ok("old"));
    registry.flush().await;
    let kept = policy(&registry)
        .call_cached(Key::new(), async || Ok::<_, Rejection>("loaded".to_owned()))
        .await;
    assert_eq!(kept.as_deref(), Ok("new"));
}
