use resilient_runtime::{Classify, ErrorKind, Priority, Rejection, resilient};
/// Reports of many users, each of whom has a limit of its own.
pub trait Reports {
    fn monthly(
        &self,
        user: &User,
    ) -> impl ::core::future::Future<
        Output = Result<Vec<u8>, ReportError>,
    > + ::core::marker::Send;
    fn daily(
        &self,
        id: &u64,
    ) -> impl ::core::future::Future<
        Output = Result<Vec<u8>, ReportError>,
    > + ::core::marker::Send;
}
/// Puts policies around an implementation of [`Reports`], as the service `reports`, and implements it too.
///
/// - `monthly`: rate (5 in any 1m for each key, waiting up to 5s); at most 1 attempt, without a limit in time.
/// - `daily`: rate (5 in any 1m for each key, waiting up to 5s); at most 1 attempt, without a limit in time.
///
/// Every parameter, and where it comes from: [`explain`](Self::explain).
#[derive(::core::clone::Clone, ::core::fmt::Debug)]
pub struct ResilientReports<T> {
    inner: T,
    service: ::resilient_runtime::Service,
    monthly: ::resilient_runtime::Pipeline,
    daily: ::resilient_runtime::Pipeline,
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
            &["monthly", "daily"],
            |inner, context| {
                let declaration = context
                    .declare(
                        "reports",
                        ::resilient_runtime::PolicyConfig::new()
                            .rate(
                                ::resilient_runtime::RateConfig::new()
                                    .limit(5.0)
                                    .per(::core::time::Duration::from_secs(60))
                                    .burst(2)
                                    .algorithm(::resilient_runtime::RateAlgorithm::Both)
                                    .queue(100)
                                    .adaptive(::resilient_runtime::RateAdaptation::Cubic)
                                    .min(1.0)
                                    .keyed(true),
                            ),
                    )?;
                ::core::result::Result::Ok(Self {
                    monthly: declaration
                        .method("monthly", ::resilient_runtime::PolicyConfig::new())?,
                    daily: declaration
                        .method(
                            "daily",
                            ::resilient_runtime::PolicyConfig::new()
                                .rate(::resilient_runtime::RateConfig::new().keyed(true)),
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
    /// `monthly`: at most 1 attempt, without a limit in time.
    ///
    /// | policy | parameter          | from    |
    /// | ------ | ------------------ | ------- |
    /// | rate   | `limit = 5`        | trait   |
    /// |        | `per = "1m"`       | trait   |
    /// |        | `burst = 2`        | trait   |
    /// |        | `wait = "5s"`      | default |
    /// |        | `algorithm = both` | trait   |
    /// |        | `queue = 100`      | trait   |
    /// |        | `adaptive = cubic` | trait   |
    /// |        | `min = 1`          | trait   |
    /// |        | `key = user.id`    | trait   |
    /// |        | `priority = low`   | trait   |
    ///
    /// `daily`: at most 1 attempt, without a limit in time.
    ///
    /// | policy | parameter                 | from    |
    /// | ------ | ------------------------- | ------- |
    /// | rate   | `limit = 5`               | trait   |
    /// |        | `per = "1m"`              | trait   |
    /// |        | `burst = 2`               | trait   |
    /// |        | `wait = "5s"`             | default |
    /// |        | `algorithm = both`        | trait   |
    /// |        | `queue = 100`             | trait   |
    /// |        | `adaptive = cubic`        | trait   |
    /// |        | `min = 1`                 | trait   |
    /// |        | `key = id`                | method  |
    /// |        | `priority = urgency(*id)` | method  |
    pub fn explain(&self) -> ::resilient_runtime::Explanation {
        ::resilient_runtime::Explanation::new(
            "reports",
            [
                self
                    .monthly
                    .explain()
                    .of_trait("rate", "key", "user.id")
                    .of_trait("rate", "priority", "low"),
                self
                    .daily
                    .explain()
                    .of_method("rate", "key", "id")
                    .of_method("rate", "priority", "urgency(*id)"),
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
    async fn monthly(&self, user: &User) -> Result<Vec<u8>, ReportError> {
        let mut call = self
            .monthly
            .begin(::resilient_runtime::fallible::<Result<Vec<u8>, ReportError>>());
        call.rate_for(&user.id);
        call.priority(::resilient_runtime::Priority::Low);
        if let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let outcome = attempt.run(Reports::monthly(&self.inner, user)).await;
            call.settle(outcome);
        }
        call.finish()
    }
    async fn daily(&self, id: &u64) -> Result<Vec<u8>, ReportError> {
        let mut call = self
            .daily
            .begin(::resilient_runtime::fallible::<Result<Vec<u8>, ReportError>>());
        call.rate_for(&id);
        call.priority(urgency(*id));
        if let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let outcome = attempt.run(Reports::daily(&self.inner, id)).await;
            call.settle(outcome);
        }
        call.finish()
    }
}
pub struct User {
    pub id: u64,
}
fn urgency(id: u64) -> Priority {
    if id == 0 { Priority::Critical } else { Priority::Normal }
}
#[derive(Debug)]
pub struct ReportError(pub Option<Rejection>);
impl From<Rejection> for ReportError {
    fn from(rejection: Rejection) -> Self {
        Self(Some(rejection))
    }
}
impl Classify for ReportError {
    fn kind(&self) -> ErrorKind {
        self.0.as_ref().map_or(ErrorKind::Server, Rejection::kind)
    }
}
