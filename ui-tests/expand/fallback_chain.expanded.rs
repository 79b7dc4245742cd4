//! A chain of fallbacks: a closure that names an argument, another implementation, a plain value.
use resilient_runtime::{Failure, resilient};
use ui_tests::shapes::{Market, ScoutError};
pub trait Prices {
    fn price(
        &self,
        league: String,
    ) -> impl ::core::future::Future<
        Output = Result<Market, ScoutError>,
    > + ::core::marker::Send;
}
/// Puts policies around an implementation of [`Prices`], as the service `prices`, and implements it too.
///
/// - `price`: 3 fallbacks, retry (after 1s, then times 2); at most 2 attempts, without a limit in time.
///
/// Every parameter, and where it comes from: [`explain`](Self::explain).
#[derive(::core::clone::Clone, ::core::fmt::Debug)]
pub struct ResilientPrices<T> {
    inner: T,
    service: ::resilient_runtime::Service,
    price: ::resilient_runtime::Pipeline,
}
#[allow(dead_code)]
impl<T> ResilientPrices<T> {
    /// Puts the policies around `inner`, in the global registry.
    ///
    /// # Panics
    ///
    /// Where the service `prices` was declared before in the registry with other parameters of its breaker, rate, bulkhead or budget,
    /// or where the registry was told to change them to what cannot work; `try_with_registry` returns that.
    #[must_use]
    #[track_caller]
    pub fn new(inner: T) -> Self {
        Self::with_registry(inner, ::resilient_runtime::Registry::global())
    }
    /// Puts the policies around `inner`, in a registry.
    ///
    /// # Panics
    ///
    /// As for `new`.
    #[must_use]
    #[track_caller]
    pub fn with_registry(inner: T, registry: &::resilient_runtime::Registry) -> Self {
        match Self::try_with_registry(inner, registry) {
            ::core::result::Result::Ok(decorator) => decorator,
            ::core::result::Result::Err(error) => ::core::panic!("{}", error),
        }
    }
    /// Puts the policies around `inner`, in a registry.
    ///
    /// # Errors
    ///
    /// Where the service `prices` was declared before in the registry with other parameters of its breaker, rate, bulkhead or budget,
    /// or where the registry was told to change them to what cannot work.
    pub fn try_with_registry(
        inner: T,
        registry: &::resilient_runtime::Registry,
    ) -> ::core::result::Result<Self, ::resilient_runtime::ConfigError> {
        Self::builder(inner).registry(registry).build()
    }
    /// Puts the policies around `inner`, in a registry, with a cache namespace or with policies changed.
    pub fn builder(inner: T) -> ::resilient_runtime::DecoratorBuilder<T, Self> {
        ::resilient_runtime::DecoratorBuilder::new(
            inner,
            &["price"],
            |inner, context| {
                let declaration = context
                    .declare(
                        "prices",
                        ::resilient_runtime::PolicyConfig::new()
                            .retry(::resilient_runtime::RetryConfig::new().max(2)),
                    )?;
                ::core::result::Result::Ok(Self {
                    price: declaration
                        .method("price", ::resilient_runtime::PolicyConfig::new())?,
                    service: declaration.service(),
                    inner,
                })
            },
        )
    }
    /// What is behind the policies.
    pub fn inner(&self) -> &T {
        &self.inner
    }
    /// Takes the policies off.
    pub fn into_inner(self) -> T {
        self.inner
    }
    /// The service, with its circuit breaker and what its methods have done.
    pub fn service(&self) -> &::resilient_runtime::Service {
        &self.service
    }
    /// What holds of each method, and where each value comes from. This is what the attributes say; a builder and the
    /// registry can change it, and then what is returned says so.
    ///
    /// The policies of the service `prices`, from the outside in.
    ///
    /// `price`: at most 2 attempts, without a limit in time.
    ///
    /// | policy   | parameter                                                 | from    |
    /// | -------- | --------------------------------------------------------- | ------- |
    /// | fallback | `\|failure\| async move { last_known(failure, &league) }` | method  |
    /// |          | `backup = Offline`                                        | method  |
    /// |          | `value = Market::default()`                               | method  |
    /// | retry    | `max = 2`                                                 | trait   |
    /// |          | `base = "1s"`                                             | default |
    /// |          | `backoff = 2.0`                                           | default |
    /// |          | `max_delay = "1m"`                                        | default |
    /// |          | `jitter = equal`                                          | default |
    /// |          | `budget = 0.2`                                            | default |
    pub fn explain(&self) -> ::resilient_runtime::Explanation {
        ::resilient_runtime::Explanation::new(
            "prices",
            [
                self
                    .price
                    .explain()
                    .of_method(
                        "fallback",
                        "rung",
                        "|failure| async move { last_known(failure, &league) }",
                    )
                    .of_method("fallback", "rung", "backup = Offline")
                    .of_method("fallback", "rung", "value = Market::default()"),
            ],
        )
    }
}
#[automatically_derived]
#[allow(refining_impl_trait)]
impl<T> Prices for ResilientPrices<T>
where
    T: Prices + ::core::marker::Sync,
{
    async fn price(&self, league: String) -> Result<Market, ScoutError> {
        let mut call = self
            .price
            .begin(::resilient_runtime::fallible::<Result<Market, ScoutError>>());
        while let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let league = ::resilient_runtime::again::<String>(&league);
            let outcome = attempt.run(Prices::price(&self.inner, league)).await;
            call.settle(outcome);
        }
        if let ::core::option::Option::Some(failure) = call.failure() {
            let league = ::resilient_runtime::again::<String>(&league);
            let fallback = |
                failure: ::resilient_runtime::FailureOf<Result<Market, ScoutError>>|
            async move { last_known(failure, &league) };
            call.recover(fallback(failure).await);
        }
        if call.failure().is_some() {
            call.recover(Prices::price(&Offline, league).await);
        }
        if call.failure().is_some() {
            let answer: ::resilient_runtime::ValueOf<Result<Market, ScoutError>> = Market::default();
            call.recover(::core::result::Result::Ok(answer));
        }
        call.finish()
    }
}
pub struct Offline;
impl Prices for Offline {
    async fn price(&self, league: String) -> Result<Market, ScoutError> {
        Ok(Market::named(&league))
    }
}
fn last_known(failure: Failure<ScoutError>, league: &str) -> Result<Market, ScoutError> {
    if failure.attempts > 1 { Ok(Market::named(league)) } else { Err(failure.error) }
}
