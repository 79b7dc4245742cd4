use std::fmt;

use crate::Preset;

/// Where the value of a parameter comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Origin {
    /// Nobody gave it.
    Default,
    /// The preset that an attribute or a builder names.
    Preset(Preset),
    /// The attribute on the trait.
    Trait,
    /// The attribute on an `impl` block or a function.
    Attribute,
    /// The attribute on the method.
    Method,
    /// The decorator's builder, or that of a `Policy`.
    Builder,
    /// `Registry::builder().configure(...)`.
    Registry,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Preset(preset) => return write!(f, "preset {preset}"),
            Self::Default => "default",
            Self::Trait => "trait",
            Self::Attribute => "attribute",
            Self::Method => "method",
            Self::Builder => "builder",
            Self::Registry => "registry",
        }
        .fmt(f)
    }
}
