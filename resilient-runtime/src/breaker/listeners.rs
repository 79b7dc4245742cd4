use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Weak,
    time::Duration,
};

use super::State;
use crate::{
    Name, events,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// A change of a circuit breaker's state.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct BreakerTransition {
    /// The service.
    pub service: Name,
    /// The method, where the breaker is its own.
    pub method: Option<Name>,
    /// The key, where there is a breaker for each.
    pub key: Option<Name>,
    /// The state before.
    pub from: State,
    /// The state after.
    pub to: State,
    /// How many transitions of this breaker came before. Two threads may tell of two transitions in any order: this is
    /// theirs.
    pub number: u64,
    /// Failures in a row that led to it.
    pub consecutive_failures: u32,
    /// The share of failures in the window that led to it; `None` where it is unknown.
    pub failure_rate: Option<f64>,
    /// The share of slow calls in the window that led to it; `None` where it is unknown.
    pub slow_rate: Option<f64>,
    /// How long it rejects, where it opened; in seconds where it is serialized.
    #[serde(serialize_with = "crate::seconds::serialize_option")]
    pub open_for: Option<Duration>,
}

type Listener = std::sync::Arc<dyn Fn(&BreakerTransition) + Send + Sync>;

/// Those who want to know of transitions.
#[derive(Default)]
pub(crate) struct Listeners(Mutex<List>);

#[derive(Default)]
struct List {
    next: u64,
    listeners: Vec<(u64, Listener)>,
}

impl Listeners {
    pub(crate) fn subscribe(
        self: &std::sync::Arc<Self>,
        listener: impl Fn(&BreakerTransition) + Send + Sync + 'static,
    ) -> Subscription {
        let mut list = self.lock();
        let id = list.next;
        list.next += 1;
        list.listeners.push((id, std::sync::Arc::new(listener)));
        Subscription { listeners: std::sync::Arc::downgrade(self), id }
    }

    /// Tells everybody, under no lock: whoever listens may do what they want with the breaker and with this list.
    pub(crate) fn tell(&self, transition: &BreakerTransition) {
        let listeners: Vec<_> = {
            let list = self.lock();
            list.listeners.iter().map(|(_, listener)| listener.clone()).collect()
        };
        for listener in listeners {
            if catch_unwind(AssertUnwindSafe(|| listener(transition))).is_err() {
                events::listener_panicked(transition);
            }
        }
    }

    fn unsubscribe(&self, id: u64) {
        let mut list = self.lock();
        let position = list.listeners.iter().position(|(listener, _)| *listener == id);
        let removed = position.map(|position| list.listeners.remove(position));
        // What the listener holds is dropped under no lock either.
        drop(list);
        drop(removed);
    }

    fn lock(&self) -> MutexGuard<'_, List> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Listeners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listeners").finish_non_exhaustive()
    }
}

/// Keeps a listener subscribed until it is dropped. A transition that another thread is just telling of may still
/// reach the listener shortly after.
#[derive(Debug)]
#[must_use = "dropped, it unsubscribes the listener; `forever` keeps it"]
pub struct Subscription {
    listeners: Weak<Listeners>,
    id: u64,
}

impl Subscription {
    /// Keeps the listener for as long as what it listens to.
    pub fn forever(mut self) {
        self.listeners = Weak::new();
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(listeners) = self.listeners.upgrade() {
            listeners.unsubscribe(self.id);
        }
    }
}
