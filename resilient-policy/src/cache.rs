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
        /// How many answers the memory tier holds (1000).
        capacity: usize,
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
    /// How many answers the memory tier holds.
    pub capacity: usize,
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

    pub(crate) fn missing(&self) -> Option<Problem> {
        (self.memory.is_none() && self.disk.is_none()).then(|| {
            Problem::new("cache", "memory", MISSING, "is missing, and so is `disk`; write how long an answer is kept, such as `cache = \"5m\"`")
        })
    }
}
