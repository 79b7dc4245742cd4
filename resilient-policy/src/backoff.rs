use std::{fmt, time::Duration};

/// How the delays between attempts grow. Each is spread by the jitter afterwards, and none exceeds `max_delay`.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Backoff {
    /// Each delay exceeds the one before by this factor: `base`, `base * f`, `base * f^2`.
    Exponential(f64),
    /// Always `base`.
    Fixed,
    /// `base`, `2 * base`, `3 * base`.
    Linear,
    /// `base` times 1, 1, 2, 3, 5, 8.
    Fibonacci,
    /// Exponential with the factor 2, and stretched up to eight times as fewer attempts of the method succeed, and up
    /// to eight times again as the service answers that it is throttled.
    Adaptive,
    /// What a function of the attempt's number says: it is given 1 for the delay after the first attempt.
    Custom(CustomBackoff),
}

impl Backoff {
    /// Every strategy that the attribute names with a word.
    pub const NAMES: [(&'static str, Self); 4] = [
        ("fixed", Self::Fixed),
        ("linear", Self::Linear),
        ("fibonacci", Self::Fibonacci),
        ("adaptive", Self::Adaptive),
    ];
}

impl Backoff {
    /// The delay after an attempt in seconds, before cap and jitter. It may be infinite, and no number at all where
    /// the parameters are not. Only `Adaptive` is stretched.
    #[doc(hidden)]
    pub fn seconds(&self, base: Duration, attempt: u32, stretch: f64) -> f64 {
        let attempt = attempt.max(1);
        if let Self::Custom(CustomBackoff(delay)) = self {
            return delay(attempt).as_secs_f64();
        }
        if base.is_zero() {
            // Nothing grows out of nothing, and nothing times infinity is no number.
            return 0.0;
        }
        let steps = f64::from(attempt - 1);
        let grown = match self {
            Self::Exponential(factor) => factor.powf(steps),
            Self::Linear => f64::from(attempt),
            Self::Fibonacci => fibonacci(attempt),
            Self::Adaptive => 2.0_f64.powf(steps) * stretch.max(1.0),
            Self::Fixed | Self::Custom(_) => 1.0,
        };
        base.as_secs_f64() * grown
    }
}

fn fibonacci(n: u32) -> f64 {
    // The 180th is 10^37 and still fits: more than the longest duration has nanoseconds.
    let (_, number) = (1..n.min(180)).fold((0_u128, 1_u128), |(a, b), _| (b, a + b));
    #[expect(clippy::cast_precision_loss, reason = "a delay is not kept to 2^-53 of itself")]
    let number = number as f64;
    number
}

impl Default for Backoff {
    fn default() -> Self {
        Self::Exponential(2.0)
    }
}

impl fmt::Display for Backoff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exponential(factor) => write!(f, "{factor:?}"),
            Self::Custom(_) => f.write_str("custom"),
            named => {
                let name = Self::NAMES.iter().find(|(_, kind)| kind == named);
                f.write_str(name.map_or("", |(name, _)| name))
            }
        }
    }
}

/// A function that says the delay after an attempt of a number, counted from 1.
#[derive(Clone, Copy)]
pub struct CustomBackoff(pub fn(u32) -> Duration);

impl PartialEq for CustomBackoff {
    fn eq(&self, other: &Self) -> bool {
        // Two declarations of one service may see two copies of one function: then they do conflict, and say so.
        std::ptr::fn_addr_eq(self.0, other.0)
    }
}

impl fmt::Debug for CustomBackoff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a function")
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for CustomBackoff {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}
