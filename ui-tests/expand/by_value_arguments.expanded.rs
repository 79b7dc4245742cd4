//! Arguments by value: cloned for each attempt where the method is retried, moved where it is not.
use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};
pub trait Orders {
    fn quote(
        &self,
        league: String,
        amount: u32,
    ) -> impl ::core::future::Future<
        Output = Result<Market, ScoutError>,
    > + ::core::marker::Send;
    fn place(
        &self,
        order: Market,
    ) -> impl ::core::future::Future<
        Output = Result<(), ScoutError>,
    > + ::core::marker::Send;
}
/// Puts policies around an implementation of [`Orders`], as the service `orders`, and implements it too.
///
/// - `quote`: retry (after 1s, then times 2), breaker (5 failures open it for 1m); at most 2 attempts, without a limit in time.
/// - `place`: breaker (5 failures open it for 1m); at most 1 attempt, without a limit in time.
///
/// Every parameter, and where it comes from: [`explain`](Self::explain).
#[derive(::core::clone::Clone, ::core::fmt::Debug)]
pub struct ResilientOrders<T> {
    inner: T,
    service: ::resilient_runtime::Service,
    quote: ::resilient_runtime::Pipeline,
    place: ::resilient_runtime::Pipeline,
}
#[allow(dead_code)]
impl<T> ResilientOrders<T> {
    /// Puts the policies around `inner`, in the global registry.
    ///
    /// # Panics
    ///
    /// Where the service `orders` was declared before in the registry with other parameters of its breaker, rate, bulkhead or budget,
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
    /// Where the service `orders` was declared before in the registry with other parameters of its breaker, rate, bulkhead or budget,
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
            &["quote", "place"],
            |inner, context| {
                let declaration = context
                    .declare(
                        "orders",
                        ::resilient_runtime::PolicyConfig::new()
                            .breaker(
                                ::resilient_runtime::BreakerConfig::new().threshold(5),
                            )
                            .retry(::resilient_runtime::RetryConfig::new().max(2)),
                    )?;
                ::core::result::Result::Ok(Self {
                    quote: declaration
                        .method("quote", ::resilient_runtime::PolicyConfig::new())?,
                    place: declaration
                        .method(
                            "place",
                            ::resilient_runtime::PolicyConfig::new().retry_off(),
                        )?,
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
    /// The policies of the service `orders`, from the outside in.
    ///
    /// `quote`: at most 2 attempts, without a limit in time.
    ///
    /// | policy  | parameter                         | from    |
    /// | ------- | --------------------------------- | ------- |
    /// | retry   | `max = 2`                         | trait   |
    /// |         | `base = "1s"`                     | default |
    /// |         | `backoff = 2.0`                   | default |
    /// |         | `max_delay = "1m"`                | default |
    /// |         | `jitter = equal`                  | default |
    /// |         | `budget = 0.2`                    | default |
    /// |         | `when = ScoutError::is_transient` | trait   |
    /// | breaker | `threshold = 5`                   | trait   |
    /// |         | `recovery = "1m"`                 | default |
    /// |         | `half_open = 1`                   | default |
    ///
    /// `place`: at most 1 attempt, without a limit in time.
    ///
    /// | policy  | parameter         | from    |
    /// | ------- | ----------------- | ------- |
    /// | retry   | `off`             | method  |
    /// | breaker | `threshold = 5`   | trait   |
    /// |         | `recovery = "1m"` | default |
    /// |         | `half_open = 1`   | default |
    pub fn explain(&self) -> ::resilient_runtime::Explanation {
        ::resilient_runtime::Explanation::new(
            "orders",
            [
                self
                    .quote
                    .explain()
                    .of_trait("retry", "when", "ScoutError::is_transient"),
                self.place.explain(),
            ],
        )
    }
}
#[automatically_derived]
#[allow(refining_impl_trait)]
impl<T> Orders for ResilientOrders<T>
where
    T: Orders + ::core::marker::Sync,
{
    async fn quote(&self, league: String, amount: u32) -> Result<Market, ScoutError> {
        let mut call = self
            .quote
            .begin(
                ::resilient_runtime::fallible::<Result<Market, ScoutError>>()
                    .rules(|rules| rules.retry_when(ScoutError::is_transient)),
            );
        while let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let league = ::resilient_runtime::again::<String>(&league);
            let outcome = attempt.run(Orders::quote(&self.inner, league, amount)).await;
            call.settle(outcome);
        }
        call.finish()
    }
    async fn place(&self, order: Market) -> Result<(), ScoutError> {
        let mut call = self
            .place
            .begin(::resilient_runtime::fallible::<Result<(), ScoutError>>());
        if let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let outcome = attempt.run(Orders::place(&self.inner, order)).await;
            call.settle(outcome);
        }
        call.finish()
    }
}
