//! What is forgotten stays forgotten, whatever becomes of the answer that takes its place.

use std::sync::{
    LazyLock,
    atomic::{AtomicBool, Ordering},
    mpsc,
};

use serde::{Deserialize, Serialize, Serializer, ser::Error};

use super::*;

/// An answer that is hard to write.
#[derive(Clone, Debug, PartialEq, Deserialize)]
enum Text {
    Plain(String),
    /// Cannot be written.
    Secret,
    /// Is written once the gate is open.
    Gated,
}

static GATE: LazyLock<Mutex<Option<mpsc::Receiver<()>>>> = LazyLock::new(Mutex::default);

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Plain(text) => serializer.serialize_newtype_variant("Text", 0, "Plain", text),
            Self::Secret => Err(S::Error::custom("it is secret")),
            Self::Gated => {
                let gate = GATE.lock().expect("no panic").take();
                let _ = gate.map(|gate| gate.recv());
                Err(S::Error::custom("the gate is open"))
            }
        }
    }
}

fn texts(registry: &Registry) -> Policy {
    let cache = CacheConfig::new().disk(Duration::from_secs(3_600));
    Policy::builder("texts").registry(registry).cache(cache).build().expect("valid")
}

async fn load(policy: &Policy, key: &str, text: Text) -> Text {
    let key = Key::new().part(key);
    policy.call_cached(key, async || Ok::<_, Rejection>(text.clone())).await.expect("answered")
}

fn plain(text: &str) -> Text {
    Text::Plain(text.to_owned())
}

/// Holds up whoever writes, until what it returns is dropped.
async fn hold_up(policy: &Policy) -> mpsc::Sender<()> {
    let (open, gate) = mpsc::channel();
    *GATE.lock().expect("no panic") = Some(gate);
    assert_eq!(load(policy, "gate", Text::Gated).await, Text::Gated);
    while GATE.lock().expect("no panic").is_some() {
        std::thread::yield_now();
    }
    open
}

/// The tests that hold the writer up share the gate.
static ONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

#[tokio::test]
async fn an_answer_that_cannot_be_kept_does_not_bring_the_forgotten_one_back() {
    let _one = ONE.lock().await;
    for unkept in [Text::Secret, plain(&"x".repeat(200 << 10))] {
        let directory = tempdir().expect("a directory");
        let registry = Registry::builder().cache_dir(directory.path()).cache_dir_limit(4 << 20);
        let registry = registry.build().expect("usable");
        let policy = texts(&registry);
        assert_eq!(load(&policy, "a", plain("old")).await, plain("old"));
        registry.flush().await;
        let open = hold_up(&policy).await;
        policy.invalidate(&Key::new().part("a"));
        assert_eq!(load(&policy, "a", unkept.clone()).await, unkept);
        drop(open);
        registry.flush().await;
        assert_eq!(load(&texts(&registry), "a", plain("new")).await, plain("new"));
    }
}

#[tokio::test]
async fn what_is_forgotten_while_the_directory_closes_is_not_served() {
    let _one = ONE.lock().await;
    let directory = tempdir().expect("a directory");
    let registry = registry(directory.path());
    let policy = texts(&registry);
    assert_eq!(load(&policy, "a", plain("old")).await, plain("old"));
    registry.flush().await;
    let open = hold_up(&policy).await;
    let closing = tokio::spawn({
        let registry = registry.clone();
        async move { registry.close().await }
    });
    tokio::task::yield_now().await;
    assert!(matches!(registry.disk(), DiskStatus::Unavailable { .. }), "it is closing");
    policy.invalidate(&Key::new().part("a"));
    assert_eq!(load(&policy, "a", plain("new")).await, plain("new"));
    drop(open);
    closing.await.expect("no panic");
}

/// Panics when it goes.
#[derive(Clone, Serialize, Deserialize)]
struct Bomb {
    #[serde(skip)]
    armed: Option<Arc<AtomicBool>>,
}

impl Drop for Bomb {
    fn drop(&mut self) {
        let on_writer = std::thread::current().name() == Some("resilient-disk");
        if let Some(armed) = self.armed.take().filter(|_| on_writer) {
            armed.store(true, Ordering::SeqCst);
            panic!("the bomb goes off");
        }
    }
}

#[tokio::test]
async fn a_value_that_panics_when_it_is_dropped_leaves_the_disk_open() {
    let directory = tempdir().expect("a directory");
    let registry = registry(directory.path());
    let policy = texts(&registry);
    let gone_off = Arc::new(AtomicBool::new(false));
    let bomb = Bomb { armed: Some(Arc::clone(&gone_off)) };
    let answer = policy
        .call_cached(Key::new().part("bomb"), async || Ok::<_, Rejection>(bomb.clone()))
        .await;
    assert!(answer.is_ok());
    registry.flush().await;
    assert!(gone_off.load(Ordering::SeqCst), "the writer had the last one");
    assert_eq!(registry.disk(), DiskStatus::Ready);
    assert_eq!(load(&policy, "a", plain("old")).await, plain("old"));
    registry.flush().await;
    assert_eq!(load(&texts(&registry), "a", plain("new")).await, plain("old"));
}
