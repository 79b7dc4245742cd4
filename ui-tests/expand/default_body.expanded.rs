//! A default body: forwarded, so that the inner type's own override is kept.
use resilient_runtime::resilient;
use ui_tests::shapes::ScoutError;
pub trait Health {
    fn ping(
        &self,
    ) -> impl ::core::future::Future<
        Output = Result<u32, ScoutError>,
    > + ::core::marker::Send;
    fn is_well(
        &self,
        (least, _most): (u32, u32),
    ) -> impl ::core::future::Future<
        Output = Result<bool, ScoutError>,
    > + ::core::marker::Send
    where
        Self: ::core::marker::Sync,
    {
        async move { Ok(self.ping().await? >= least) }
    }
    fn name(&self) -> &'static str {
        "health"
    }
}
/// Puts policies around an implementation of [`Health`], as the service `health`, and implements it too.
///
/// - `ping`: 1s for an attempt; at most 1 attempt, over in 1s.
/// - `is_well`: 1s for an attempt; at most 1 attempt, over in 1s.
/// - `name`: passed straight through.
///
/// Every parameter, and where it comes from: [`explain`](Self::explain).
#[derive(::core::clone::Clone, ::core::fmt::Debug)]
pub struct ResilientHealth<T> {
    inner: T,
    service: ::resilient_runtime::Service,
    ping: ::resilient_runtime::Pipeline,
    is_well: ::resilient_runtime::Pipeline,
}
#[allow(dead_code)]
impl<T> ResilientHealth<T> {
    /// Puts the policies around `inner`, in the global registry.
    ///
    /// # Panics
    ///
    /// Where the service `health` was declared before in the registry with other parameters of its breaker, rate, bulkhead or budget,
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
    /// Where the service `health` was declared before in the registry with other parameters of its breaker, rate, bulkhead or budget,
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
            &["ping", "is_well"],
            |inner, context| {
                let declaration = context
                    .declare(
                        "health",
                        ::resilient_runtime::PolicyConfig::new()
                            .timeout(
                                ::resilient_runtime::TimeoutConfig::new()
                                    .attempt(::core::time::Duration::from_secs(1)),
                            ),
                    )?;
                ::core::result::Result::Ok(Self {
                    ping: declaration
                        .method("ping", ::resilient_runtime::PolicyConfig::new())?,
                    is_well: declaration
                        .method("is_well", ::resilient_runtime::PolicyConfig::new())?,
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
    /// The policies of the service `health`, from the outside in.
    ///
    /// `ping`: at most 1 attempt, over in 1s.
    ///
    /// | policy  | parameter        | from  |
    /// | ------- | ---------------- | ----- |
    /// | timeout | `attempt = "1s"` | trait |
    ///
    /// `is_well`: at most 1 attempt, over in 1s.
    ///
    /// | policy  | parameter        | from  |
    /// | ------- | ---------------- | ----- |
    /// | timeout | `attempt = "1s"` | trait |
    ///
    /// `name`: passed straight through.
    pub fn explain(&self) -> ::resilient_runtime::Explanation {
        ::resilient_runtime::Explanation::new(
            "health",
            [
                self.ping.explain(),
                self.is_well.explain(),
                ::resilient_runtime::ExplainedMethod::skipped("name"),
            ],
        )
    }
}
#[automatically_derived]
#[allow(refining_impl_trait)]
impl<T> Health for ResilientHealth<T>
where
    T: Health + ::core::marker::Sync,
{
    async fn ping(&self) -> Result<u32, ScoutError> {
        let mut call = self
            .ping
            .begin(::resilient_runtime::fallible::<Result<u32, ScoutError>>());
        if let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let outcome = attempt.run(Health::ping(&self.inner)).await;
            call.settle(outcome);
        }
        call.finish()
    }
    async fn is_well(&self, arg1: (u32, u32)) -> Result<bool, ScoutError> {
        let mut call = self
            .is_well
            .begin(::resilient_runtime::fallible::<Result<bool, ScoutError>>());
        if let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let outcome = attempt.run(Health::is_well(&self.inner, arg1)).await;
            call.settle(outcome);
        }
        call.finish()
    }
    fn name(&self) -> &'static str {
        Health::name(&self.inner)
    }
}
