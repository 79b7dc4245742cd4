//! Single flight: of all calls for one key, one loads and the others wait.

use std::{
    collections::HashMap,
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use quick_cache::DefaultHashBuilder;

use super::Entry;
use crate::{
    blocking,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Semaphore, SemaphorePermit},
};

#[cfg(all(test, resilient_loom))]
mod loom;

/// The loads that are under way, by key. Clones are the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Flights(Arc<Mutex<Listed>>);

/// Each load with the number of calls that have joined it.
type Listed = HashMap<Box<[u8]>, (Arc<Flight>, usize), DefaultHashBuilder>;

/// One load. Whoever holds the permit of `turn` leads; the others queue for it.
#[derive(Debug)]
struct Flight {
    turn: Semaphore,
    landed: OnceLock<Landing>,
    /// The thread on which its leader took the lead.
    led_on: AtomicUsize,
}

/// How a load ended.
#[derive(Debug, Clone)]
pub(super) enum Landing {
    /// With a value, which the followers share.
    Loaded(Entry),
    /// Without one. The followers each make their own attempt: one after the other would keep the last one waiting
    /// for as many failures as there are callers.
    Failed,
}

/// What a call is to the load it joined.
pub(super) enum Role {
    /// It loads.
    Leader(Lead),
    /// Another one has.
    Landed(Landing),
}

impl Flights {
    fn lock(&self) -> MutexGuard<'_, Listed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Joins the load of `key`, or begins it. A leader that is dropped hands over to the next in line.
    pub(super) async fn join(&self, key: &[u8]) -> Role {
        let (seat, leads) = self.take_seat(key);
        if leads {
            return Role::Leader(Lead { seat });
        }
        // Blocked, this thread would keep the task that leads from going on, and wait for it for ever.
        let own = seat.flight.led_on.load(Ordering::Relaxed) == blocking::thread();
        if own && blocking::is_waiting().await {
            return Role::Landed(Landing::Failed);
        }
        let handed_over = seat.flight.turn.acquire().await.map(SemaphorePermit::forget).is_ok();
        if handed_over {
            seat.flight.led_on.store(blocking::thread(), Ordering::Relaxed);
            return Role::Leader(Lead { seat });
        }
        Role::Landed(seat.flight.landed.get().cloned().unwrap_or(Landing::Failed))
    }

    fn take_seat(&self, key: &[u8]) -> (Seat, bool) {
        let mut flights = self.lock();
        let (flight, seats) = flights.entry(key.into()).or_insert_with(|| {
            let led_on = AtomicUsize::new(blocking::thread());
            (Arc::new(Flight { turn: Semaphore::new(0), landed: OnceLock::new(), led_on }), 0)
        });
        // Nobody else has a seat in one that is new, and who leaves last takes it off the list.
        let leads = *seats == 0;
        *seats += 1;
        let flight = Arc::clone(flight);
        drop(flights);
        (Seat { flights: self.clone(), flight, key: key.into() }, leads)
    }

    /// Begins the load of `key`, unless somebody has.
    pub(super) fn try_lead(&self, key: &[u8]) -> Option<Lead> {
        let (seat, leads) = self.take_seat(key);
        // Not `then_some`: a lead that is dropped hands over, and whoever did not lead has nothing to hand over.
        leads.then(|| Lead { seat })
    }

    /// Whoever joins from now on begins a load of its own; those who wait go on waiting.
    pub(super) fn detach(&self, key: &[u8]) {
        self.lock().remove(key);
    }

    pub(super) fn detach_all(&self) {
        self.lock().clear();
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }
}

/// A place in a load. The last one to leave takes it off the list.
#[derive(Debug)]
struct Seat {
    flights: Flights,
    flight: Arc<Flight>,
    key: Box<[u8]>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut flights = self.flights.lock();
        // Once it has landed or was invalidated it is off the list, and another load may be in its place.
        if let Some((listed, seats)) = flights.get_mut(&self.key)
            && Arc::ptr_eq(listed, &self.flight)
        {
            *seats -= 1;
            if *seats == 0 {
                flights.remove(&self.key);
            }
        }
    }
}

/// The duty to load. Dropped without having landed, it goes to the next in line.
#[derive(Debug)]
pub(crate) struct Lead {
    seat: Seat,
}

impl Lead {
    /// Ends the load and lets every follower go. A caller that comes later begins a load of its own.
    pub(super) fn land(self, landing: Landing) {
        let _ = self.seat.flight.landed.set(landing);
        let mut flights = self.seat.flights.lock();
        // After an invalidation another load may be in its place.
        if flights
            .get(&self.seat.key)
            .is_some_and(|(there, _)| Arc::ptr_eq(there, &self.seat.flight))
        {
            flights.remove(&self.seat.key);
        }
        drop(flights);
        self.seat.flight.turn.close();
    }
}

impl Drop for Lead {
    fn drop(&mut self) {
        if self.seat.flight.landed.get().is_none() {
            self.seat.flight.turn.add_permits(1);
        }
    }
}
