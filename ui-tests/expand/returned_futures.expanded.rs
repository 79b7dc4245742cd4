//! Futures that are returned, by their own types or boxed.
use std::pin::Pin;
use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};
type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
pub trait Source {
    fn hidden(
        &self,
        league: &str,
    ) -> impl Future<Output = Result<Market, ScoutError>> + Send;
}
/// Puts policies around an implementation of [`Source`], as the service `source`, and implements it too.
///
/// - `hidden`: retry (after 1s, then times 2); at most 2 attempts, without a limit in time.
///
/// Every parameter, and where it comes from: [`explain`](Self::explain).
#[derive(::core::clone::Clone, ::core::fmt::Debug)]
pub struct ResilientSource<T> {
    inner: T,
    service: ::resilient_runtime::Service,
    hidden: ::resilient_runtime::Pipeline,
}
#[allow(dead_code)]
impl<T> ResilientSource<T> {
    /// Puts the policies around `inner`, in the global registry.
    ///
    /// # Panics
    ///
    /// Where the service `source` was declared before in the registry with other parameters of its breaker, rate, bulkhead or budget,
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
    /// Where the service `source` was declared before in the registry with other parameters of its breaker, rate, bulkhead or budget,
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
            &["hidden"],
            |inner, context| {
                let declaration = context
                    .declare(
                        "source",
                        ::resilient_runtime::PolicyConfig::new()
                            .retry(::resilient_runtime::RetryConfig::new().max(2)),
                    )?;
                ::core::result::Result::Ok(Self {
                    hidden: declaration
                        .method("hidden", ::resilient_runtime::PolicyConfig::new())?,
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
    /// The policies of the service `source`, from the outside in.
    ///
    /// `hidden`: at most 2 attempts, without a limit in time.
    ///
    /// | policy | parameter          | from    |
    /// | ------ | ------------------ | ------- |
    /// | retry  | `max = 2`          | trait   |
    /// |        | `base = "1s"`      | default |
    /// |        | `backoff = 2.0`    | default |
    /// |        | `max_delay = "1m"` | default |
    /// |        | `jitter = equal`   | default |
    /// |        | `budget = 0.2`     | default |
    pub fn explain(&self) -> ::resilient_runtime::Explanation {
        ::resilient_runtime::Explanation::new("source", [self.hidden.explain()])
    }
}
#[automatically_derived]
#[allow(refining_impl_trait)]
impl<T> Source for ResilientSource<T>
where
    T: Source + ::core::marker::Sync,
{
    async fn hidden(&self, league: &str) -> Result<Market, ScoutError> {
        let mut call = self
            .hidden
            .begin(::resilient_runtime::fallible::<Result<Market, ScoutError>>());
        while let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let outcome = attempt.run(Source::hidden(&self.inner, league)).await;
            call.settle(outcome);
        }
        call.finish()
    }
}
pub trait Store {
    fn boxed<'a>(
        &'a self,
        league: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<Market, ScoutError>> + Send + 'a>>;
    fn by_alias(&self, number: u32) -> BoxFuture<'_, Result<Market, ScoutError>>;
}
/// Puts policies around an implementation of [`Store`], as the service `store`, and implements it too.
///
/// - `boxed`: cache (5m in memory), retry (after 1s, then times 2); at most 2 attempts, without a limit in time.
/// - `by_alias`: cache (5m in memory), retry (after 1s, then times 2); at most 2 attempts, without a limit in time.
///
/// Every parameter, and where it comes from: [`explain`](Self::explain).
#[derive(::core::clone::Clone, ::core::fmt::Debug)]
pub struct ResilientStore<T> {
    inner: T,
    service: ::resilient_runtime::Service,
    boxed: ::resilient_runtime::Pipeline,
    by_alias: ::resilient_runtime::Pipeline,
}
#[allow(dead_code)]
impl<T> ResilientStore<T> {
    /// Puts the policies around `inner`, in the global registry.
    ///
    /// # Panics
    ///
    /// Where the service `store` was declared before in the registry with other parameters of its breaker, rate, bulkhead or budget,
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
    /// Where the service `store` was declared before in the registry with other parameters of its breaker, rate, bulkhead or budget,
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
            &["boxed", "by_alias"],
            |inner, context| {
                let declaration = context
                    .declare(
                        "store",
                        ::resilient_runtime::PolicyConfig::new()
                            .retry(::resilient_runtime::RetryConfig::new().max(2))
                            .cache(
                                ::resilient_runtime::CacheConfig::new()
                                    .memory(::core::time::Duration::from_secs(300)),
                            ),
                    )?;
                ::core::result::Result::Ok(Self {
                    boxed: declaration
                        .method("boxed", ::resilient_runtime::PolicyConfig::new())?,
                    by_alias: declaration
                        .method("by_alias", ::resilient_runtime::PolicyConfig::new())?,
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
    /// The policies of the service `store`, from the outside in.
    ///
    /// `boxed`: at most 2 attempts, without a limit in time.
    ///
    /// | policy | parameter          | from    |
    /// | ------ | ------------------ | ------- |
    /// | cache  | `memory = "5m"`    | trait   |
    /// |        | `capacity = 1000`  | default |
    /// | retry  | `max = 2`          | trait   |
    /// |        | `base = "1s"`      | default |
    /// |        | `backoff = 2.0`    | default |
    /// |        | `max_delay = "1m"` | default |
    /// |        | `jitter = equal`   | default |
    /// |        | `budget = 0.2`     | default |
    ///
    /// `by_alias`: at most 2 attempts, without a limit in time.
    ///
    /// | policy | parameter          | from    |
    /// | ------ | ------------------ | ------- |
    /// | cache  | `memory = "5m"`    | trait   |
    /// |        | `capacity = 1000`  | default |
    /// | retry  | `max = 2`          | trait   |
    /// |        | `base = "1s"`      | default |
    /// |        | `backoff = 2.0`    | default |
    /// |        | `max_delay = "1m"` | default |
    /// |        | `jitter = equal`   | default |
    /// |        | `budget = 0.2`     | default |
    pub fn explain(&self) -> ::resilient_runtime::Explanation {
        ::resilient_runtime::Explanation::new(
            "store",
            [self.boxed.explain(), self.by_alias.explain()],
        )
    }
}
#[allow(dead_code)]
impl<T> ResilientStore<T>
where
    Self: Store + ::core::marker::Sync,
{
    /// Forgets what is cached of `boxed` for these arguments, in memory and on disk.
    pub fn invalidate_boxed<'a>(&'a self, league: &'a str) {
        self.boxed.invalidate(&::resilient_runtime::Key::new().part::<str>(league));
    }
    /// Calls `boxed` for what it leaves in the cache: neither an expired answer nor a fallback hides that it failed.
    pub async fn warm_boxed<'a>(
        &'a self,
        league: &'a str,
    ) -> Result<Market, ScoutError> {
        ::resilient_runtime::warm(Store::boxed(self, league)).await
    }
    /// Forgets what is cached of `by_alias` for these arguments, in memory and on disk.
    pub fn invalidate_by_alias(&self, number: u32) {
        self.by_alias.invalidate(&::resilient_runtime::Key::new().part::<u32>(&number));
    }
    /// Calls `by_alias` for what it leaves in the cache: neither an expired answer nor a fallback hides that it failed.
    pub async fn warm_by_alias(&self, number: u32) -> Result<Market, ScoutError> {
        ::resilient_runtime::warm(Store::by_alias(self, number)).await
    }
    /// Forgets every cached answer, in memory and on disk.
    pub fn invalidate_all(&self) {
        self.boxed.invalidate_all();
        self.by_alias.invalidate_all();
    }
}
#[automatically_derived]
#[allow(refining_impl_trait)]
impl<T> Store for ResilientStore<T>
where
    T: Store + ::core::marker::Sync,
{
    fn boxed<'a>(
        &'a self,
        league: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<Market, ScoutError>> + Send + 'a>> {
        ::std::boxed::Box::pin(async move {
            let mut call = self
                .boxed
                .begin(::resilient_runtime::fallible::<Result<Market, ScoutError>>());
            call.lookup(
                    ::resilient_runtime::cacheable::<Result<Market, ScoutError>>(),
                    ::resilient_runtime::Key::new().part::<str>(league),
                )
                .await;
            while let ::core::option::Option::Some(attempt) = call.next_attempt().await {
                let outcome = attempt.run(Store::boxed(&self.inner, league)).await;
                call.settle(outcome);
            }
            call.stale().await;
            call.finish()
        })
    }
    fn by_alias(&self, number: u32) -> BoxFuture<'_, Result<Market, ScoutError>> {
        ::std::boxed::Box::pin(async move {
            let mut call = self
                .by_alias
                .begin(::resilient_runtime::fallible::<Result<Market, ScoutError>>());
            call.lookup(
                    ::resilient_runtime::cacheable::<Result<Market, ScoutError>>(),
                    ::resilient_runtime::Key::new().part::<u32>(&number),
                )
                .await;
            while let ::core::option::Option::Some(attempt) = call.next_attempt().await {
                let outcome = attempt.run(Store::by_alias(&self.inner, number)).await;
                call.settle(outcome);
            }
            call.stale().await;
            call.finish()
        })
    }
}
pub struct Files(u32);
const _: () = {
    /// The policies of `Files`, as the service `files`.
    #[allow(dead_code)]
    struct FilesPolicies {
        hidden: ::resilient_runtime::Pipeline,
        boxed: ::resilient_runtime::Pipeline,
    }
    #[allow(dead_code)]
    impl FilesPolicies {
        /// Declared when they are first used.
        fn get() -> &'static Self {
            static POLICIES: ::resilient_runtime::Declared<FilesPolicies> = ::resilient_runtime::Declared::new(
                FilesPolicies::declare,
            );
            &POLICIES
        }
        fn declare(
            registry: &::resilient_runtime::Registry,
        ) -> ::core::result::Result<Self, ::resilient_runtime::ConfigError> {
            let declaration = registry
                .declare(
                    "files",
                    ::resilient_runtime::PolicyConfig::new()
                        .retry(::resilient_runtime::RetryConfig::new().max(2)),
                )?;
            ::core::result::Result::Ok(Self {
                hidden: declaration
                    .method("hidden", ::resilient_runtime::PolicyConfig::new())?,
                boxed: declaration
                    .method("boxed", ::resilient_runtime::PolicyConfig::new())?,
            })
        }
    }
    impl Files {
        /// Behind policies, as a method of the service `files`: retry (after 1s, then times 2); at most 2 attempts, without a limit in time.
        pub fn hidden(
            &self,
            league: String,
        ) -> impl Future<Output = Result<Market, ScoutError>> + Send {
            async move {
                let mut call = FilesPolicies::get()
                    .hidden
                    .begin(
                        ::resilient_runtime::fallible::<Result<Market, ScoutError>>(),
                    );
                while let ::core::option::Option::Some(attempt) = call
                    .next_attempt()
                    .await
                {
                    let league = ::resilient_runtime::again::<String>(&league);
                    let begin = || {
                        let number = self.0;
                        async move { Ok(Market::named(&format!("{league}{number}"))) }
                    };
                    let outcome = attempt.run(begin()).await;
                    call.settle(outcome);
                }
                call.finish()
            }
        }
        /// Behind policies, as a method of the service `files`: retry (after 1s, then times 2); at most 2 attempts, without a limit in time.
        pub fn boxed(&self) -> BoxFuture<'_, Result<Market, ScoutError>> {
            ::std::boxed::Box::pin(async move {
                let mut call = FilesPolicies::get()
                    .boxed
                    .begin(
                        ::resilient_runtime::fallible::<Result<Market, ScoutError>>(),
                    );
                while let ::core::option::Option::Some(attempt) = call
                    .next_attempt()
                    .await
                {
                    let begin = || -> BoxFuture<'_, Result<Market, ScoutError>> {
                        Box::pin(async move {
                            if self.0 == 0 {
                                Err(ScoutError)
                            } else {
                                Ok(Market::named("a"))
                            }
                        })
                    };
                    let outcome = attempt.run(begin()).await;
                    call.settle(outcome);
                }
                call.finish()
            })
        }
    }
};
