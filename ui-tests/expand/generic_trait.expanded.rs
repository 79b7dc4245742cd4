//! A generic trait with a generic method: the decorator needs no parameter of the trait's.
use resilient_runtime::resilient;
use ui_tests::shapes::ScoutError;
pub trait Repository<K, V = String>
where
    K: resilient_runtime::serde::Serialize + Clone + Send + Sync,
    V: Clone + Send + Sync + 'static,
{
    fn get(
        &self,
        key: K,
    ) -> impl ::core::future::Future<
        Output = Result<V, ScoutError>,
    > + ::core::marker::Send;
    fn query<Q, const N: usize>(
        &self,
        queries: [Q; N],
    ) -> impl ::core::future::Future<
        Output = Result<V, ScoutError>,
    > + ::core::marker::Send
    where
        Q: Into<String> + Clone + Send + Sync;
}
/// Puts policies around an implementation of [`Repository`], as the service `repository`, and implements it too.
///
/// - `get`: cache (1m in memory), retry (after 50ms, then times 2); at most 2 attempts, without a limit in time.
/// - `query`: retry (after 50ms, then times 2); at most 2 attempts, without a limit in time.
///
/// Every parameter, and where it comes from: [`explain`](Self::explain).
#[derive(::core::clone::Clone, ::core::fmt::Debug)]
pub struct ResilientRepository<T> {
    inner: T,
    service: ::resilient_runtime::Service,
    get: ::resilient_runtime::Pipeline,
    query: ::resilient_runtime::Pipeline,
}
#[allow(dead_code)]
impl<T> ResilientRepository<T> {
    /// Puts the policies around `inner`, in the global registry.
    ///
    /// # Panics
    ///
    /// Where the service `repository` was declared before in the registry with other parameters of its breaker, rate, bulkhead or budget,
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
    /// Where the service `repository` was declared before in the registry with other parameters of its breaker, rate, bulkhead or budget,
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
            &["get", "query"],
            |inner, context| {
                let declaration = context
                    .declare(
                        "repository",
                        ::resilient_runtime::PolicyConfig::new()
                            .retry(
                                ::resilient_runtime::RetryConfig::new()
                                    .max(2)
                                    .base(::core::time::Duration::from_millis(50)),
                            )
                            .cache(
                                ::resilient_runtime::CacheConfig::new()
                                    .memory(::core::time::Duration::from_secs(60)),
                            ),
                    )?;
                ::core::result::Result::Ok(Self {
                    get: declaration
                        .method("get", ::resilient_runtime::PolicyConfig::new())?,
                    query: declaration
                        .method(
                            "query",
                            ::resilient_runtime::PolicyConfig::new().cache_off(),
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
    /// The policies of the service `repository`, from the outside in.
    ///
    /// `get`: at most 2 attempts, without a limit in time.
    ///
    /// | policy | parameter          | from    |
    /// | ------ | ------------------ | ------- |
    /// | cache  | `memory = "1m"`    | trait   |
    /// |        | `capacity = 1000`  | default |
    /// | retry  | `max = 2`          | trait   |
    /// |        | `base = "50ms"`    | trait   |
    /// |        | `backoff = 2.0`    | default |
    /// |        | `max_delay = "1m"` | default |
    /// |        | `jitter = equal`   | default |
    /// |        | `budget = 0.2`     | default |
    ///
    /// `query`: at most 2 attempts, without a limit in time.
    ///
    /// | policy | parameter          | from    |
    /// | ------ | ------------------ | ------- |
    /// | cache  | `off`              | method  |
    /// | retry  | `max = 2`          | trait   |
    /// |        | `base = "50ms"`    | trait   |
    /// |        | `backoff = 2.0`    | default |
    /// |        | `max_delay = "1m"` | default |
    /// |        | `jitter = equal`   | default |
    /// |        | `budget = 0.2`     | default |
    pub fn explain(&self) -> ::resilient_runtime::Explanation {
        ::resilient_runtime::Explanation::new(
            "repository",
            [self.get.explain(), self.query.explain()],
        )
    }
}
#[allow(dead_code)]
impl<T> ResilientRepository<T> {
    /// Forgets what is cached of `get` for these arguments, in memory and on disk.
    pub fn invalidate_get<K, V>(&self, key: K)
    where
        Self: Repository<K, V> + ::core::marker::Sync,
        K: resilient_runtime::serde::Serialize + Clone + Send + Sync,
        V: Clone + Send + Sync + 'static,
    {
        self.get
            .invalidate(
                &::resilient_runtime::Key::new()
                    .of_type::<K>()
                    .of_type::<V>()
                    .part::<K>(&key),
            );
    }
    /// Calls `get` for what it leaves in the cache: neither an expired answer nor a fallback hides that it failed.
    pub async fn warm_get<K, V>(&self, key: K) -> Result<V, ScoutError>
    where
        Self: Repository<K, V> + ::core::marker::Sync,
        K: resilient_runtime::serde::Serialize + Clone + Send + Sync,
        V: Clone + Send + Sync + 'static,
    {
        ::resilient_runtime::warm(Repository::<K, V>::get(self, key)).await
    }
    /// Forgets every cached answer, in memory and on disk.
    pub fn invalidate_all(&self) {
        self.get.invalidate_all();
    }
}
#[automatically_derived]
#[allow(refining_impl_trait)]
impl<K, V, T> Repository<K, V> for ResilientRepository<T>
where
    K: resilient_runtime::serde::Serialize + Clone + Send + Sync,
    V: Clone + Send + Sync + 'static,
    T: Repository<K, V> + ::core::marker::Sync,
{
    async fn get(&self, key: K) -> Result<V, ScoutError> {
        let mut call = self
            .get
            .begin(::resilient_runtime::fallible::<Result<V, ScoutError>>());
        call.lookup(
                ::resilient_runtime::cacheable::<Result<V, ScoutError>>(),
                ::resilient_runtime::Key::new()
                    .of_type::<K>()
                    .of_type::<V>()
                    .part::<K>(&key),
            )
            .await;
        while let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let key = ::resilient_runtime::again::<K>(&key);
            let outcome = attempt.run(Repository::<K, V>::get(&self.inner, key)).await;
            call.settle(outcome);
        }
        call.stale().await;
        call.finish()
    }
    async fn query<Q, const N: usize>(&self, queries: [Q; N]) -> Result<V, ScoutError>
    where
        Q: Into<String> + Clone + Send + Sync,
    {
        let mut call = self
            .query
            .begin(::resilient_runtime::fallible::<Result<V, ScoutError>>());
        while let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let queries = ::resilient_runtime::again::<[Q; N]>(&queries);
            let outcome = attempt
                .run(Repository::<K, V>::query::<Q, N>(&self.inner, queries))
                .await;
            call.settle(outcome);
        }
        call.finish()
    }
}
