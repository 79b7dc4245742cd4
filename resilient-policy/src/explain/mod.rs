//! What holds of each method, and where it comes from: as data, and as a table.

mod origin;
mod rows;
mod table;
#[cfg(test)]
mod tests;

use std::time::Duration;

pub use self::origin::Origin;
use crate::{Layers, PolicySettings};

/// The rung of a fallback that asks the implementation that the builder is given.
const BACKUP: &str = "backup";

/// The policies of every method of a service, in the order in which they stand.
///
/// Written out, it is a table for each method that can be read in a terminal and is Markdown too.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Explanation {
    /// The service.
    pub service: String,
    /// Its methods, in the order of the trait.
    pub methods: Vec<ExplainedMethod>,
}

/// The policies of one method.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ExplainedMethod {
    /// The method.
    pub method: String,
    /// Whether it is passed straight through, with no policy at all.
    pub skipped: bool,
    /// What holds, policy by policy, from the outside in.
    pub parameters: Vec<ExplainedParameter>,
    /// The requests that one call sends at most, retries and hedges included.
    pub attempts: u32,
    /// How long a call takes at most, the fallback's time aside; none where nothing limits it.
    pub longest: Option<Duration>,
    /// The constant that decides how long, where nobody has looked at it yet.
    #[cfg_attr(feature = "serde", serde(skip))]
    tier: Option<String>,
}

/// One parameter of a policy, its value, and where that comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ExplainedParameter {
    /// The policy's key in the attribute, such as `retry`.
    pub policy: &'static str,
    /// The parameter inside it, such as `max`; empty where the policy was taken away, and has the value `off`.
    pub parameter: &'static str,
    /// The value, as the attribute writes it.
    pub value: String,
    /// Where it comes from.
    pub origin: Origin,
}

impl Explanation {
    /// Of a service with these methods.
    pub fn new(
        service: impl Into<String>,
        methods: impl IntoIterator<Item = ExplainedMethod>,
    ) -> Self {
        Self { service: service.into(), methods: methods.into_iter().collect() }
    }

    /// One of the methods.
    pub fn method(&self, name: &str) -> Option<&ExplainedMethod> {
        self.methods.iter().find(|method| method.method == name)
    }
}

impl ExplainedMethod {
    /// A method that is passed straight through.
    pub fn skipped(method: impl Into<String>) -> Self {
        Self {
            method: method.into(),
            skipped: true,
            parameters: Vec::new(),
            attempts: 1,
            longest: None,
            tier: None,
        }
    }

    /// One of the parameters: `parameter("retry", "max")`.
    pub fn parameter(&self, policy: &str, parameter: &str) -> Option<&ExplainedParameter> {
        self.parameters.iter().find(|row| row.policy == policy && row.parameter == parameter)
    }

    /// Adds what the trait's attribute says in code: a path, a pattern, an expression, a rung of the fallback. Called by
    /// the expansion.
    #[must_use]
    pub fn of_trait(self, policy: &'static str, parameter: &'static str, code: &str) -> Self {
        self.with(policy, parameter, code, Origin::Trait)
    }

    /// Adds what the method's attribute says in code, likewise.
    #[must_use]
    pub fn of_method(self, policy: &'static str, parameter: &'static str, code: &str) -> Self {
        self.with(policy, parameter, code, Origin::Method)
    }

    /// Adds what the attribute of an `impl` block or a function says in code, likewise.
    #[must_use]
    pub fn of_attribute(self, policy: &'static str, parameter: &'static str, code: &str) -> Self {
        self.with(policy, parameter, code, Origin::Attribute)
    }

    /// Leaves the rung `backup` out of the fallback, unless there is an implementation that it asks. Called by the
    /// expansion.
    #[must_use]
    pub fn backed(mut self, by_another: bool) -> Self {
        self.parameters.retain(|row| by_another || row.policy != "fallback" || row.value != BACKUP);
        self
    }

    fn with(
        mut self,
        policy: &'static str,
        parameter: &'static str,
        code: &str,
        origin: Origin,
    ) -> Self {
        // They stand for a value that is known already, unless somebody has put another one in its place.
        const STAND_INS: [(&str, &str); 4] =
            [("retry", "backoff"), ("timeout", "tier"), ("breaker", "key"), ("rate", "key")];

        let row = ExplainedParameter { policy, parameter, value: code.to_owned(), origin };
        if STAND_INS.contains(&(policy, parameter)) {
            let there = |there: &&mut ExplainedParameter| {
                (there.policy, there.parameter, there.origin) == (policy, parameter, origin)
            };
            if let Some(there) = self.parameters.iter_mut().find(there) {
                *there = row;
            }
            return self;
        }
        let rows = &mut self.parameters;
        match rows.iter().rposition(|row| row.policy == policy) {
            Some(last) if !rows[last].parameter.is_empty() => rows.insert(last + 1, row),
            None if policy == "fallback" => rows.insert(0, row),
            // Nothing is asked of a policy that is not there.
            _ => {}
        }
        self
    }

    /// Leaves it to a constant how long an attempt takes, for nobody has looked at it yet.
    #[must_use]
    pub fn left_to(mut self, tier: &str) -> Self {
        let there = |parameter| self.parameter("timeout", parameter).is_some();
        // A limit of the whole call does not ask how long its attempts take.
        if there("tier") && !there("call") {
            self.longest = None;
            self.tier = Some(tier.to_owned());
        }
        self
    }
}

impl Layers {
    /// The policies of the method, and where they come from.
    #[must_use]
    pub fn explain(&self, method: impl Into<String>) -> ExplainedMethod {
        let (parameters, settings) = rows::of(self);
        ExplainedMethod {
            method: method.into(),
            skipped: false,
            attempts: attempts(&settings),
            longest: longest(&settings),
            parameters,
            tier: None,
        }
    }
}

fn attempts(settings: &PolicySettings) -> u32 {
    let requests = 1 + settings.hedge.map_or(0, |hedge| hedge.max);
    settings.retry.map_or(1, |retry| retry.max).saturating_mul(requests)
}

/// How long a call can take: its own limit, or everything that it may wait for at its longest. The fallback's time is
/// its own.
fn longest(settings: &PolicySettings) -> Option<Duration> {
    let timeout = settings.timeout?;
    let summed = || {
        let queue = settings.bulkhead.map_or(Duration::ZERO, |bulkhead| bulkhead.wait);
        let wait = settings.rate.map_or(Duration::ZERO, |rate| rate.wait);
        let (attempts, delay) =
            settings.retry.map_or((1, Duration::ZERO), |retry| (retry.max, retry.max_delay));
        let mut longest = queue.checked_add(delay.checked_mul(attempts.checked_sub(1)?)?)?;
        for number in 1..=attempts {
            longest = longest.checked_add(timeout.longest_attempt(number)?.checked_add(wait)?)?;
        }
        Some(longest)
    };
    timeout.call.or_else(summed)
}
