//! Policies as the literals that make them at run time: exactly what the attribute says, and no default.

use std::time::Duration;

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use resilient_policy::{
    BreakerConfig, CacheConfig, Jitter, PolicyConfig, RateConfig, RetryConfig, Setting,
    TimeoutConfig,
};
use syn::Path;

pub(super) fn empty(krate: &Path) -> TokenStream {
    quote!(#krate::PolicyConfig::new())
}

/// ```text
/// Input:   retry(max = 3), cache = off
/// Output:  PolicyConfig::new().retry(RetryConfig::new().max(3)).cache_off()
/// ```
pub(super) fn config(krate: &Path, config: &PolicyConfig) -> TokenStream {
    let policies = [
        setting(quote!(breaker), quote!(breaker_off), &config.breaker, |c| breaker(krate, c)),
        setting(quote!(retry), quote!(retry_off), &config.retry, |c| retry(krate, c)),
        setting(quote!(rate), quote!(rate_off), &config.rate, |c| rate(krate, c)),
        setting(quote!(cache), quote!(cache_off), &config.cache, |c| cache(krate, c)),
        setting(quote!(timeout), quote!(timeout_off), &config.timeout, |c| timeout(krate, c)),
    ];
    quote!(#krate::PolicyConfig::new() #(#policies)*)
}

fn setting<T: Clone>(
    on: TokenStream,
    off: TokenStream,
    setting: &Setting<T>,
    literal: impl FnOnce(&T) -> TokenStream,
) -> TokenStream {
    match setting {
        Setting::Unset => TokenStream::new(),
        Setting::Off => quote!(.#off()),
        Setting::On(config) => {
            let literal = literal(config);
            quote!(.#on(#literal))
        }
    }
}

fn breaker(krate: &Path, config: &BreakerConfig) -> TokenStream {
    let threshold = config
        .threshold
        .map(|t| match t {
            resilient_policy::Threshold::Failures(n) => whole(n),
            _ => whole(0),
        })
        .map(|n| quote!(.threshold(#n)));
    let recovery = config.recovery.map(duration).map(|d| quote!(.recovery(#d)));
    let half_open = config.half_open.map(whole).map(|n| quote!(.half_open(#n)));
    let half_open_timeout =
        config.half_open_timeout.map(duration).map(|d| quote!(.half_open_timeout(#d)));
    quote!(#krate::BreakerConfig::new() #threshold #recovery #half_open #half_open_timeout)
}

fn retry(krate: &Path, config: &RetryConfig) -> TokenStream {
    let max = config.max.map(whole).map(|n| quote!(.max(#n)));
    let base = config.base.map(duration).map(|d| quote!(.base(#d)));
    let backoff = config
        .backoff
        .map(|b| match b {
            resilient_policy::Backoff::Exponential(f) => Literal::f64_unsuffixed(f),
            _ => Literal::f64_unsuffixed(1.0),
        })
        .map(|f| quote!(.backoff(#f)));
    let max_delay = config.max_delay.map(duration).map(|d| quote!(.max_delay(#d)));
    let jitter = config.jitter.map(|jitter| {
        let kind = match jitter {
            Jitter::Full => quote!(Full),
            Jitter::Decorrelated => quote!(Decorrelated),
            Jitter::None => quote!(None),
            _ => quote!(Equal),
        };
        quote!(.jitter(#krate::Jitter::#kind))
    });
    quote!(#krate::RetryConfig::new() #max #base #backoff #max_delay #jitter)
}

fn rate(krate: &Path, config: &RateConfig) -> TokenStream {
    let limit = config.limit.map(Literal::f64_unsuffixed).map(|f| quote!(.limit(#f)));
    let per = config.per.map(duration).map(|d| quote!(.per(#d)));
    let burst = config.burst.map(whole).map(|n| quote!(.burst(#n)));
    let wait = config.wait.map(duration).map(|d| quote!(.wait(#d)));
    quote!(#krate::RateConfig::new() #limit #per #burst #wait)
}

fn cache(krate: &Path, config: &CacheConfig) -> TokenStream {
    let memory = config.memory.map(duration).map(|d| quote!(.memory(#d)));
    let disk = config.disk.map(duration).map(|d| quote!(.disk(#d)));
    let capacity = config.capacity.map(Literal::usize_unsuffixed).map(|n| quote!(.capacity(#n)));
    quote!(#krate::CacheConfig::new() #memory #disk #capacity)
}

fn timeout(krate: &Path, config: &TimeoutConfig) -> TokenStream {
    let attempt = config.attempt.map(|t| duration(t.of(1))).map(|d| quote!(.attempt(#d)));
    let call = config.call.map(duration).map(|d| quote!(.call(#d)));
    quote!(#krate::TimeoutConfig::new() #attempt #call)
}

fn whole(number: u32) -> Literal {
    Literal::u32_unsuffixed(number)
}

/// The constructor that a person would pick: whole seconds before milliseconds before nanoseconds.
fn duration(duration: Duration) -> TokenStream {
    let secs = Literal::u64_unsuffixed(duration.as_secs());
    let nanos = duration.subsec_nanos();
    let exactly = |count: u128| u64::try_from(count).ok().map(Literal::u64_unsuffixed);
    if nanos == 0 {
        return quote!(::core::time::Duration::from_secs(#secs));
    }
    if nanos.is_multiple_of(1_000_000)
        && let Some(millis) = exactly(duration.as_millis())
    {
        return quote!(::core::time::Duration::from_millis(#millis));
    }
    let nanos = Literal::u32_unsuffixed(nanos);
    quote!(::core::time::Duration::new(#secs, #nanos))
}
