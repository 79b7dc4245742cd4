use std::sync::Arc;

use crate::{
    BreakerConfig, BulkheadConfig, CacheConfig, HedgeConfig, PolicyConfig, Preset, RateConfig,
    RetryConfig, Setting, TimeoutConfig,
};

/// What one layer says and nothing else: it is kept for every method, and most say little.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Layer(Option<Arc<[Part]>>);

macro_rules! parts {
    ($( $policy:ident: $part:ident($config:ty); )+) => {
        #[derive(Debug, Clone, PartialEq)]
        enum Part {
            Preset(Preset),
            $( $part(Setting<$config>), )+
        }

        impl From<PolicyConfig> for Layer {
            fn from(config: PolicyConfig) -> Self {
                let mut parts: Vec<_> = config.preset.into_iter().map(Part::Preset).collect();
                $(
                    if config.$policy != Setting::Unset {
                        parts.push(Part::$part(config.$policy));
                    }
                )+
                Self((!parts.is_empty()).then(|| parts.into()))
            }
        }

        impl Layer {
            pub(crate) fn config(&self) -> PolicyConfig {
                let mut config = PolicyConfig::new();
                for part in self.0.iter().flat_map(|parts| parts.iter()) {
                    match part {
                        Part::Preset(preset) => config.preset = Some(*preset),
                        $( Part::$part(setting) => config.$policy = *setting, )+
                    }
                }
                config
            }
        }
    };
}

parts! {
    breaker: Breaker(BreakerConfig);
    retry: Retry(RetryConfig);
    rate: Rate(RateConfig);
    cache: Cache(CacheConfig);
    timeout: Timeout(TimeoutConfig);
    bulkhead: Bulkhead(BulkheadConfig);
    hedge: Hedge(HedgeConfig);
}
