use resilient_runtime::{Classify, Rejection, resilient};
/// A store and what lies in front of it, each with the bundle of its kind.
pub trait Store {
    fn load(
        &self,
        id: u64,
    ) -> impl ::core::future::Future<
        Output = Result<String, StoreError>,
    > + ::core::marker::Send;
    fn cached(
        &self,
        id: u64,
    ) -> impl ::core::future::Future<
        Output = Result<String, StoreError>,
    > + ::core::marker::Send;
    fn save(
        &self,
        id: u64,
        text: String,
    ) -> impl ::core::future::Future<
        Output = Result<(), StoreError>,
    > + ::core::marker::Send;
}
/// Puts policies around an implementation of [`Store`], as the service `store`, and implements it too.
///
/// - `load`: 1m for the call, bulkhead (100 at once), retry (after 50ms, then times 1.5), breaker (3 failures open it for 10s), 5s for an attempt; at most 2 attempts, over in 1m.
/// - `cached`: 1m for the call, bulkhead (100 at once), breaker (5 failures open it for 1m), 100ms for an attempt; at most 1 attempt, over in 1m.
/// - `save`: 1m for the call, bulkhead (100 at once), breaker (3 failures open it for 10s), 5s for an attempt; at most 1 attempt, over in 1m.
///
/// Every parameter, and where it comes from: [`explain`](Self::explain).
#[derive(::core::clone::Clone, ::core::fmt::Debug)]
pub struct ResilientStore<T> {
    inner: T,
    service: ::resilient_runtime::Service,
    load: ::resilient_runtime::Pipeline,
    cached: ::resilient_runtime::Pipeline,
    save: ::resilient_runtime::Pipeline,
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
            &["load", "cached", "save"],
            |inner, context| {
                let declaration = context
                    .declare(
                        "store",
                        ::resilient_runtime::PolicyConfig::new()
                            .preset(::resilient_runtime::Preset::Database)
                            .breaker(
                                ::resilient_runtime::BreakerConfig::new()
                                    .recovery(::core::time::Duration::from_secs(10)),
                            ),
                    )?;
                ::core::result::Result::Ok(Self {
                    load: declaration
                        .method("load", ::resilient_runtime::PolicyConfig::new())?,
                    cached: declaration
                        .method(
                            "cached",
                            ::resilient_runtime::PolicyConfig::new()
                                .preset(::resilient_runtime::Preset::Cache),
                        )?,
                    save: declaration
                        .method(
                            "save",
                            ::resilient_runtime::PolicyConfig::new().retry_off(),
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
    /// The policies of the service `store`, from the outside in.
    ///
    /// `load`: at most 2 attempts, over in 1m.
    ///
    /// | policy   | parameter          | from              |
    /// | -------- | ------------------ | ----------------- |
    /// | timeout  | `call = "1m"`      | preset `database` |
    /// | bulkhead | `max = 100`        | preset `database` |
    /// |          | `wait = "30s"`     | preset `database` |
    /// |          | `queue = 1000`     | default           |
    /// | retry    | `max = 2`          | preset `database` |
    /// |          | `base = "50ms"`    | preset `database` |
    /// |          | `backoff = 1.5`    | preset `database` |
    /// |          | `max_delay = "5s"` | preset `database` |
    /// |          | `jitter = none`    | preset `database` |
    /// |          | `budget = 0.2`     | default           |
    /// | breaker  | `threshold = 3`    | preset `database` |
    /// |          | `recovery = "10s"` | trait             |
    /// |          | `half_open = 5`    | preset `database` |
    /// | timeout  | `tier = database`  | preset `database` |
    ///
    /// `cached`: at most 1 attempt, over in 1m.
    ///
    /// | policy   | parameter         | from              |
    /// | -------- | ----------------- | ----------------- |
    /// | timeout  | `call = "1m"`     | preset `database` |
    /// | bulkhead | `max = 100`       | preset `cache`    |
    /// |          | `wait = "30s"`    | preset `cache`    |
    /// |          | `queue = 1000`    | default           |
    /// | retry    | `off`             | preset `cache`    |
    /// | breaker  | `threshold = 5`   | preset `cache`    |
    /// |          | `recovery = "1m"` | preset `cache`    |
    /// |          | `half_open = 10`  | preset `cache`    |
    /// | timeout  | `tier = cache`    | preset `cache`    |
    ///
    /// `save`: at most 1 attempt, over in 1m.
    ///
    /// | policy   | parameter          | from              |
    /// | -------- | ------------------ | ----------------- |
    /// | timeout  | `call = "1m"`      | preset `database` |
    /// | bulkhead | `max = 100`        | preset `database` |
    /// |          | `wait = "30s"`     | preset `database` |
    /// |          | `queue = 1000`     | default           |
    /// | retry    | `off`              | method            |
    /// | breaker  | `threshold = 3`    | preset `database` |
    /// |          | `recovery = "10s"` | trait             |
    /// |          | `half_open = 5`    | preset `database` |
    /// | timeout  | `tier = database`  | preset `database` |
    pub fn explain(&self) -> ::resilient_runtime::Explanation {
        ::resilient_runtime::Explanation::new(
            "store",
            [self.load.explain(), self.cached.explain(), self.save.explain()],
        )
    }
}
#[automatically_derived]
#[allow(refining_impl_trait)]
impl<T> Store for ResilientStore<T>
where
    T: Store + ::core::marker::Sync,
{
    async fn load(&self, id: u64) -> Result<String, StoreError> {
        let mut call = self
            .load
            .begin(::resilient_runtime::fallible::<Result<String, StoreError>>());
        while let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let outcome = attempt.run(Store::load(&self.inner, id)).await;
            call.settle(outcome);
        }
        call.finish()
    }
    async fn cached(&self, id: u64) -> Result<String, StoreError> {
        let mut call = self
            .cached
            .begin(::resilient_runtime::fallible::<Result<String, StoreError>>());
        if let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let outcome = attempt.run(Store::cached(&self.inner, id)).await;
            call.settle(outcome);
        }
        call.finish()
    }
    async fn save(&self, id: u64, text: String) -> Result<(), StoreError> {
        let mut call = self
            .save
            .begin(::resilient_runtime::fallible::<Result<(), StoreError>>());
        if let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let outcome = attempt.run(Store::save(&self.inner, id, text)).await;
            call.settle(outcome);
        }
        call.finish()
    }
}
#[derive(Debug)]
pub struct StoreError;
impl From<Rejection> for StoreError {
    fn from(_: Rejection) -> Self {
        Self
    }
}
impl Classify for StoreError {}
