//! The design card.
use resilient_runtime::{Failure, resilient};
use ui_tests::shapes::{Market, ScoutError};
pub trait ScoutApi {
    /// What things cost in a league.
    fn market_data(
        &self,
        league: &str,
    ) -> impl ::core::future::Future<
        Output = Result<Market, ScoutError>,
    > + ::core::marker::Send;
    fn build_trends(
        &self,
    ) -> impl ::core::future::Future<
        Output = Result<Vec<String>, ScoutError>,
    > + ::core::marker::Send;
}
/// Puts policies around an implementation of [`ScoutApi`], as the service `scout_api`, and implements it too.
///
/// - `market_data`: fallback, cache (5m in memory, 30m on disk), retry (after 1s, then times 2), breaker (3 failures open it for 1m), rate (0.5 per 1s, waiting up to 5s); at most 3 attempts, without a limit in time.
/// - `build_trends`: fallback, retry (after 1s, then times 2), breaker (3 failures open it for 1m), rate (0.5 per 1s, waiting up to 5s), 2s for an attempt; at most 3 attempts, over in 2m 21s.
///
/// Every parameter, and where it comes from: [`explain`](Self::explain).
#[derive(::core::clone::Clone, ::core::fmt::Debug)]
pub struct ResilientScoutApi<T> {
    inner: T,
    service: ::resilient_runtime::Service,
    market_data: ::resilient_runtime::Pipeline,
    build_trends: ::resilient_runtime::Pipeline,
}
#[allow(dead_code)]
impl<T> ResilientScoutApi<T> {
    /// Puts the policies around `inner`, in the global registry.
    ///
    /// # Panics
    ///
    /// Where the service `scout_api` was declared before in the registry with other parameters of its breaker, rate, bulkhead or budget,
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
    /// Where the service `scout_api` was declared before in the registry with other parameters of its breaker, rate, bulkhead or budget,
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
            &["market_data", "build_trends"],
            |inner, context| {
                let declaration = context
                    .declare(
                        "scout_api",
                        ::resilient_runtime::PolicyConfig::new()
                            .breaker(
                                ::resilient_runtime::BreakerConfig::new()
                                    .threshold(3)
                                    .recovery(::core::time::Duration::from_secs(60)),
                            )
                            .retry(
                                ::resilient_runtime::RetryConfig::new().max(3).backoff(2.0),
                            )
                            .rate(::resilient_runtime::RateConfig::new().limit(0.5))
                            .cache(
                                ::resilient_runtime::CacheConfig::new()
                                    .memory(::core::time::Duration::from_secs(300))
                                    .disk(::core::time::Duration::from_secs(1800)),
                            ),
                    )?;
                ::core::result::Result::Ok(Self {
                    market_data: declaration
                        .method(
                            "market_data",
                            ::resilient_runtime::PolicyConfig::new(),
                        )?,
                    build_trends: declaration
                        .method(
                            "build_trends",
                            ::resilient_runtime::PolicyConfig::new()
                                .cache_off()
                                .timeout(
                                    ::resilient_runtime::TimeoutConfig::new()
                                        .attempt(::core::time::Duration::from_secs(2)),
                                ),
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
    /// The policies of the service `scout_api`, from the outside in.
    ///
    /// `market_data`: at most 3 attempts, without a limit in time.
    ///
    /// | policy   | parameter          | from    |
    /// | -------- | ------------------ | ------- |
    /// | fallback | `scout_fallback`   | trait   |
    /// | cache    | `memory = "5m"`    | trait   |
    /// |          | `disk = "30m"`     | trait   |
    /// |          | `capacity = 1000`  | default |
    /// | retry    | `max = 3`          | trait   |
    /// |          | `base = "1s"`      | default |
    /// |          | `backoff = 2.0`    | trait   |
    /// |          | `max_delay = "1m"` | default |
    /// |          | `jitter = equal`   | default |
    /// |          | `budget = 0.2`     | default |
    /// | breaker  | `threshold = 3`    | trait   |
    /// |          | `recovery = "1m"`  | trait   |
    /// |          | `half_open = 1`    | default |
    /// | rate     | `limit = 0.5`      | trait   |
    /// |          | `per = "1s"`       | default |
    /// |          | `burst = 1`        | default |
    /// |          | `wait = "5s"`      | default |
    ///
    /// `build_trends`: at most 3 attempts, over in 2m 21s.
    ///
    /// | policy   | parameter          | from    |
    /// | -------- | ------------------ | ------- |
    /// | fallback | `scout_fallback`   | trait   |
    /// | cache    | `off`              | method  |
    /// | retry    | `max = 3`          | trait   |
    /// |          | `base = "1s"`      | default |
    /// |          | `backoff = 2.0`    | trait   |
    /// |          | `max_delay = "1m"` | default |
    /// |          | `jitter = equal`   | default |
    /// |          | `budget = 0.2`     | default |
    /// | breaker  | `threshold = 3`    | trait   |
    /// |          | `recovery = "1m"`  | trait   |
    /// |          | `half_open = 1`    | default |
    /// | rate     | `limit = 0.5`      | trait   |
    /// |          | `per = "1s"`       | default |
    /// |          | `burst = 1`        | default |
    /// |          | `wait = "5s"`      | default |
    /// | timeout  | `attempt = "2s"`   | method  |
    pub fn explain(&self) -> ::resilient_runtime::Explanation {
        ::resilient_runtime::Explanation::new(
            "scout_api",
            [
                self
                    .market_data
                    .explain()
                    .of_trait("fallback", "rung", "scout_fallback"),
                self
                    .build_trends
                    .explain()
                    .of_trait("fallback", "rung", "scout_fallback"),
            ],
        )
    }
}
#[allow(dead_code)]
impl<T> ResilientScoutApi<T>
where
    Self: ScoutApi + ::core::marker::Sync,
{
    /// Forgets what is cached of `market_data` for these arguments, in memory and on disk.
    pub fn invalidate_market_data(&self, league: &str) {
        self.market_data
            .invalidate(&::resilient_runtime::Key::new().part::<str>(league));
    }
    /// Calls `market_data` for what it leaves in the cache: neither an expired answer nor a fallback hides that it failed.
    pub async fn warm_market_data(&self, league: &str) -> Result<Market, ScoutError> {
        ::resilient_runtime::warm(ScoutApi::market_data(self, league)).await
    }
    /// Forgets every cached answer, in memory and on disk.
    pub fn invalidate_all(&self) {
        self.market_data.invalidate_all();
    }
}
#[automatically_derived]
#[allow(refining_impl_trait)]
impl<T> ScoutApi for ResilientScoutApi<T>
where
    T: ScoutApi + ::core::marker::Sync,
{
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError> {
        let mut call = self
            .market_data
            .begin(::resilient_runtime::fallible::<Result<Market, ScoutError>>());
        call.lookup(
                ::resilient_runtime::storable::<Result<Market, ScoutError>>(),
                ::resilient_runtime::Key::new().part::<str>(league),
            )
            .await;
        while let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let outcome = attempt.run(ScoutApi::market_data(&self.inner, league)).await;
            call.settle(outcome);
        }
        call.stale().await;
        if let ::core::option::Option::Some(failure) = call.failure() {
            call.recover(scout_fallback(failure).await);
        }
        call.finish()
    }
    async fn build_trends(&self) -> Result<Vec<String>, ScoutError> {
        let mut call = self
            .build_trends
            .begin(::resilient_runtime::fallible::<Result<Vec<String>, ScoutError>>());
        while let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let outcome = attempt.run(ScoutApi::build_trends(&self.inner)).await;
            call.settle(outcome);
        }
        if let ::core::option::Option::Some(failure) = call.failure() {
            call.recover(scout_fallback(failure).await);
        }
        call.finish()
    }
}
pub async fn scout_fallback<T: Default>(
    failure: Failure<ScoutError>,
) -> Result<T, ScoutError> {
    eprintln!("{failure}");
    Ok(T::default())
}
