//! The guide's page of errors has the texts that are said, and all of them.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use resilient_runtime::{
    BreakerConfig, BulkheadConfig, CacheConfig, Policy, PolicyConfig, RateConfig, Registry,
    Rejection, RetryConfig, TimeoutConfig, resilient,
};

const PAGE: &str = include_str!("../../resilient-runtime/docs/guide/troubleshooting.md");

/// What stands before our own text in a warning, behind the name of the function that it is about, if it is one.
const WARNING: &str = "_::likely_mistake`: ";

#[tokio::test(start_paused = true)]
async fn what_the_page_explains_is_said() {
    let mut said = compiled();
    said.extend(declared());
    said.extend(logged());
    said.extend(rejected().await);
    let texts = texts();
    assert!(texts.len() > 150, "only {} texts were found", texts.len());
    let never: Vec<_> =
        texts.iter().filter(|text| !said.iter().any(|said| begins_with(said, text))).collect();
    assert!(never.is_empty(), "nobody says these:\n{never:#?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_said_is_explained() {
    let mut said = compiled();
    said.extend(declared());
    said.extend(logged());
    said.extend(rejected().await);
    let texts = texts();
    let unexplained: Vec<_> =
        said.iter().filter(|said| !texts.iter().any(|text| begins_with(said, text))).collect();
    assert!(unexplained.is_empty(), "the page lacks these:\n{unexplained:#?}");
}

/// The texts that the page explains: headings, what it calls the same, and first cells of tables.
fn texts() -> Vec<String> {
    let mut texts = Vec::new();
    for paragraph in PAGE.split("\n\n") {
        if let Some(heading) = paragraph.strip_prefix("## ") {
            texts.push(heading.to_owned());
        } else if paragraph.starts_with("| text ") {
            let cells = paragraph.lines().map(|line| line[2..].split(" | ").next());
            texts.extend(cells.flatten().map(str::to_owned));
        } else if paragraph.starts_with("Also: ") {
            let paragraph = paragraph.replace('\n', " ");
            texts.extend(paragraph.split('*').skip(1).step_by(2).map(str::to_owned));
        }
    }
    texts.retain(|text| text != "text" && !text.starts_with("---"));
    texts
}

/// What the compiler says of the cases of misuse.
fn compiled() -> BTreeSet<String> {
    let fail = Path::new(env!("CARGO_MANIFEST_DIR")).join("fail");
    let paths = fs::read_dir(fail).expect("is there").map(|entry| entry.expect("readable").path());
    let mut said = BTreeSet::new();
    for path in paths.filter(|path| path.extension().is_some_and(|suffix| suffix == "stderr")) {
        let text = fs::read_to_string(path).expect("readable");
        for line in text.lines().filter(|line| line.starts_with("error")) {
            let (_, line) = line.split_once(": ").expect("a text");
            let line = line.split_once(WARNING).map_or(line, |(_, text)| text);
            said.insert(line.to_owned());
        }
    }
    said
}

#[allow(dead_code, reason = "it is declared, and never called")]
#[resilient(service = "declared", breaker(threshold = 3))]
trait One {
    async fn call(&self) -> Result<u32, Rejection>;
}

#[allow(dead_code, reason = "it is declared, and never called")]
#[resilient(service = "declared", breaker(threshold = 4))]
trait Other {
    async fn call(&self) -> Result<u32, Rejection>;
}

/// Every kind of mistake that is found when a service is declared.
fn declared() -> Vec<String> {
    let registry = Registry::new();
    ResilientOne::try_with_registry((), &registry).expect("the first");
    let conflict = ResilientOther::try_with_registry((), &registry).expect_err("another");
    let unknown = ResilientOne::builder(()).configure_method("cal", PolicyConfig::new());
    let unknown = unknown.build().expect_err("a typo");
    let namespace = ResilientOne::builder(()).cache_namespace("").registry(&registry);
    let namespace = namespace.build().expect_err("says nothing");
    let invalid = Policy::builder("invalid").retry(RetryConfig::new().max(0)).build();
    let directory =
        Registry::builder().cache_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).build();
    let directory = directory.expect_err("it is a file").to_string();
    let errors = [conflict, unknown, namespace, invalid.expect_err("no attempts")];
    let mut said: Vec<_> = errors.iter().map(ToString::to_string).collect();
    said.push(directory);
    said
}

/// What the registry logs of a disk tier that it has no directory for.
fn logged() -> Vec<String> {
    let heard = Heard::default();
    let times = CacheConfig::new().memory(Duration::from_secs(1)).disk(Duration::from_secs(2));
    tracing::subscriber::with_default(heard.clone(), || {
        let registry = Registry::new();
        Policy::builder("logged").cache(times).registry(&registry).build().expect("valid");
    });
    let problems = heard.0.lock().expect("nobody panicked");
    problems.clone()
}

/// The problems that are told through `tracing`.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<String>>>);

impl tracing::Subscriber for Heard {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

impl tracing::field::Visit for Heard {
    fn record_str(&mut self, field: &tracing::field::Field, value: &str) {
        if field.name() == "problem" {
            self.0.lock().expect("nobody panicked").push(value.to_owned());
        }
    }

    fn record_debug(&mut self, _: &tracing::field::Field, _: &dyn std::fmt::Debug) {}
}

/// Every kind of rejection.
async fn rejected() -> Vec<String> {
    let registry = Registry::new();
    let ready = async || Ok::<u32, Rejection>(1);
    let pending = async || -> Result<u32, Rejection> { std::future::pending().await };
    let built = |policy: resilient_runtime::PolicyBuilder| policy.registry(&registry).build();

    let open = built(Policy::builder("open").breaker(BreakerConfig::new())).expect("valid");
    open.service().breaker().expect("has one").force_open();
    let rate = RateConfig::new().limit(1.0).burst(1).wait(Duration::ZERO);
    let limited = built(Policy::builder("limited").rate(rate)).expect("valid");
    limited.call(ready).await.expect("the first");
    let full =
        built(Policy::builder("full").bulkhead(BulkheadConfig::new().max(1))).expect("valid");
    let timeout = TimeoutConfig::new().attempt(Duration::from_secs(1));
    let slow = built(Policy::builder("slow").timeout(timeout)).expect("valid");
    let both = async {
        tokio::select! {
            biased;
            _ = full.call(pending) => unreachable!("it is pending"),
            rejected = full.call(ready) => rejected,
        }
    };
    let rejections =
        [open.call(ready).await, limited.call(ready).await, both.await, slow.call(pending).await];
    rejections.map(|rejected| rejected.expect_err("rejected").to_string()).into()
}

/// Whether a text begins with what the page has, where `...` stands for anything.
fn begins_with(said: &str, text: &str) -> bool {
    let mut parts = text.split("...");
    let Some(mut rest) = said.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    parts.all(|part| match rest.find(part) {
        Some(at) => {
            rest = &rest[at + part.len()..];
            true
        }
        None => false,
    })
}
