use std::time::Duration;

use crate::{
    duration::format,
    parameter::layer,
    problem::{Check, MISSING, Problem},
};

layer! {
    /// The parameters of a cache, as one layer of configuration gives them.
    pub struct CacheConfig {
        /// How long an answer is served from memory (no default: no memory tier without it).
        memory: Duration,
        /// How long an answer is served from disk (no default: no disk tier without it).
        disk: Duration,
        /// How many answers the memory tier holds, or about how many where `max_weight` is its bound (1000).
        capacity: usize,
        /// How much the answers in memory may weigh together (no bound but `capacity`).
        max_weight: u64,
        /// From which age on one caller loads an answer anew while the others are served what is there (none).
        refresh: Duration,
        /// How long past its expiry an answer may be served to a call that fails (not at all).
        stale: Duration,
        /// How long an error is remembered that the same request would get again (not at all).
        negative: Duration,
        /// By how much of itself a lifetime is shortened at random, up to (0.0).
        jitter: f64,
        /// After how long without being served an answer in memory expires (never).
        idle: Duration,
        /// The number of what an answer on disk means (0): those under another number are not found.
        schema: u32,
    }
}

/// The parameters of a cache with every default filled in.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct CacheSettings {
    /// How long an answer is served from memory.
    pub memory: Option<Duration>,
    /// How long an answer is served from disk.
    pub disk: Option<Duration>,
    /// How many answers the memory tier holds, or about how many where `max_weight` is its bound.
    pub capacity: usize,
    /// How much the answers in memory may weigh together.
    pub max_weight: Option<u64>,
    /// From which age on one caller loads an answer anew.
    pub refresh: Option<Duration>,
    /// How long past its expiry an answer may be served to a call that fails.
    pub stale: Option<Duration>,
    /// How long an error is remembered that the same request would get again.
    pub negative: Option<Duration>,
    /// By how much of itself a lifetime is shortened at random, up to.
    pub jitter: f64,
    /// After how long without being served an answer in memory expires.
    pub idle: Option<Duration>,
    /// The number of what an answer on disk means.
    pub schema: u32,
}

impl CacheConfig {
    /// The parameters with their defaults.
    pub fn settings(&self) -> CacheSettings {
        CacheSettings {
            memory: self.memory,
            disk: self.disk,
            capacity: self.capacity.unwrap_or(1_000),
            max_weight: self.max_weight,
            refresh: self.refresh,
            stale: self.stale,
            negative: self.negative,
            jitter: self.jitter.unwrap_or(0.0),
            idle: self.idle,
            schema: self.schema.unwrap_or(0),
        }
    }

    pub(crate) fn problems(&self) -> Vec<Problem> {
        let mut check = Check::new("cache");
        check.duration(
            "memory",
            self.memory,
            Some("would forget every answer at once; write how long it is kept, such as `memory = \"5m\"`, or `cache = off`"),
        );
        check.duration(
            "disk",
            self.disk,
            Some("would forget every answer at once; write how long it is kept, such as `disk = \"30m\"`, or leave it out"),
        );
        check.refuse(
            "capacity",
            self.capacity,
            |&n| n == 0,
            "would hold no answer; write how many it holds, 1 or more, such as `capacity = 1000`",
        );
        check.refuse(
            "max_weight",
            self.max_weight,
            |&weight| weight == 0,
            "would hold no answer; write how much they may weigh together, such as `max_weight = 10_000_000`",
        );
        check.duration(
            "refresh",
            self.refresh,
            Some("would load every answer anew; write the age from which on that is wanted, such as `refresh = \"4m\"`, or leave it out"),
        );
        check.duration(
            "stale",
            self.stale,
            Some("serves no answer after its expiry; write how long one may be served, such as `stale = \"1h\"`, or leave it out"),
        );
        check.duration(
            "negative",
            self.negative,
            Some("would forget every error at once; write how long one is remembered, such as `negative = \"30s\"`, or leave it out"),
        );
        check.duration(
            "idle",
            self.idle,
            Some("would forget every answer at once; write how long one may go unused, such as `idle = \"1m\"`, or leave it out"),
        );
        check.refuse(
            "jitter",
            self.jitter,
            |jitter| !(0.0..=1.0).contains(jitter),
            "is no share of a lifetime; write one from 0.0 to 1.0, such as `jitter = 0.1`",
        );
        self.under_memory(&mut check);
        check.idle(
            "schema",
            self.schema,
            "disk",
            self.disk.is_none(),
            "tells answers on disk apart, and none are kept there; write a `disk` time as well, such as `disk = \"30m\"`, or leave `schema` out",
        );
        if let (Some(memory), Some(disk)) = (self.memory, self.disk)
            && disk < memory
            && !disk.is_zero()
        {
            let advice = format!(
                "is shorter than `memory = \"{}\"`, so the disk would never be read; write a `disk` time of at least `memory`",
                format(memory)
            );
            let value = format!("\"{}\"", format(disk));
            check
                .problems
                .push(Problem::new("cache", "disk", value, advice).against("cache", "memory"));
        }
        check.problems
    }

    /// What happens to an answer in memory must happen before it expires there.
    fn under_memory(&self, check: &mut Check) {
        let Some(memory) = self.memory.filter(|memory| !memory.is_zero()) else { return };
        let memory = format(memory);
        let fields = [
            ("refresh", self.refresh, "so every answer expires before it is refreshed"),
            ("idle", self.idle, "so every answer expires before it is idle"),
        ];
        for (field, time, why) in fields {
            let Some(time) = time.filter(|time| Some(*time) >= self.memory) else { continue };
            let advice = format!(
                "is not shorter than `memory = \"{memory}\"`, {why}; write a shorter `{field}` time"
            );
            let value = format!("\"{}\"", format(time));
            check
                .problems
                .push(Problem::new("cache", field, value, advice).against("cache", "memory"));
        }
    }

    /// What says nothing without a memory tier.
    pub(crate) fn final_problems(&self) -> Vec<Problem> {
        let mut check = Check::new("cache");
        let advice = "is about answers in memory, and there are none; write `memory = ...` too, or leave it out";
        let shown = |time: Option<Duration>| time.map(|time| format!("\"{}\"", format(time)));
        let alone = self.memory.is_none();
        check.idle("max_weight", self.max_weight, "memory", alone, advice);
        check.idle("refresh", shown(self.refresh), "memory", alone, advice);
        check.idle("negative", shown(self.negative), "memory", alone, advice);
        check.idle("idle", shown(self.idle), "memory", alone, advice);
        check.problems
    }

    pub(crate) fn missing(&self) -> Option<Problem> {
        (self.memory.is_none() && self.disk.is_none()).then(|| {
            Problem::new("cache", "memory", MISSING, "is missing, and so is `disk`; write how long an answer is kept, such as `cache = \"5m\"`")
        })
    }
}
