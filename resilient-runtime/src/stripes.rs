//! Counters that each thread has a line of its own of, so that no two processors write the same one.
//!
//! The idea of striping is that of D. Lea's `LongAdder`. There, who finds a cell taken moves on; here, the thread that
//! made a line adds to it by a load and a store, and only who shares it with that thread by a locked instruction. A
//! method that is called by one thread alone costs one line, and no locked instruction at all.

use once_cell::race::OnceBox;

use crate::{
    sync::{AtomicU64, Ordering},
    thread_index::{self, ThreadIndex},
};

/// As many threads count beside each other; more of them share lines, and still count right.
const STRIPES: usize = 8;

/// A line `L` of counters for each of some threads, made when the thread first counts.
#[derive(Debug)]
pub(crate) struct Stripes<L>([OnceBox<Padded<L>>; STRIPES]);

/// On lines of the processor's cache that hold nothing else: two, since many processors fetch them in pairs.
#[derive(Debug)]
#[repr(align(128))]
struct Padded<L>(L);

impl<L> Default for Stripes<L> {
    fn default() -> Self {
        Self([const { OnceBox::new() }; STRIPES])
    }
}

impl<L: From<ThreadIndex>> Stripes<L> {
    /// The line of this thread. It may be kept by a task that goes on in another one, which counts in it just as right.
    #[inline]
    pub(crate) fn mine(&self) -> &L {
        match self.0[thread_index::known().get() % STRIPES].get() {
            Some(line) => &line.0,
            None => self.made_for(thread_index::ask()),
        }
    }

    #[cold]
    fn made_for(&self, thread: ThreadIndex) -> &L {
        let line = &self.0[thread.get() % STRIPES];
        &line.get_or_init(|| Box::new(Padded(L::from(thread)))).0
    }
}

impl<L> Stripes<L> {
    /// What all threads have counted.
    ///
    /// Whatever happened before something that is counted here is in every sum that is made afterwards: who reads the
    /// ends of calls first, and then their beginnings, finds no more ends than beginnings.
    pub(crate) fn sum(&self, part: impl Fn(&L) -> &Part) -> u64 {
        self.0.iter().filter_map(OnceBox::get).map(|line| part(&line.0).get()).sum()
    }
}

/// A counter, as far as one line has it.
#[derive(Debug)]
pub(crate) struct Part {
    /// What the thread that made the line has counted, above the bits of its [`ThreadIndex`]. Nobody else writes it.
    /// A hundred million in a second would fill it in five years.
    own: AtomicU64,
    /// What others have, who came to the same line.
    others: AtomicU64,
}

impl From<ThreadIndex> for Part {
    fn from(owner: ThreadIndex) -> Self {
        Self { own: AtomicU64::new(owner.bits()), others: AtomicU64::new(0) }
    }
}

impl Part {
    #[inline]
    pub(crate) fn add(&self) {
        self.add_many(1);
    }

    #[inline]
    pub(crate) fn add_many(&self, count: u64) {
        self.add_as(thread_index::known(), count);
    }

    #[inline]
    fn add_as(&self, thread: ThreadIndex, count: u64) {
        const OWNER: u64 = (1 << ThreadIndex::BITS) - 1;
        let own = self.own.load(Ordering::Relaxed);
        if own & OWNER == thread.get() as u64 {
            let own = own.wrapping_add(count << ThreadIndex::BITS);
            self.own.store(own, Ordering::Release);
        } else {
            self.add_beside(count);
        }
    }

    /// Adds to a line that is another thread's. One that has not asked for a number yet gets here as well, and has a line
    /// of its own the next time.
    #[cold]
    fn add_beside(&self, count: u64) {
        thread_index::ask();
        self.others.fetch_add(count, Ordering::Release);
    }

    fn get(&self) -> u64 {
        let own = self.own.load(Ordering::Acquire) >> ThreadIndex::BITS;
        own + self.others.load(Ordering::Acquire)
    }
}

#[cfg(all(test, not(resilient_loom)))]
mod tests {
    use std::{sync::Barrier, thread};

