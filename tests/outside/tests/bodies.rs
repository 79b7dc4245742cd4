//! A body behind policies does what it does without.
// What is tested differs between the editions, and is to.
#![allow(tail_expr_drop_order)]

use std::{cell::RefCell, future::Future};

use outside::ScoutError;
use resilient_runtime::resilient;

type Log = RefCell<Vec<&'static str>>;

/// Tells when it is dropped.
struct Told<'a>(&'static str, &'a Log);

impl Told<'_> {
    fn answer(&self) -> Result<usize, ScoutError> {
        self.0.split('o').map(str::len).next().ok_or(ScoutError::Status(404))
    }
}

impl Drop for Told<'_> {
    fn drop(&mut self) {
        self.1.borrow_mut().push(self.0);
    }
}

macro_rules! in_both_ways {
    ($(#[$attr:meta])* $policed:ident, $plain:ident: $($fn:tt)+) => {
        $(#[$attr])*
        $($fn)+ $policed(log: &Log, _argument: Told<'_>, used: Told<'_>) -> Result<usize, ScoutError> {
            let _local = Told("local", log);
            drop(used);
            Told("temporary", log).answer()
        }

        $($fn)+ $plain(log: &Log, _argument: Told<'_>, used: Told<'_>) -> Result<usize, ScoutError> {
            let _local = Told("local", log);
            drop(used);
            Told("temporary", log).answer()
        }
    };
}

in_both_ways!(#[resilient(service = "drops", timeout = "1s")] policed, plain: async fn);
in_both_ways!(#[resilient(service = "drops", timeout = "1s")] policed_blocking, plain_blocking: fn);

fn ready<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("there is a runtime").block_on(future)
}

fn order(call: impl FnOnce(&Log) -> Result<usize, ScoutError>) -> Vec<&'static str> {
    let log = Log::default();
    assert!(call(&log).is_ok());
    log.into_inner()
}

#[test]
fn what_a_body_drops_is_dropped_in_its_order() {
    let plain = order(|log| ready(plain(log, Told("argument", log), Told("used", log))));
    let policed = order(|log| ready(policed(log, Told("argument", log), Told("used", log))));
    assert_eq!(policed, plain);
    let plain = order(|log| plain_blocking(log, Told("argument", log), Told("used", log)));
    let policed = order(|log| policed_blocking(log, Told("argument", log), Told("used", log)));
    assert_eq!(policed, plain);
}
