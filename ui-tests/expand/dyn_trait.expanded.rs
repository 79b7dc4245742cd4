//! Above `#[async_trait]`, which keeps the trait dyn-compatible: the decorator wraps an `Arc<dyn Api>` too.
use async_trait::async_trait;
use resilient_runtime::resilient;
use ui_tests::shapes::ScoutError;
#[async_trait]
pub trait Api: Send + Sync {
    async fn get(&self, id: u64, fields: Vec<String>) -> Result<String, ScoutError>;
}
/// Puts policies around an implementation of [`Api`], as the service `api`, and implements it too.
///
/// - `get`: retry (after 1s, then times 2), breaker (3 failures open it for 1m); at most 2 attempts, without a limit in time.
///
/// Every parameter, and where it comes from: [`explain`](Self::explain).
#[derive(::core::clone::Clone, ::core::fmt::Debug)]
pub struct ResilientApi<T> {
    inner: T,
    service: ::resilient_runtime::Service,
    get: ::resilient_runtime::Pipeline,
}
#[allow(dead_code)]
impl<T> ResilientApi<T> {
    /// Puts the policies around `inner`, in the global registry.
    ///
    /// # Panics
    ///
    /// Where the service `api` was declared before in the registry with other parameters of its breaker, rate, bulkhead or budget,
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
    /// Where the service `api` was declared before in the registry with other parameters of its breaker, rate, bulkhead or budget,
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
            &["get"],
            |inner, context| {
                let declaration = context
                    .declare(
                        "api",
                        ::resilient_runtime::PolicyConfig::new()
                            .breaker(
                                ::resilient_runtime::BreakerConfig::new().threshold(3),
                            )
                            .retry(::resilient_runtime::RetryConfig::new().max(2)),
                    )?;
                ::core::result::Result::Ok(Self {
                    get: declaration
                        .method("get", ::resilient_runtime::PolicyConfig::new())?,
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
    /// The policies of the service `api`, from the outside in.
    ///
    /// `get`: at most 2 attempts, without a limit in time.
    ///
    /// | policy  | parameter          | from    |
    /// | ------- | ------------------ | ------- |
    /// | retry   | `max = 2`          | trait   |
    /// |         | `base = "1s"`      | default |
    /// |         | `backoff = 2.0`    | default |
    /// |         | `max_delay = "1m"` | default |
    /// |         | `jitter = equal`   | default |
    /// |         | `budget = 0.2`     | default |
    /// | breaker | `threshold = 3`    | trait   |
    /// |         | `recovery = "1m"`  | default |
    /// |         | `half_open = 1`    | default |
    pub fn explain(&self) -> ::resilient_runtime::Explanation {
        ::resilient_runtime::Explanation::new("api", [self.get.explain()])
    }
}
#[async_trait]
#[automatically_derived]
#[allow(refining_impl_trait)]
impl<T> Api for ResilientApi<T>
where
    T: Api + ::core::marker::Send + ::core::marker::Sync,
{
    async fn get(&self, id: u64, fields: Vec<String>) -> Result<String, ScoutError> {
        let mut call = self
            .get
            .begin(::resilient_runtime::fallible::<Result<String, ScoutError>>());
        while let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let fields = ::resilient_runtime::again::<Vec<String>>(&fields);
            let outcome = attempt.run(Api::get(&self.inner, id, fields)).await;
            call.settle(outcome);
        }
        call.finish()
    }
}
#[async_trait]
#[automatically_derived]
impl<T> Api for ::std::sync::Arc<T>
where
    T: Api + ::core::marker::Send + ::core::marker::Sync + ?::core::marker::Sized,
{
    async fn get(&self, id: u64, fields: Vec<String>) -> Result<String, ScoutError> {
        (**self).get(id, fields).await
    }
}
