use std::{
    fmt,
    fmt::Write,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{Layer, layer::Context};

/// Prints what the policies tell through `tracing`, one line for each event, fields by name: as a log would have it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Log {
    crowded: Arc<AtomicBool>,
}

impl Log {
    /// While a crowd is served, only changes of a breaker are printed.
    pub(crate) fn crowded(&self, crowded: bool) {
        self.crowded.store(crowded, Ordering::Relaxed);
    }
}

impl<S: Subscriber> Layer<S> for Log {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        metadata.target() == "resilient" && *metadata.level() <= tracing::Level::INFO
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut line = Line::default();
        event.record(&mut line);
        if self.crowded.load(Ordering::Relaxed) && line.event != "breaker" {
            return;
        }
        println!("    | {:<10}{}{}", line.service, line.what, line.fields);
    }
}

#[derive(Default)]
struct Line {
    event: String,
    service: String,
    what: String,
    fields: String,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        match field.name() {
            "message" => self.what = format!("{value:?}"),
            // The message says what it is, and each service here has one method.
            "method" => {}
            name => {
                let _ = write!(self.fields, " {name}={value:?}");
            }
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "service" => value.clone_into(&mut self.service),
            "event" => value.clone_into(&mut self.event),
            "method" => {}
            name => {
                let _ = write!(self.fields, " {name}={value}");
            }
        }
    }
}