    use super::*;
    use crate::thread_index::Pool;

    #[test]
    fn every_thread_counts_whether_it_has_a_line_of_its_own_or_not() {
        const THREADS: u64 = 3 * STRIPES as u64;
        let (stripes, together) = (Stripes::<Part>::default(), Barrier::new(3 * STRIPES));
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    together.wait();
                    for _ in 0..1_000 {
                        stripes.mine().add();
                    }
                    together.wait();
                });
            }
        });
        assert_eq!(stripes.sum(|part| part), THREADS * 1_000);
    }

    #[test]
    fn a_thread_that_counts_alone_has_the_only_line() {
        let stripes = Stripes::<Part>::default();
        stripes.mine().add();
        stripes.mine().add_many(6);
        let lines: Vec<_> = stripes.0.iter().filter_map(OnceBox::get).collect();
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].0.others.load(Ordering::Relaxed), 0, "by no locked instruction");
        assert_eq!(stripes.sum(|part| part), 7);
    }

    #[test]
    fn only_who_made_a_line_adds_to_it_without_a_locked_instruction() {
        let pool = Pool::new();
        let [owner, guest] = [pool.take(), pool.take()];
        let part = Part::from(owner);
        part.add_as(owner, 1);
        part.add_as(guest, 2);
        part.add_as(owner, 4);
        assert_eq!((part.others.load(Ordering::Relaxed), part.get()), (2, 7));
    }

    #[test]
    fn a_thread_without_a_number_owns_no_line() {
        let part = Part::from(ThreadIndex::NONE);
        part.add_as(ThreadIndex::NONE, 2);
        assert_eq!((part.others.load(Ordering::Relaxed), part.get()), (2, 2));
    }
}

#[cfg(all(test, resilient_loom))]
mod loom {
    use ::loom::{model, thread};

    use super::*;
    use crate::{sync::Arc, thread_index::Pool};

    #[test]
    fn nothing_is_lost_when_a_number_is_handed_on() {
        model(|| {
            let shared = Arc::new((Pool::new(), Stripes::<Part>::default()));
            let count = |shared: &(Pool, Stripes<Part>)| {
                let (pool, stripes) = shared;
                let thread = pool.take();
                stripes.made_for(thread).add_as(thread, 1);
                stripes.made_for(thread).add_as(thread, 1);
                pool.give_back(thread);
            };
            let others = [(); 2].map(|()| {
                let shared = Arc::clone(&shared);
                thread::spawn(move || count(&shared))
            });
            count(&shared);
            for other in others {
                other.join().expect("no panic");
            }
            assert_eq!(shared.1.sum(|part| part), 6);
        });
    }

    #[test]
    fn a_line_is_shared_by_who_owns_it_and_who_does_not() {
        model(|| {
            let pool = Pool::new();
            let (mine, theirs) = (pool.take(), pool.take());
            let part = Arc::new(Part::from(mine));
            let other = Arc::clone(&part);
            let other = thread::spawn(move || other.add_as(theirs, 2));
            part.add_as(mine, 1);
            let before = part.get();
            part.add_as(mine, 1);
            assert!(part.get() > before, "it only grows");
            other.join().expect("no panic");
            assert_eq!(part.get(), 4);
        });
    }

    #[test]
    fn a_call_that_ends_in_another_thread_is_never_seen_to_end_before_it_began() {
        model(|| {
            let pool = Pool::new();
            let (first, second) = (pool.take(), pool.take());
            let shared = Arc::new([(); 2].map(|()| Stripes::<Part>::default()));
            let call = Arc::clone(&shared);
            let caller = thread::spawn(move || {
                call[0].made_for(first).add_as(first, 1);
                let goes_on = thread::spawn(move || call[1].made_for(second).add_as(second, 1));
                goes_on.join().expect("no panic");
            });
            let ends = shared[1].sum(|part| part);
            let calls = shared[0].sum(|part| part);
            assert!(calls >= ends);
            caller.join().expect("no panic");
        });
    }
}
