//! A small number for each thread that counts, unlike that of any other thread that lives at the same time.

use std::collections::BTreeSet;

use crate::sync::{Mutex, PoisonError};

/// The number of a thread. The lowest that is free is given out next, and a thread that ends gives its own back.
///
/// Who has a number has seen everything that whoever had it before has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ThreadIndex(u16);

impl ThreadIndex {
    /// So many bits tell all of them apart, and [`MOST`](Self::MOST) from all of them.
    pub(crate) const BITS: u32 = 10;
    /// Threads beyond so many have none.
    const MOST: u16 = (1 << Self::BITS) - 1;
    /// That of a thread that has none.
    pub(crate) const NONE: Self = Self(1 << Self::BITS);

    pub(crate) fn get(self) -> usize {
        self.0.into()
    }

    /// In [`BITS`](Self::BITS), where no thread has the number that stands for none.
    pub(crate) fn bits(self) -> u64 {
        self.0.min(Self::MOST).into()
    }
}

/// The numbers that are free.
pub(crate) struct Pool(Mutex<Free>);

struct Free {
    given_back: BTreeSet<ThreadIndex>,
    /// Given out never before, and so all that follow.
    next: u16,
}

impl Pool {
    #[cfg(not(resilient_loom))]
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(Free { given_back: BTreeSet::new(), next: 0 }))
    }

    #[cfg(all(test, resilient_loom))]
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Free { given_back: BTreeSet::new(), next: 0 }))
    }

    pub(crate) fn take(&self) -> ThreadIndex {
        let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = free.given_back.pop_first() {
            return index;
        }
        if free.next == ThreadIndex::MOST {
            return ThreadIndex::NONE;
        }
        free.next += 1;
        ThreadIndex(free.next - 1)
    }

    pub(crate) fn give_back(&self, index: ThreadIndex) {
        if index != ThreadIndex::NONE {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).given_back.insert(index);
        }
    }
}

#[cfg(not(resilient_loom))]
pub(crate) use self::of_threads::{ask, known};
#[cfg(resilient_loom)]
pub(crate) use self::{none as ask, none as known};

/// Loom's threads are all on one of the system's.
#[cfg(resilient_loom)]
pub(crate) fn none() -> ThreadIndex {
    ThreadIndex::NONE
}

#[cfg(not(resilient_loom))]
mod of_threads {
    use std::cell::Cell;

    use super::{Pool, ThreadIndex};

    static POOL: Pool = Pool::new();

    /// Of a thread that has not asked yet: no thread's.
    const UNKNOWN: ThreadIndex = ThreadIndex(ThreadIndex::NONE.0 + 1);

    thread_local! {
        // Needs no destructor, so it may be read until the thread has ended, and costs a load.
        static INDEX: Cell<ThreadIndex> = const { Cell::new(UNKNOWN) };
        static LEASE: Lease = Lease(POOL.take());
    }

    struct Lease(ThreadIndex);

    impl Drop for Lease {
        fn drop(&mut self) {
            // What else a thread drops at its end may count too, when somebody else has the number.
            INDEX.set(ThreadIndex::NONE);
            POOL.give_back(self.0);
        }
    }

    /// That of this thread if it has [asked](ask) before, or else one that no thread has.
    #[inline]
    pub(crate) fn known() -> ThreadIndex {
        INDEX.get()
    }

    /// That of this thread.
    pub(crate) fn ask() -> ThreadIndex {
        if INDEX.get() == UNKNOWN {
            INDEX.set(LEASE.try_with(|lease| lease.0).unwrap_or(ThreadIndex::NONE));
        }
        INDEX.get()
    }
}

#[cfg(all(test, not(resilient_loom)))]
mod tests {
    use std::{cell::OnceCell, sync::mpsc, thread};

    use super::*;

    #[test]
    fn the_lowest_free_number_is_given_out_until_there_are_none() {
        let pool = Pool::new();
        let all: Vec<_> = (0..ThreadIndex::MOST).map(|_| pool.take()).collect();
        assert_eq!(
            all.iter().map(|index| index.bits()).collect::<Vec<_>>(),
            (0..1023).collect::<Vec<_>>()
        );
        assert_eq!(pool.take(), ThreadIndex::NONE);
        pool.give_back(ThreadIndex::NONE);
        assert_eq!(pool.take(), ThreadIndex::NONE, "that of nobody is no number");
        pool.give_back(all[7]);
        pool.give_back(all[3]);
        assert_eq!([pool.take(), pool.take(), pool.take()], [all[3], all[7], ThreadIndex::NONE]);
        assert!(all.iter().all(|index| index.bits() != ThreadIndex::NONE.bits()));
    }

    #[test]
    fn threads_that_live_at_once_have_different_numbers() {
        let mine = ask();
        assert_eq!([ask(), known()], [mine, mine]);
        let (tell, told) = mpsc::channel();
        let (end, ended) = mpsc::channel::<()>();
        let theirs = thread::spawn(move || {
            tell.send(ask()).expect("heard");
            ended.recv().expect_err("nothing is sent");
        });
        assert_ne!(told.recv().expect("told"), mine);
        drop(end);
        theirs.join().expect("no panic");
    }

    #[test]
    fn what_a_thread_drops_after_its_number_is_free_has_none() {
        struct Asks(mpsc::Sender<ThreadIndex>);
        impl Drop for Asks {
            fn drop(&mut self) {
                self.0.send(ask()).expect("heard");
            }
        }
        thread_local! {
            static FIRST: OnceCell<Asks> = const { OnceCell::new() };
            static LAST: OnceCell<Asks> = const { OnceCell::new() };
        }
        let (tell, told) = mpsc::channel();
        let thread = thread::spawn(move || {
            FIRST.with(|first| first.set(Asks(tell.clone())).is_ok());
            let had = ask();
            LAST.with(|last| last.set(Asks(tell)).is_ok());
            had
        });
        let had = thread.join().expect("no panic");
        // Nobody says in which order they are dropped, but one is before the number is given back, and one after.
        let mut seen: Vec<_> = told.iter().collect();
        seen.sort_unstable();
        assert_eq!(seen, [had, ThreadIndex::NONE]);
    }
}
