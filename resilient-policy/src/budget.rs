use std::fmt;

/// How many retries and hedges a service may be sent, together, beside its calls.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Budget {
    /// As many as there are.
    Off,
    /// This share of the calls of the last ten seconds, and ten for each second beside that, so that a service with
    /// little traffic can be retried at all.
    Ratio(f64),
}

impl Default for Budget {
    fn default() -> Self {
        Self::Ratio(0.2)
    }
}

impl Budget {
    pub(crate) fn is_wrong(self) -> bool {
        matches!(self, Self::Ratio(ratio) if !(ratio > 0.0 && ratio <= 1.0))
    }
}

pub(crate) const WRONG_BUDGET: &str = "is no share of the calls; write a number over 0.0 and up to 1.0, such as `budget = 0.2`, or `budget = off`";

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::Ratio(ratio) => write!(f, "{ratio:?}"),
        }
    }
}
