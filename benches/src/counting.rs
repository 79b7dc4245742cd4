//! What does not depend on the machine's noise: instructions (under callgrind), allocations, bytes.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    sync::atomic::{AtomicIsize, Ordering::Relaxed},
};

use crate::harness::Contender;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

static BYTES: AtomicIsize = AtomicIsize::new(0);

/// The system's allocator, and counts: allocations of this thread, bytes that live. The times are taken without it.
#[derive(Debug)]
pub struct Counting;

fn count(bytes: usize) {
    let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
    BYTES.fetch_add(bytes.cast_signed(), Relaxed);
}

// SAFETY: every call is the system allocator's own.
#[allow(unsafe_code, reason = "an allocator is unsafe by its nature, and this one only counts")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size);
        BYTES.fetch_sub(layout.size().cast_signed(), Relaxed);
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        BYTES.fetch_sub(layout.size().cast_signed(), Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// How often this thread has allocated.
pub fn allocations() -> u64 {
    ALLOCATIONS.get()
}

/// How many bytes live, of all threads.
pub fn bytes() -> isize {
    BYTES.load(Relaxed)
}

/// What callgrind counts: it is told this function's name, and writes a file whenever it returns.
#[inline(never)]
pub fn counted_calls(contender: &mut Contender, calls: u64) {
    contender.run(calls);
}
