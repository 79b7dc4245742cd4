use resilient_runtime::{Classify, Rejection, Tier, resilient};
use std::time::Duration;
/// Reports, whose time follows what they took lately.
pub trait Reports {
    fn yearly(
        &self,
        year: u16,
    ) -> impl ::core::future::Future<
        Output = Result<String, ReportError>,
    > + ::core::marker::Send;
    fn daily(
        &self,
        day: u16,
    ) -> impl ::core::future::Future<
        Output = Result<String, ReportError>,
    > + ::core::marker::Send;
    fn latest(
        &self,
    ) -> impl ::core::future::Future<
        Output = Result<String, ReportError>,
    > + ::core::marker::Send;
}
/// Puts policies around an implementation of [`Reports`], as the service `reports`, and implements it too.
///
/// - `yearly`: 2m for the call, bulkhead (8 at once), 100ms to 30s for an attempt, 2 times p99; at most 1 attempt, over in 2m.
/// - `daily`: 2m for the call, bulkhead (8 at once), retry (after 1s, then fibonacci), 100ms to 30s for an attempt, 2 times p99; at most 3 attempts, over in 2m.
/// - `latest`: 2m for the call, bulkhead (50 at once at most), 50ms to 4s for an attempt, 3 times p99.5; at most 1 attempt, over in 2m.
///
/// Every parameter, and where it comes from: [`explain`](Self::explain).
#[derive(::core::clone::Clone, ::core::fmt::Debug)]
pub struct ResilientReports<T> {
    inner: T,
    service: ::resilient_runtime::Service,
    yearly: ::resilient_runtime::Pipeline,
    daily: ::resilient_runtime::Pipeline,
    latest: ::resilient_runtime::Pipeline,
}
#[allow(dead_code)]
impl<T> ResilientReports<T> {
    /// Puts the policies around `inner`, in the global registry.
    ///
    /// # Panics
    ///
    /// Where the service `reports` was declared before in the registry with other parameters of its breaker, rate, bulkhead or budget,
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
    /// Where the service `reports` was declared before in the registry with other parameters of its breaker, rate, bulkhead or budget,
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
            &["yearly", "daily", "latest"],
            |inner, context| {
                let declaration = context
                    .declare(
                        "reports",
                        ::resilient_runtime::PolicyConfig::new()
                            .timeout(
                                ::resilient_runtime::TimeoutConfig::new()
                                    .tier(times::REPORTS)
                                    .call(::core::time::Duration::from_secs(120))
                                    .adaptive(::resilient_runtime::AdaptiveConfig::new()),
                            )
                            .bulkhead(
                                ::resilient_runtime::BulkheadConfig::new()
                                    .max(8)
                                    .wait(::core::time::Duration::from_secs(1))
                                    .queue(20),
                            ),
                    )?;
                ::core::result::Result::Ok(Self {
                    yearly: declaration
                        .method("yearly", ::resilient_runtime::PolicyConfig::new())?,
                    daily: declaration
                        .method(
                            "daily",
                            ::resilient_runtime::PolicyConfig::new()
                                .retry(
                                    ::resilient_runtime::RetryConfig::new()
                                        .max(3)
                                        .strategy(::resilient_runtime::Backoff::Fibonacci)
                                        .within(::core::time::Duration::from_secs(60)),
                                )
                                .timeout(
                                    ::resilient_runtime::TimeoutConfig::new()
                                        .tier(::resilient_runtime::Tier::DATABASE),
                                ),
                        )?,
                    latest: declaration
                        .method(
                            "latest",
                            ::resilient_runtime::PolicyConfig::new()
                                .timeout(
                                    ::resilient_runtime::TimeoutConfig::new()
                                        .attempt(::core::time::Duration::from_secs(1))
                                        .adaptive(
                                            ::resilient_runtime::AdaptiveConfig::new()
                                                .percentile(99.5)
                                                .factor(3.0)
                                                .min(::core::time::Duration::from_millis(50))
                                                .max(::core::time::Duration::from_secs(4)),
                                        ),
                                )
                                .bulkhead(
                                    ::resilient_runtime::BulkheadConfig::new()
                                        .max(50)
                                        .adaptive(::resilient_runtime::LimitAlgorithm::Vegas)
                                        .min(2),
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
    /// The policies of the service `reports`, from the outside in.
    ///
    /// `yearly`: at most 1 attempt, over in 2m.
    ///
    /// | policy   | parameter                   | from    |
    /// | -------- | --------------------------- | ------- |
    /// | timeout  | `call = "2m"`               | trait   |
    /// | bulkhead | `max = 8`                   | trait   |
    /// |          | `wait = "1s"`               | trait   |
    /// |          | `queue = 20`                | trait   |
    /// | timeout  | `tier = times::REPORTS`     | trait   |
    /// |          | `adaptive(percentile = 99)` | default |
    /// |          | `adaptive(factor = 2.0)`    | default |
    /// |          | `adaptive(min = "100ms")`   | default |
    /// |          | `adaptive(max = "30s")`     | default |
    ///
    /// `daily`: at most 3 attempts, over in 2m.
    ///
    /// | policy   | parameter                   | from    |
    /// | -------- | --------------------------- | ------- |
    /// | timeout  | `call = "2m"`               | trait   |
    /// | bulkhead | `max = 8`                   | trait   |
    /// |          | `wait = "1s"`               | trait   |
    /// |          | `queue = 20`                | trait   |
    /// | retry    | `max = 3`                   | method  |
    /// |          | `base = "1s"`               | default |
    /// |          | `backoff = fibonacci`       | method  |
    /// |          | `max_delay = "1m"`          | default |
    /// |          | `jitter = equal`            | default |
    /// |          | `within = "1m"`             | method  |
    /// |          | `budget = 0.2`              | default |
    /// | timeout  | `tier = database`           | method  |
    /// |          | `adaptive(percentile = 99)` | default |
    /// |          | `adaptive(factor = 2.0)`    | default |
    /// |          | `adaptive(min = "100ms")`   | default |
    /// |          | `adaptive(max = "30s")`     | default |
    ///
    /// `latest`: at most 1 attempt, over in 2m.
    ///
    /// | policy   | parameter                     | from    |
    /// | -------- | ----------------------------- | ------- |
    /// | timeout  | `call = "2m"`                 | trait   |
    /// | bulkhead | `max = 50`                    | method  |
    /// |          | `wait = "1s"`                 | trait   |
    /// |          | `queue = 20`                  | trait   |
    /// |          | `adaptive = vegas`            | method  |
    /// |          | `min = 2`                     | method  |
    /// |          | `initial = 20`                | default |
    /// | timeout  | `attempt = "1s"`              | method  |
    /// |          | `adaptive(percentile = 99.5)` | method  |
    /// |          | `adaptive(factor = 3.0)`      | method  |
    /// |          | `adaptive(min = "50ms")`      | method  |
    /// |          | `adaptive(max = "4s")`        | method  |
    pub fn explain(&self) -> ::resilient_runtime::Explanation {
        ::resilient_runtime::Explanation::new(
            "reports",
            [
                self.yearly.explain().of_trait("timeout", "tier", "times::REPORTS"),
                self.daily.explain(),
                self.latest.explain(),
            ],
        )
    }
}
#[automatically_derived]
#[allow(refining_impl_trait)]
impl<T> Reports for ResilientReports<T>
where
    T: Reports + ::core::marker::Sync,
{
    async fn yearly(&self, year: u16) -> Result<String, ReportError> {
        let mut call = self
            .yearly
            .begin(::resilient_runtime::fallible::<Result<String, ReportError>>());
        if let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let outcome = attempt.run(Reports::yearly(&self.inner, year)).await;
            call.settle(outcome);
        }
        call.finish()
    }
    async fn daily(&self, day: u16) -> Result<String, ReportError> {
        let mut call = self
            .daily
            .begin(::resilient_runtime::fallible::<Result<String, ReportError>>());
        while let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let outcome = attempt.run(Reports::daily(&self.inner, day)).await;
            call.settle(outcome);
        }
        call.finish()
    }
    async fn latest(&self) -> Result<String, ReportError> {
        let mut call = self
            .latest
            .begin(::resilient_runtime::fallible::<Result<String, ReportError>>());
        if let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let outcome = attempt.run(Reports::latest(&self.inner)).await;
            call.settle(outcome);
        }
        call.finish()
    }
}
pub mod times {
    use super::{Duration, Tier};
    pub const REPORTS: Tier = Tier::new("reports", Duration::from_secs(20)).growth(1.5);
}
#[derive(Debug)]
pub struct ReportError;
impl From<Rejection> for ReportError {
    fn from(_: Rejection) -> Self {
        Self
    }
}
impl Classify for ReportError {}
