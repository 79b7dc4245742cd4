//! failsafe, recloser, and what a user puts together.

use failsafe::futures::CircuitBreaker as _;

use super::{
    breaker::{of_failsafe, of_recloser},
    together::PutTogether,
};
use crate::{
    harness::{Contender, Role},
    scenarios::threads::both,
    work::{drive, ready},
};

/// Beside `threads/breaker`.
pub fn breaker() -> Vec<Contender> {
    let failsafe = of_failsafe(5);
    both(Role::Peer, "failsafe", move || drive(failsafe.call(ready())).is_ok()).into()
}

/// Beside `threads/breaker-rate`.
pub fn breaker_rate() -> Vec<Contender> {
    let recloser = of_recloser(0.6, 50);
    both(Role::Peer, "recloser", move || drive(recloser.call(ready())).is_ok()).into()
}

/// Beside `threads/together`.
pub fn all_five() -> Vec<Contender> {
    let put_together = PutTogether::default();
    both(Role::Peer, "put together", move || drive(put_together.call(ready)).is_ok()).into()
}
