//! What came of it, as Markdown.

use std::{sync::Arc, time::Duration};

use resilient_runtime::RegistrySnapshot;

use crate::{
    books,
    diary::{Diary, Ending},
    memory::Held,
    worlds::{Diaries, Old},
};

/// What one round came to.
pub(crate) struct Row {
    calls: u64,
    elapsed: Duration,
    /// How many times the recovery was waited for.
    waits: u32,
    openings: u64,
    limiters: usize,
    on_disk: u64,
    /// While what was made anew for the round was still there.
    pub(crate) held: Held,
    diaries: Arc<Diaries>,
}

impl Row {
    pub(crate) fn new(
        calls: u64,
        elapsed: Duration,
        waits: u32,
        old: &RegistrySnapshot,
        (young, diaries): (&RegistrySnapshot, &Arc<Diaries>),
    ) -> Self {
        let keyed = young.services.iter().filter_map(|service| service.keyed_rate.as_ref());
        Self {
            calls,
            elapsed,
            waits,
            openings: books::openings(old),
            limiters: keyed.map(|rate| rate.keys).sum(),
            on_disk: young.disk_tier.as_ref().map_or(0, |disk| disk.entries),
            held: Held::now(),
            diaries: Arc::clone(diaries),
        }
    }
}

pub(crate) struct Report {
    /// Of all that was made anew for each round.
    fetch: Diary,
    visit: Diary,
}

impl Report {
    pub(crate) fn begin(seed: u64, seconds: u64) -> Self {
        println!("\n## Soak of {seconds} s, seed {seed}\n");
        println!(
            "| round | calls | per second | breakers opened | recoveries | limiters of keys | answers on disk | held in it, KiB | held after it, bytes | allocations |"
        );
        println!("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        Self { fetch: Diary::default(), visit: Diary::default() }
    }

    pub(crate) fn row(&self, number: u64, row: &Row, after: Held) {
        let Row { calls, elapsed, waits, openings, limiters, on_disk, held, diaries } = row;
        self.fetch.add(&diaries.fetch);
        self.visit.add(&diaries.visit);
        #[expect(clippy::cast_precision_loss, reason = "for people")]
        let rate = *calls as f64 / elapsed.as_secs_f64();
        println!(
            "| {number} | {calls} | {rate:.0} | {openings} | {waits} | {limiters} | {on_disk} | {} | {} | {} |",
            held.bytes >> 10,
            after.bytes,
            after.allocations,
        );
    }

    pub(crate) fn end(self, old: &Old) {
        let diaries = &old.client.diaries;
        let methods: [(&str, &Diary); 10] = [
            ("plain", &diaries.plain),
            ("hedged", &diaries.hedged),
            ("remembered", &diaries.remembered),
            ("refreshed", &diaries.refreshed),
            ("background", &diaries.background),
            ("ask", &diaries.ask),
            ("visit, 20 hosts", &diaries.visit),
            ("visit, ever new hosts", &self.visit),
            ("read", &diaries.read),
            ("fetch", &self.fetch),
        ];
        let heads = Ending::ALL.map(|ending| format!("{ending:?}"));
        println!("\n| method | requests | {} |", heads.join(" | "));
        println!("| --- | ---: |{}", " ---: |".repeat(Ending::ALL.len()));
        for (name, diary) in methods {
            let endings = Ending::ALL.map(|ending| diary.of(ending).to_string());
            println!("| {name} | {} | {} |", diary.requests(), endings.join(" | "));
        }
    }
}
