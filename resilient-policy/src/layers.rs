use crate::{Budget, Origin, PolicyConfig, Setting, layer::Layer};

/// What is said of the policies of one method, wherever it can be said: from the bottom to the top by the attribute on
/// its trait, its own, the decorator's builder for every method and for this one, and the registry.
///
/// The merge of what is called, and of what is explained.
#[derive(Debug, Clone, PartialEq)]
pub struct Layers {
    origin: Origin,
    common: Layer,
    own: Layer,
    builder: Layer,
    builder_own: Layer,
    registry: Layer,
}

impl Layers {
    /// What the methods have in common, and where it is said.
    #[must_use]
    pub fn new(origin: Origin, common: PolicyConfig) -> Self {
        let nothing = Layer::default;
        Self {
            origin,
            common: common.into(),
            own: nothing(),
            builder: nothing(),
            builder_own: nothing(),
            registry: nothing(),
        }
    }

    /// What the method says itself.
    #[must_use]
    pub fn method(mut self, own: PolicyConfig) -> Self {
        self.own = own.into();
        self
    }

    /// What the decorator's builder was told, for every method and for this one.
    #[must_use]
    pub fn builder(mut self, every: PolicyConfig, own: PolicyConfig) -> Self {
        (self.builder, self.builder_own) = (every.into(), own.into());
        self
    }

    /// What the registry was told.
    #[must_use]
    pub fn registry(mut self, over: PolicyConfig) -> Self {
        self.registry = over.into();
        self
    }

    /// What comes of it: builder and registry adjust what the attributes name, and add nothing.
    #[must_use]
    pub fn config(&self) -> PolicyConfig {
        self.common
            .config()
            .overlaid(&self.own.config())
            .adjusted(&self.builder.config())
            .adjusted(&self.builder_own.config())
            .adjusted(&self.registry.config())
    }

    /// What the method's retries and hedges may cost, and whether that is a budget of its own.
    #[must_use]
    pub fn budget(&self) -> Option<(Budget, bool)> {
        let config = self.config();
        let budget = config.budget()?;
        if self.own_budget(&config) {
            return Some((budget, true));
        }
        let given = self.shared_budget().and_then(|(_, layer)| layer.budget());
        Some((given.unwrap_or(budget), false))
    }

    /// Whether the method gives a budget itself, for a retry or a hedge that it has.
    pub(crate) fn own_budget(&self, config: &PolicyConfig) -> bool {
        let told = self.builder_own.config().resolved();
        let gives = |on: bool, budget: Option<Budget>| on && budget.is_some();
        self.own.config().budget_given()
            || gives(
                config.retry.as_on().is_some(),
                told.retry.as_on().and_then(|retry| retry.budget),
            )
            || gives(
                config.hedge.as_on().is_some(),
                told.hedge.as_on().and_then(|hedge| hedge.budget),
            )
    }

    /// The layer that says what the methods share that give no budget of their own, also where the method only has the
    /// other one of retry and hedge.
    pub(crate) fn shared_budget(&self) -> Option<(Origin, PolicyConfig)> {
        let layers = [
            (Origin::Registry, &self.registry),
            (Origin::Builder, &self.builder),
            (self.origin, &self.common),
        ];
        let mut layers = layers.map(|(origin, layer)| (origin, layer.config())).into_iter();
        layers.find(|(_, layer)| layer.budget_given())
    }

    /// What the layers say of one policy.
    pub(crate) fn said<C: Copy>(&self, of: fn(&PolicyConfig) -> Setting<C>) -> Said<C> {
        let mut said = Said { on: None, off: None };
        said.lay(self.origin, &self.common.config(), of, false);
        said.lay(Origin::Method, &self.own.config(), of, false);
        said.lay(Origin::Builder, &self.builder.config(), of, true);
        said.lay(Origin::Builder, &self.builder_own.config(), of, true);
        said.lay(Origin::Registry, &self.registry.config(), of, true);
        said
    }
}

/// What the layers say of one policy.
#[derive(Debug)]
pub(crate) struct Said<C> {
    /// The parts that it is merged of, where it is on, from the bottom to the top.
    pub(crate) on: Option<Vec<(Origin, C)>>,
    /// Who took it away, where it was on before.
    pub(crate) off: Option<Origin>,
}

impl<C: Copy> Said<C> {
    fn lay(
        &mut self,
        origin: Origin,
        layer: &PolicyConfig,
        of: fn(&PolicyConfig) -> Setting<C>,
        adjusts: bool,
    ) {
        let below = layer.preset.map(|preset| (Origin::Preset(preset), of(&preset.config())));
        let (from, parts) = match (below, of(layer)) {
            (None, Setting::Unset) => return,
            (Some((preset, setting)), Setting::Unset) => match setting {
                Setting::Unset => return,
                Setting::Off => (preset, None),
                Setting::On(config) => (preset, Some(vec![(preset, config)])),
            },
            (_, Setting::Off) => (origin, None),
            (Some((preset, Setting::On(below))), Setting::On(config)) => {
                (origin, Some(vec![(preset, below), (origin, config)]))
            }
            (_, Setting::On(config)) => (origin, Some(vec![(origin, config)])),
        };
        match (parts, &mut self.on) {
            (Some(parts), Some(on)) => on.extend(parts),
            (Some(_), None) if adjusts => {}
            (Some(parts), None) => (self.on, self.off) = (Some(parts), None),
            (None, Some(_)) => (self.on, self.off) = (None, Some(from)),
            (None, None) => {}
        }
    }
}
