use std::fmt;

/// The name of a parameter: the policy's key and the parameter inside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Parameter {
    /// The policy's key in the attribute, such as `retry`.
    pub policy: &'static str,
    /// The parameter inside it, such as `max`.
    pub field: &'static str,
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.policy, self.field)
    }
}

/// One thing that cannot work: a parameter out of its range, or two that contradict each other.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// The parameter to change; of two that contradict each other, the later one.
    pub parameter: Parameter,
    /// The value that it has; empty where it should have one and has none.
    pub value: String,
    /// What is wrong, and what to write instead.
    pub advice: String,
    /// The parameter that this one contradicts.
    pub against: Option<Parameter>,
}

impl Problem {
    pub(crate) fn new(
        policy: &'static str,
        field: &'static str,
        value: impl fmt::Display,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            parameter: Parameter { policy, field },
            value: value.to_string(),
            advice: advice.into(),
            against: None,
        }
    }

    pub(crate) fn against(mut self, policy: &'static str, field: &'static str) -> Self {
        self.against = Some(Parameter { policy, field });
        self
    }
}

/// The value of a parameter that was not given.
pub(crate) const MISSING: &str = "";

impl Problem {
    /// Whether the parameter should have been given and was not.
    pub fn is_missing(&self) -> bool {
        self.value == MISSING
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parameter { policy, field } = self.parameter;
        // What stands in parentheses of its own: `timeout(adaptive(min = ...))`.
        let adaptive = ["percentile", "factor", "min", "max"];
        let policy =
            if policy == "timeout" && adaptive.contains(&field) { "adaptive" } else { policy };
        match self.value.as_str() {
            MISSING => write!(f, "`{field}` of `{policy}` {}", self.advice),
            value => write!(f, "`{policy}({field} = {value})` {}", self.advice),
        }
    }
}

/// Collects the problems of one policy.
#[derive(Debug)]
pub(crate) struct Check {
    policy: &'static str,
    pub(crate) problems: Vec<Problem>,
}

impl Check {
    pub(crate) fn new(policy: &'static str) -> Self {
        Self { policy, problems: Vec::new() }
    }

    /// Refuses `value` with `advice` where `wrong` holds for it.
    pub(crate) fn refuse<T: fmt::Display>(
        &mut self,
        field: &'static str,
        value: Option<T>,
        wrong: impl FnOnce(&T) -> bool,
        advice: &str,
    ) {
        if let Some(value) = value.filter(wrong) {
            self.problems.push(Problem::new(self.policy, field, value, advice));
        }
    }

    /// Refuses `value` where it says nothing because of `other`, another parameter of the policy.
    pub(crate) fn idle<T: fmt::Display>(
        &mut self,
        field: &'static str,
        value: Option<T>,
        other: &'static str,
        idle: bool,
        advice: &str,
    ) {
        if let Some(value) = value.filter(|_| idle) {
            self.problems
                .push(Problem::new(self.policy, field, value, advice).against(self.policy, other));
        }
    }

    /// Refuses the length of a line in which nobody may wait.
    pub(crate) fn idle_queue(&mut self, queue: Option<u32>, wait: std::time::Duration) {
        let advice = "says nothing while no call may wait; write how long one may, such as `wait = \"1s\"`, or leave it out";
        self.idle("queue", queue, "wait", wait.is_zero(), advice);
    }

    /// Refuses a duration that is shorter than another one, which it must hold.
    pub(crate) fn shorter(
        &mut self,
        field: &'static str,
        value: Option<std::time::Duration>,
        other: &'static str,
        least: std::time::Duration,
        why: &str,
    ) {
        let Some(value) = value.filter(|value| *value < least && !value.is_zero()) else { return };
        let format = crate::duration::format;
        let advice = format!("is shorter than `{other} = \"{}\"`, {why}", format(least));
        let shown = format!("\"{}\"", format(value));
        self.problems
            .push(Problem::new(self.policy, field, shown, advice).against(self.policy, other));
    }

    /// Refuses a duration of zero, or one over a hundred years, which only code can write.
    pub(crate) fn duration(
        &mut self,
        field: &'static str,
        value: Option<std::time::Duration>,
        zero: Option<&str>,
    ) {
        let Some(value) = value else { return };
        let shown = format!("\"{}\"", crate::duration::format(value));
        match zero {
            Some(advice) if value.is_zero() => {
                self.problems.push(Problem::new(self.policy, field, shown, advice));
            }
            _ if value > crate::duration::LONGEST => {
                self.problems.push(Problem::new(
                    self.policy,
                    field,
                    shown,
                    "is too long; write at most 100 years",
                ));
            }
            _ => {}
        }
    }
}
