//! `send = false`: for clients that stay on one thread. And a key of the user's own, on one method.
use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};
pub(crate) trait Local {
    fn fetch(
        &self,
        request: &(String, u64),
    ) -> impl ::core::future::Future<Output = Result<Market, ScoutError>>;
}
/// Puts policies around an implementation of [`Local`], as the service `local`, and implements it too.
///
/// - `fetch`: cache (1m in memory); at most 1 attempt, without a limit in time.
///
/// Every parameter, and where it comes from: [`explain`](Self::explain).
#[derive(::core::clone::Clone, ::core::fmt::Debug)]
pub(crate) struct ResilientLocal<T> {
    inner: T,
    service: ::resilient_runtime::Service,
    fetch: ::resilient_runtime::Pipeline,
}
#[allow(dead_code)]
impl<T> ResilientLocal<T> {
    /// Puts the policies around `inner`, in the global registry.
    ///
    /// # Panics
    ///
    /// Where the service `local` was declared before in the registry with other parameters of its breaker, rate, bulkhead or budget,
    /// or where the registry was told to change them to what cannot work; `try_with_registry` returns that.
    #[must_use]
    #[track_caller]
    pub(crate) fn new(inner: T) -> Self {
        Self::with_registry(inner, ::resilient_runtime::Registry::global())
    }
    /// Puts the policies around `inner`, in a registry.
    ///
    /// # Panics
    ///
    /// As for `new`.
    #[must_use]
    #[track_caller]
    pub(crate) fn with_registry(
        inner: T,
        registry: &::resilient_runtime::Registry,
    ) -> Self {
        match Self::try_with_registry(inner, registry) {
            ::core::result::Result::Ok(decorator) => decorator,
            ::core::result::Result::Err(error) => ::core::panic!("{}", error),
        }
    }
    /// Puts the policies around `inner`, in a registry.
    ///
    /// # Errors
    ///
    /// Where the service `local` was declared before in the registry with other parameters of its breaker, rate, bulkhead or budget,
    /// or where the registry was told to change them to what cannot work.
    pub(crate) fn try_with_registry(
        inner: T,
        registry: &::resilient_runtime::Registry,
    ) -> ::core::result::Result<Self, ::resilient_runtime::ConfigError> {
        Self::builder(inner).registry(registry).build()
    }
    /// Puts the policies around `inner`, in a registry, with a cache namespace or with policies changed.
    pub(crate) fn builder(inner: T) -> ::resilient_runtime::DecoratorBuilder<T, Self> {
        ::resilient_runtime::DecoratorBuilder::new(
            inner,
            &["fetch"],
            |inner, context| {
                let declaration = context
                    .declare(
                        "local",
                        ::resilient_runtime::PolicyConfig::new()
                            .cache(
                                ::resilient_runtime::CacheConfig::new()
                                    .memory(::core::time::Duration::from_secs(60))
                                    .capacity(10),
                            ),
                    )?;
                ::core::result::Result::Ok(Self {
                    fetch: declaration
                        .method(
                            "fetch",
                            ::resilient_runtime::PolicyConfig::new()
                                .cache(::resilient_runtime::CacheConfig::new()),
                        )?,
                    service: declaration.service(),
                    inner,
                })
            },
        )
    }
    /// What is behind the policies.
    pub(crate) fn inner(&self) -> &T {
        &self.inner
    }
    /// Takes the policies off.
    pub(crate) fn into_inner(self) -> T {
        self.inner
    }
    /// The service, with its circuit breaker and what its methods have done.
    pub(crate) fn service(&self) -> &::resilient_runtime::Service {
        &self.service
    }
    /// What holds of each method, and where each value comes from. This is what the attributes say; a builder and the
    /// registry can change it, and then what is returned says so.
    ///
    /// The policies of the service `local`, from the outside in.
    ///
    /// `fetch`: at most 1 attempt, without a limit in time.
    ///
    /// | policy | parameter                | from   |
    /// | ------ | ------------------------ | ------ |
    /// | cache  | `memory = "1m"`          | trait  |
    /// |        | `capacity = 10`          | trait  |
    /// |        | `key = request.0.trim()` | method |
    pub(crate) fn explain(&self) -> ::resilient_runtime::Explanation {
        ::resilient_runtime::Explanation::new(
            "local",
            [self.fetch.explain().of_method("cache", "key", "request.0.trim()")],
        )
    }
}
#[allow(dead_code)]
impl<T> ResilientLocal<T>
where
    Self: Local,
{
    #[allow(unused_variables)]
    /// Forgets what is cached of `fetch` for these arguments, in memory and on disk.
    pub(crate) fn invalidate_fetch(&self, request: &(String, u64)) {
        self.fetch.invalidate(&::resilient_runtime::Key::new().part(&request.0.trim()));
    }
    /// Calls `fetch` for what it leaves in the cache: neither an expired answer nor a fallback hides that it failed.
    pub(crate) async fn warm_fetch(
        &self,
        request: &(String, u64),
    ) -> Result<Market, ScoutError> {
        ::resilient_runtime::warm(Local::fetch(self, request)).await
    }
    /// Forgets every cached answer, in memory and on disk.
    pub(crate) fn invalidate_all(&self) {
        self.fetch.invalidate_all();
    }
}
#[automatically_derived]
#[allow(refining_impl_trait)]
impl<T> Local for ResilientLocal<T>
where
    T: Local,
{
    async fn fetch(&self, request: &(String, u64)) -> Result<Market, ScoutError> {
        let mut call = self
            .fetch
            .begin(::resilient_runtime::fallible::<Result<Market, ScoutError>>());
        call.lookup(
                ::resilient_runtime::cacheable::<Result<Market, ScoutError>>(),
                ::resilient_runtime::Key::new().part(&request.0.trim()),
            )
            .await;
        if let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let outcome = attempt.run(Local::fetch(&self.inner, request)).await;
            call.settle(outcome);
        }
        call.stale().await;
        call.finish()
    }
}
