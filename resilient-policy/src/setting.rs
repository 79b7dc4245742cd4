/// What one layer of configuration says of one policy.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Setting<T> {
    /// Nothing: the layer below decides.
    #[default]
    Unset,
    /// `POLICY = off`: the policy is taken away.
    Off,
    /// These parameters; those not given come from the layer below, or from the defaults.
    On(T),
}

impl<T: Clone> Setting<T> {
    /// The parameters, where the policy is on.
    pub fn as_on(&self) -> Option<&T> {
        match self {
            Self::On(parameters) => Some(parameters),
            Self::Unset | Self::Off => None,
        }
    }

    pub(crate) fn overlaid(&self, over: &Self, merge: impl FnOnce(&T, &T) -> T) -> Self {
        match (self, over) {
            (_, Self::Unset) => self.clone(),
            (_, Self::Off) => Self::Off,
            (Self::On(below), Self::On(above)) => Self::On(merge(below, above)),
            (_, Self::On(above)) => Self::On(above.clone()),
        }
    }
}
