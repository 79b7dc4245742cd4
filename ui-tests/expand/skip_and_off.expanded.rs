//! Methods that pass straight through, and a policy that is taken away.
use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};
pub trait Mixed {
    fn guarded(
        &self,
    ) -> impl ::core::future::Future<
        Output = Result<Market, ScoutError>,
    > + ::core::marker::Send;
    fn unguarded(
        &self,
    ) -> impl ::core::future::Future<
        Output = Result<Market, ScoutError>,
    > + ::core::marker::Send;
    fn guarded_alone(
        &self,
    ) -> impl ::core::future::Future<
        Output = Result<Market, ScoutError>,
    > + ::core::marker::Send;
    fn raw(
        &self,
        token: String,
    ) -> impl ::core::future::Future<Output = Option<Market>> + ::core::marker::Send;
    fn close(self) -> u32
    where
        Self: Sized;
    fn kind() -> &'static str
    where
        Self: Sized;
}
/// Puts policies around an implementation of [`Mixed`], as the service `mixed`, and implements it too.
///
/// - `guarded`: breaker (2 failures open it for 1m), rate (10 per 1s, waiting up to 5s); at most 1 attempt, without a limit in time.
/// - `unguarded`: no policy; at most 1 attempt, without a limit in time.
/// - `guarded_alone`: breaker (2 failures open it for 5s), rate (10 per 1s, waiting up to 5s); at most 1 attempt, without a limit in time.
/// - `raw`: passed straight through.
/// - `close`: passed straight through.
/// - `kind`: passed straight through.
///
/// Every parameter, and where it comes from: [`explain`](Self::explain).
#[derive(::core::clone::Clone, ::core::fmt::Debug)]
pub struct ResilientMixed<T> {
    inner: T,
    service: ::resilient_runtime::Service,
    guarded: ::resilient_runtime::Pipeline,
    unguarded: ::resilient_runtime::Pipeline,
    guarded_alone: ::resilient_runtime::Pipeline,
}
#[allow(dead_code)]
impl<T> ResilientMixed<T> {
    /// Puts the policies around `inner`, in the global registry.
    ///
    /// # Panics
    ///
    /// Where the service `mixed` was declared before in the registry with other parameters of its breaker, rate, bulkhead or budget,
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
    /// Where the service `mixed` was declared before in the registry with other parameters of its breaker, rate, bulkhead or budget,
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
            &["guarded", "unguarded", "guarded_alone"],
            |inner, context| {
                let declaration = context
                    .declare(
                        "mixed",
                        ::resilient_runtime::PolicyConfig::new()
                            .breaker(
                                ::resilient_runtime::BreakerConfig::new().threshold(2),
                            )
                            .rate(
                                ::resilient_runtime::RateConfig::new().limit(10.0).burst(3),
                            ),
                    )?;
                ::core::result::Result::Ok(Self {
                    guarded: declaration
                        .method("guarded", ::resilient_runtime::PolicyConfig::new())?,
                    unguarded: declaration
                        .method(
                            "unguarded",
                            ::resilient_runtime::PolicyConfig::new()
                                .breaker_off()
                                .rate_off(),
                        )?,
                    guarded_alone: declaration
                        .method(
                            "guarded_alone",
                            ::resilient_runtime::PolicyConfig::new()
                                .breaker(
                                    ::resilient_runtime::BreakerConfig::new()
                                        .recovery(::core::time::Duration::from_secs(5)),
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
    /// The policies of the service `mixed`, from the outside in.
    ///
    /// `guarded`: at most 1 attempt, without a limit in time.
    ///
    /// | policy  | parameter         | from    |
    /// | ------- | ----------------- | ------- |
    /// | breaker | `threshold = 2`   | trait   |
    /// |         | `recovery = "1m"` | default |
    /// |         | `half_open = 1`   | default |
    /// | rate    | `limit = 10`      | trait   |
    /// |         | `per = "1s"`      | default |
    /// |         | `burst = 3`       | trait   |
    /// |         | `wait = "5s"`     | default |
    ///
    /// `unguarded`: at most 1 attempt, without a limit in time.
    ///
    /// | policy  | parameter | from   |
    /// | ------- | --------- | ------ |
    /// | breaker | `off`     | method |
    /// | rate    | `off`     | method |
    ///
    /// `guarded_alone`: at most 1 attempt, without a limit in time.
    ///
    /// | policy  | parameter         | from    |
    /// | ------- | ----------------- | ------- |
    /// | breaker | `threshold = 2`   | trait   |
    /// |         | `recovery = "5s"` | method  |
    /// |         | `half_open = 1`   | default |
    /// | rate    | `limit = 10`      | trait   |
    /// |         | `per = "1s"`      | default |
    /// |         | `burst = 3`       | trait   |
    /// |         | `wait = "5s"`     | default |
    ///
    /// `raw`: passed straight through.
    ///
    /// `close`: passed straight through.
    ///
    /// `kind`: passed straight through.
    pub fn explain(&self) -> ::resilient_runtime::Explanation {
        ::resilient_runtime::Explanation::new(
            "mixed",
            [
                self.guarded.explain(),
                self.unguarded.explain(),
                self.guarded_alone.explain(),
                ::resilient_runtime::ExplainedMethod::skipped("raw"),
                ::resilient_runtime::ExplainedMethod::skipped("close"),
                ::resilient_runtime::ExplainedMethod::skipped("kind"),
            ],
        )
    }
}
#[automatically_derived]
#[allow(refining_impl_trait)]
impl<T> Mixed for ResilientMixed<T>
where
    T: Mixed + ::core::marker::Sync,
{
    async fn guarded(&self) -> Result<Market, ScoutError> {
        let mut call = self
            .guarded
            .begin(::resilient_runtime::fallible::<Result<Market, ScoutError>>());
        if let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let outcome = attempt.run(Mixed::guarded(&self.inner)).await;
            call.settle(outcome);
        }
        call.finish()
    }
    async fn unguarded(&self) -> Result<Market, ScoutError> {
        let mut call = self
            .unguarded
            .begin(::resilient_runtime::fallible::<Result<Market, ScoutError>>());
        if let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let outcome = attempt.run(Mixed::unguarded(&self.inner)).await;
            call.settle(outcome);
        }
        call.finish()
    }
    async fn guarded_alone(&self) -> Result<Market, ScoutError> {
        let mut call = self
            .guarded_alone
            .begin(::resilient_runtime::fallible::<Result<Market, ScoutError>>());
        if let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let outcome = attempt.run(Mixed::guarded_alone(&self.inner)).await;
            call.settle(outcome);
        }
        call.finish()
    }
    async fn raw(&self, token: String) -> Option<Market> {
        Mixed::raw(&self.inner, token).await
    }
    fn close(self) -> u32
    where
        Self: Sized,
    {
        Mixed::close(self.inner)
    }
    fn kind() -> &'static str
    where
        Self: Sized,
    {
        <T as Mixed>::kind()
    }
}
