//! Whether everything adds up once nothing is under way.

use resilient_runtime::{
    BreakerSnapshot, MethodSnapshot, RegistrySnapshot, ServiceSnapshot, State,
};

use crate::{
    diary::{
        Diary,
        Ending::{
            BreakerOpen, BulkheadFull, Disk, Dropped, Failure, Fallback, Ignored, Live, Memory,
            Panicked, RateLimited, Remembered, Stale, TimedOut,
        },
    },
    worlds::Diaries,
};

/// What stands between a call's end in the books and what its caller sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Between {
    /// Nothing: each end is the other's.
    Nothing,
    /// What the cache or a fallback has for a call that failed: in the books it has failed all the same.
    Rescue,
    /// The same for tasks of our own, whose calls are nobody's.
    Tasks,
}

/// All methods of a world, each with its diary.
fn pairs<'a>(
    snapshot: &'a RegistrySnapshot,
    diaries: &'a Diaries,
) -> impl Iterator<Item = (&'a MethodSnapshot, &'a Diary, Between)> {
    snapshot.services.iter().flat_map(|service| &service.methods).map(|books| {
        let (diary, between) = match books.name.as_str() {
            "plain" => (&diaries.plain, Between::Nothing),
            "hedged" => (&diaries.hedged, Between::Nothing),
            "remembered" => (&diaries.remembered, Between::Nothing),
            "refreshed" => (&diaries.refreshed, Between::Rescue),
            "background" => (&diaries.background, Between::Tasks),
            "ask" => (&diaries.ask, Between::Nothing),
            "visit" => (&diaries.visit, Between::Nothing),
            "read" => (&diaries.read, Between::Nothing),
            "fetch" => (&diaries.fetch, Between::Rescue),
            other => panic!("a method without a diary: {other}"),
        };
        (books, diary, between)
    })
}

fn ended(books: &MethodSnapshot) -> u64 {
    books.successes + books.failures + books.ignored + books.cancelled + books.rejected.total()
}

/// Calls that have begun and not ended.
pub(crate) fn under_way(snapshot: &RegistrySnapshot) -> u64 {
    let methods = snapshot.services.iter().flat_map(|service| &service.methods);
    methods.map(|books| books.calls.abs_diff(ended(books))).sum()
}

pub(crate) fn calls(snapshot: &RegistrySnapshot) -> u64 {
    snapshot.services.iter().flat_map(|service| &service.methods).map(|books| books.calls).sum()
}

pub(crate) fn openings(snapshot: &RegistrySnapshot) -> u64 {
    snapshot
        .services
        .iter()
        .filter_map(|service| service.breaker.as_ref())
        .map(|it| it.openings)
        .sum()
}

/// Holds the books of a registry to what its callers saw and its services did.
pub(crate) fn audit(snapshot: &RegistrySnapshot, diaries: &Diaries) {
    for (books, diary, between) in pairs(snapshot, diaries) {
        audit_method(books, diary, between);
    }
    snapshot.services.iter().for_each(audit_service);
}

fn audit_method(books: &MethodSnapshot, diary: &Diary, between: Between) {
    let name = books.name.as_str();
    let tell = || {
        let endings = crate::diary::Ending::ALL.map(|ending| (ending, diary.of(ending)));
        format!("{name}: {endings:?} requests {} {books:#?}", diary.requests())
    };
    let is = |what: &str, ours: u64, theirs: u64| {
        assert_eq!(
            ours,
            theirs,
            "{what}: the books say the one, the callers the other. {}",
            tell()
        );
    };
    let background = if between == Between::Tasks { books.cache.refreshes } else { 0 };
    is("calls", books.calls, diary.calls() + background);
    is("ends", ended(books), books.calls);
    is("attempts", books.attempts, diary.requests());
    is("disk hits", books.disk_hits, diary.of(Disk));
    is("stale", books.cache.stale, diary.of(Stale));
    is("fallbacks", books.fallbacks, diary.of(Fallback));
    is("fallbacks that failed", books.fallbacks_failed, 0);
    is("remembered errors", books.cache.negative, diary.of(Remembered));
    let served = books.memory_hits + books.coalesced;
    is("memory", served, diary.of(Memory) + diary.of(Remembered));
    if between == Between::Nothing {
        let of = |ending| diary.of(ending);
        is("successes", books.successes, of(Live) + of(Memory) + of(Disk));
        is("failures", books.failures, of(Failure));
        is("ignored", books.ignored, of(Ignored) + of(Remembered));
        is("cancelled", books.cancelled, of(Dropped) + of(Panicked));
        is("breaker", books.rejected.breaker_open, of(BreakerOpen));
        is("rate", books.rejected.rate_limited, of(RateLimited));
        is("bulkhead", books.rejected.bulkhead_full, of(BulkheadFull));
        is("timed out", books.rejected.timed_out, of(TimedOut));
    }
    let hedge = &books.hedge;
    assert!(hedge.won <= hedge.sent, "{hedge:?}");
    let first_attempts = books.attempts - books.retries - hedge.sent;
    assert!(first_attempts <= books.calls, "{}", tell());
    // The cache rounds its 300 up to a multiple of its shards, which have 32 answers each at the least.
    let capacity = 300 + 300 / 32;
    assert!(books.cache.entries <= capacity, "{name} holds {} answers", books.cache.entries);
}

fn audit_service(service: &ServiceSnapshot) {
    let name = service.name.as_str();
    let attempts: u64 = service.methods.iter().map(|books| books.attempts).sum();
    if let Some(breaker) = &service.breaker {
        assert_eq!(breaker.probes, 0, "{name}: a probe is not back");
        let rejected: u64 = service.methods.iter().map(|books| books.rejected.breaker_open).sum();
        assert!(breaker.rejected >= rejected, "{name}: {breaker:?}, {rejected} calls");
    }
    for (key, breaker) in service.keyed_breakers.iter().map(|keyed| (&keyed.key, &keyed.breaker)) {
        assert_eq!(breaker.probes, 0, "{name}, {key}: a probe is not back");
    }
    if let Some(rate) = &service.rate {
        assert_eq!(rate.waiting, 0, "{name}: {rate:?}");
        assert_eq!(rate.counts.admitted.total(), attempts, "{name}: a token for each attempt");
    }
    if let Some(rate) = &service.keyed_rate {
        // Those that are as good as new go when a map has doubled; hosts that are asked once are so within a moment.
        assert!(rate.keys <= 2_048, "{name} holds {} limiters", rate.keys);
        assert_eq!(rate.counts.admitted.total(), attempts, "{name}: a token for each attempt");
    }
    if let Some(bulkhead) = &service.bulkhead {
        let all = (bulkhead.active, bulkhead.queued, bulkhead.available);
        assert_eq!(all, (0, 0, bulkhead.limit), "{name}: a place is not back");
    }
}

/// The breakers that are not closed: each with its key, if it has one.
pub(crate) fn not_closed(snapshot: &RegistrySnapshot) -> Vec<Option<String>> {
    let open = |breaker: &BreakerSnapshot| breaker.state != State::Closed;
    let mut found = Vec::new();
    for service in &snapshot.services {
        found.extend(service.breaker.as_ref().filter(|breaker| open(breaker)).map(|_| None));
        let keyed = service.keyed_breakers.iter().filter(|keyed| open(&keyed.breaker));
        found.extend(keyed.map(|keyed| Some(keyed.key.to_string())));
    }
    found
}
