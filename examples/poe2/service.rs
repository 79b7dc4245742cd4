/// The three services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    /// Market data and build trends.
    Scout,
    /// Skills and items.
    Poe2Db,
    /// Popular builds.
    Ninja,
}

impl Service {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Scout, Self::Poe2Db, Self::Ninja];

    /// The name that its policies and its log lines carry.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Scout => "poe2_scout",
            Self::Poe2Db => "poe2db",
            Self::Ninja => "poe_ninja",
        }
    }
}
