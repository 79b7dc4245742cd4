use resilient_runtime::{Classify, Rejection, Tier, resilient};
use std::time::Duration;
/// Searches that send a second request when the first one takes long.
pub trait Search {
    fn find(
        &self,
        host: &str,
        query: String,
    ) -> impl ::core::future::Future<
        Output = Result<u32, SearchError>,
    > + ::core::marker::Send;
    fn count(
        &self,
        host: &str,
    ) -> impl ::core::future::Future<
        Output = Result<u32, SearchError>,
    > + ::core::marker::Send;
}
/// Puts policies around an implementation of [`Search`], as the service `search`, and implements it too.
///
/// - `find`: bulkhead (50 at once at most), retry (after what its function says), breaker (3 failures open it for 1m, one for each key), 100ms to 5s for an attempt, 2 times p99, hedge (up to 2 more after p95); at most 6 attempts, in the time that `SEARCHES` gives.
/// - `count`: bulkhead (50 at once at most), retry (after what its function says), 100ms to 5s for an attempt, 2 times p99; at most 2 attempts, over in 1m 16s.
///
/// Every parameter, and where it comes from: [`explain`](Self::explain).
#[derive(::core::clone::Clone, ::core::fmt::Debug)]
pub struct ResilientSearch<T> {
    inner: T,
    service: ::resilient_runtime::Service,
    find: ::resilient_runtime::Pipeline,
    count: ::resilient_runtime::Pipeline,
}
#[allow(dead_code)]
impl<T> ResilientSearch<T> {
    /// Puts the policies around `inner`, in the global registry.
    ///
    /// # Panics
    ///
    /// Where the service `search` was declared before in the registry with other parameters of its breaker, rate, bulkhead or budget,
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
    /// Where the service `search` was declared before in the registry with other parameters of its breaker, rate, bulkhead or budget,
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
            &["find", "count"],
            |inner, context| {
                let declaration = context
                    .declare(
                        "search",
                        ::resilient_runtime::PolicyConfig::new()
                            .breaker(
                                ::resilient_runtime::BreakerConfig::new()
                                    .threshold(3)
                                    .per(::resilient_runtime::Per::Call)
                                    .scope(::resilient_runtime::Scope::Method)
                                    .keyed(true),
                            )
                            .retry(
                                ::resilient_runtime::RetryConfig::new()
                                    .max(2)
                                    .backoff_with(patience)
                                    .idempotent(true),
                            )
                            .timeout(
                                ::resilient_runtime::TimeoutConfig::new()
                                    .tier(SEARCHES)
                                    .adaptive(
                                        ::resilient_runtime::AdaptiveConfig::new()
                                            .percentile(99.0)
                                            .max(::core::time::Duration::from_secs(5)),
                                    ),
                            )
                            .bulkhead(
                                ::resilient_runtime::BulkheadConfig::new()
                                    .max(50)
                                    .wait(::core::time::Duration::from_secs(1))
                                    .adaptive(::resilient_runtime::LimitAlgorithm::Gradient),
                            )
                            .hedge(
                                ::resilient_runtime::HedgeConfig::new()
                                    .after_percentile(95.0)
                                    .max(2),
                            ),
                    )?;
                ::core::result::Result::Ok(Self {
                    find: declaration
                        .method("find", ::resilient_runtime::PolicyConfig::new())?,
                    count: declaration
                        .method(
                            "count",
                            ::resilient_runtime::PolicyConfig::new()
                                .breaker_off()
                                .timeout(
                                    ::resilient_runtime::TimeoutConfig::new()
                                        .tier(::resilient_runtime::Tier::DATABASE),
                                )
                                .hedge_off(),
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
    /// The policies of the service `search`, from the outside in.
    ///
    /// `find`: at most 6 attempts, in the time that `SEARCHES` gives.
    ///
    /// | policy   | parameter                   | from    |
    /// | -------- | --------------------------- | ------- |
    /// | bulkhead | `max = 50`                  | trait   |
    /// |          | `wait = "1s"`               | trait   |
    /// |          | `queue = 500`               | default |
    /// |          | `adaptive = gradient`       | trait   |
    /// |          | `min = 1`                   | default |
    /// |          | `initial = 20`              | default |
    /// | retry    | `max = 2`                   | trait   |
    /// |          | `backoff = patience`        | trait   |
    /// |          | `max_delay = "1m"`          | default |
    /// |          | `jitter = equal`            | default |
    /// |          | `idempotent = true`         | trait   |
    /// |          | `budget = 0.2`              | default |
    /// | breaker  | `threshold = 3`             | trait   |
    /// |          | `recovery = "1m"`           | default |
    /// |          | `half_open = 1`             | default |
    /// |          | `per = call`                | trait   |
    /// |          | `scope = method`            | trait   |
    /// |          | `key = host`                | trait   |
    /// | timeout  | `tier = SEARCHES`           | trait   |
    /// |          | `adaptive(percentile = 99)` | trait   |
    /// |          | `adaptive(factor = 2.0)`    | default |
    /// |          | `adaptive(min = "100ms")`   | default |
    /// |          | `adaptive(max = "5s")`      | trait   |
    /// | hedge    | `after = p95`               | trait   |
    /// |          | `max = 2`                   | trait   |
    ///
    /// `count`: at most 2 attempts, over in 1m 16s.
    ///
    /// | policy   | parameter                   | from    |
    /// | -------- | --------------------------- | ------- |
    /// | bulkhead | `max = 50`                  | trait   |
    /// |          | `wait = "1s"`               | trait   |
    /// |          | `queue = 500`               | default |
    /// |          | `adaptive = gradient`       | trait   |
    /// |          | `min = 1`                   | default |
    /// |          | `initial = 20`              | default |
    /// | retry    | `max = 2`                   | trait   |
    /// |          | `backoff = patience`        | trait   |
    /// |          | `max_delay = "1m"`          | default |
    /// |          | `jitter = equal`            | default |
    /// |          | `idempotent = true`         | trait   |
    /// |          | `budget = 0.2`              | default |
    /// | breaker  | `off`                       | method  |
    /// | timeout  | `tier = database`           | method  |
    /// |          | `adaptive(percentile = 99)` | trait   |
    /// |          | `adaptive(factor = 2.0)`    | default |
    /// |          | `adaptive(min = "100ms")`   | default |
    /// |          | `adaptive(max = "5s")`      | trait   |
    /// | hedge    | `off`                       | method  |
    pub fn explain(&self) -> ::resilient_runtime::Explanation {
        ::resilient_runtime::Explanation::new(
            "search",
            [
                self
                    .find
                    .explain()
                    .of_trait("retry", "backoff", "patience")
                    .of_trait("breaker", "key", "host")
                    .of_trait("timeout", "tier", "SEARCHES"),
                self.count.explain().of_trait("retry", "backoff", "patience"),
            ],
        )
    }
}
#[automatically_derived]
#[allow(refining_impl_trait)]
impl<T> Search for ResilientSearch<T>
where
    T: Search + ::core::marker::Sync,
{
    async fn find(&self, host: &str, query: String) -> Result<u32, SearchError> {
        let mut call = self
            .find
            .begin(::resilient_runtime::fallible::<Result<u32, SearchError>>());
        call.breaker_for(&host);
        while let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let query = ::resilient_runtime::again::<String>(&query);
            call.race(
                    attempt,
                    move || {
                        let query = ::resilient_runtime::again::<String>(&query);
                        Search::find(&self.inner, host, query)
                    },
                )
                .await;
        }
        call.finish()
    }
    async fn count(&self, host: &str) -> Result<u32, SearchError> {
        let mut call = self
            .count
            .begin(::resilient_runtime::fallible::<Result<u32, SearchError>>());
        while let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let outcome = attempt.run(Search::count(&self.inner, host)).await;
            call.settle(outcome);
        }
        call.finish()
    }
}
pub const SEARCHES: Tier = Tier::new("searches", Duration::from_secs(2)).growth(1.5);
pub fn patience(attempt: u32) -> Duration {
    Duration::from_millis(100) * attempt
}
#[derive(Debug)]
pub struct SearchError;
impl From<Rejection> for SearchError {
    fn from(_: Rejection) -> Self {
        Self
    }
}
impl Classify for SearchError {}
