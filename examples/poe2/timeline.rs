use std::{
    collections::BTreeMap,
    fmt,
    io::Write,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use serde::Serialize;
use serde_json::Value;
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{Layer, layer::Context};

use crate::line::Wording;

/// The target of the events that the policies send.
const TARGET: &str = "resilient";

/// One thing that a policy did.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Entry {
    /// When, in milliseconds since the start.
    pub(crate) at_ms: u64,
    /// On which day of the league.
    pub(crate) day: u32,
    /// What it is, and what belongs to it.
    #[serde(flatten)]
    pub(crate) fields: BTreeMap<&'static str, Value>,
}

impl Entry {
    /// A field as text; empty where there is none.
    pub(crate) fn text(&self, field: &str) -> &str {
        self.fields.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    /// A field as a number.
    pub(crate) fn number(&self, field: &str) -> Option<u64> {
        self.fields.get(field).and_then(Value::as_u64)
    }
}

/// Hears what the policies tell through `tracing`, keeps it, and tells the user at once.
#[derive(Clone)]
pub(crate) struct Timeline(Arc<Shared>);

struct Shared {
    start: Instant,
    state: Mutex<State>,
    wording: Option<Wording>,
}

#[derive(Default)]
struct State {
    day: u32,
    entries: Vec<Entry>,
}

impl Timeline {
    /// A timeline that starts now. Without words it is silent.
    pub(crate) fn new(wording: Option<Wording>) -> Self {
        Self(Arc::new(Shared { start: Instant::now(), state: Mutex::default(), wording }))
    }

    /// A new day begins.
    pub(crate) fn dawn(&self, day: u32, news: &[&str]) {
        self.state().day = day;
        self.say(|words| words.day(day, news));
    }

    /// Tells the user something beside what the policies do.
    pub(crate) fn say(&self, text: impl FnOnce(Wording) -> String) {
        if let Some(wording) = self.0.wording {
            // A reader that went away is no reason to stop.
            let _ = writeln!(std::io::stdout(), "{}", text(wording));
        }
    }

    /// All that was heard.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.state().entries.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hear(&self, fields: BTreeMap<&'static str, Value>) {
        let mut state = self.state();
        let at_ms = u64::try_from(self.0.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        let entry = Entry { at_ms, day: state.day, fields };
        // Said under the lock, so that the lines stand in the order of the entries.
        if let Some(line) = self.0.wording.and_then(|wording| wording.line(&entry)) {
            let _ = writeln!(std::io::stdout(), "{line}");
        }
        state.entries.push(entry);
    }
}

impl<S: Subscriber> Layer<S> for Timeline {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        metadata.target() == TARGET
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        // The words for the log; ours are our own.
        fields.0.remove("message");
        self.hear(fields.0);
    }
}

#[derive(Default)]
struct Fields(BTreeMap<&'static str, Value>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name(), value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.0.insert(field.name(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name(), value.into());
    }
}
