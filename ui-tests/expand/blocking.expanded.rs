//! A trait of methods that block, beside one that does not, and one that cannot fail.
use resilient_runtime::{Failure, resilient};
use ui_tests::shapes::{Market, ScoutError};
pub trait Files {
    fn read(&self, path: &str) -> Result<Market, ScoutError>;
    fn write(&mut self, path: String, text: &mut String) -> Result<Market, ScoutError>;
    fn fetch(
        &self,
        path: &str,
    ) -> impl ::core::future::Future<
        Output = Result<Market, ScoutError>,
    > + ::core::marker::Send;
    fn root(&self) -> &str;
}
/// Puts policies around an implementation of [`Files`], as the service `files`, and implements it too.
///
/// - `read`: fallback, cache (5m in memory), retry (after 1s, then times 2); at most 3 attempts, without a limit in time.
/// - `write`: fallback, retry (after 1s, then times 2); at most 3 attempts, without a limit in time.
/// - `fetch`: cache (5m in memory), retry (after 1s, then times 2); at most 3 attempts, without a limit in time.
/// - `root`: passed straight through.
///
/// Every parameter, and where it comes from: [`explain`](Self::explain).
#[derive(::core::clone::Clone, ::core::fmt::Debug)]
pub struct ResilientFiles<T> {
    inner: T,
    service: ::resilient_runtime::Service,
    read: ::resilient_runtime::Pipeline,
    write: ::resilient_runtime::Pipeline,
    fetch: ::resilient_runtime::Pipeline,
}
#[allow(dead_code)]
impl<T> ResilientFiles<T> {
    /// Puts the policies around `inner`, in the global registry.
    ///
    /// # Panics
    ///
    /// Where the service `files` was declared before in the registry with other parameters of its breaker, rate, bulkhead or budget,
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
    /// Where the service `files` was declared before in the registry with other parameters of its breaker, rate, bulkhead or budget,
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
            &["read", "write", "fetch"],
            |inner, context| {
                let declaration = context
                    .declare(
                        "files",
                        ::resilient_runtime::PolicyConfig::new()
                            .retry(::resilient_runtime::RetryConfig::new().max(3))
                            .cache(
                                ::resilient_runtime::CacheConfig::new()
                                    .memory(::core::time::Duration::from_secs(300)),
                            ),
                    )?;
                ::core::result::Result::Ok(Self {
                    read: declaration
                        .method("read", ::resilient_runtime::PolicyConfig::new())?,
                    write: declaration
                        .method(
                            "write",
                            ::resilient_runtime::PolicyConfig::new().cache_off(),
                        )?,
                    fetch: declaration
                        .method("fetch", ::resilient_runtime::PolicyConfig::new())?,
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
    /// The policies of the service `files`, from the outside in.
    ///
    /// `read`: at most 3 attempts, without a limit in time.
    ///
    /// | policy   | parameter          | from    |
    /// | -------- | ------------------ | ------- |
    /// | fallback | `nothing`          | trait   |
    /// | cache    | `memory = "5m"`    | trait   |
    /// |          | `capacity = 1000`  | default |
    /// | retry    | `max = 3`          | trait   |
    /// |          | `base = "1s"`      | default |
    /// |          | `backoff = 2.0`    | default |
    /// |          | `max_delay = "1m"` | default |
    /// |          | `jitter = equal`   | default |
    /// |          | `budget = 0.2`     | default |
    ///
    /// `write`: at most 3 attempts, without a limit in time.
    ///
    /// | policy   | parameter          | from    |
    /// | -------- | ------------------ | ------- |
    /// | fallback | `nothing`          | trait   |
    /// | cache    | `off`              | method  |
    /// | retry    | `max = 3`          | trait   |
    /// |          | `base = "1s"`      | default |
    /// |          | `backoff = 2.0`    | default |
    /// |          | `max_delay = "1m"` | default |
    /// |          | `jitter = equal`   | default |
    /// |          | `budget = 0.2`     | default |
    ///
    /// `fetch`: at most 3 attempts, without a limit in time.
    ///
    /// | policy | parameter          | from    |
    /// | ------ | ------------------ | ------- |
    /// | cache  | `memory = "5m"`    | trait   |
    /// |        | `capacity = 1000`  | default |
    /// | retry  | `max = 3`          | trait   |
    /// |        | `base = "1s"`      | default |
    /// |        | `backoff = 2.0`    | default |
    /// |        | `max_delay = "1m"` | default |
    /// |        | `jitter = equal`   | default |
    /// |        | `budget = 0.2`     | default |
    ///
    /// `root`: passed straight through.
    pub fn explain(&self) -> ::resilient_runtime::Explanation {
        ::resilient_runtime::Explanation::new(
            "files",
            [
                self.read.explain().of_trait("fallback", "rung", "nothing"),
                self.write.explain().of_trait("fallback", "rung", "nothing"),
                self.fetch.explain(),
                ::resilient_runtime::ExplainedMethod::skipped("root"),
            ],
        )
    }
}
#[allow(dead_code)]
impl<T> ResilientFiles<T>
where
    Self: Files + ::core::marker::Sync,
{
    /// Forgets what is cached of `read` for these arguments, in memory and on disk.
    pub fn invalidate_read(&self, path: &str) {
        self.read.invalidate(&::resilient_runtime::Key::new().part::<str>(path));
    }
    /// Calls `read` for what it leaves in the cache: neither an expired answer nor a fallback hides that it failed.
    pub fn warm_read(&self, path: &str) -> Result<Market, ScoutError> {
        ::resilient_runtime::warm_blocking(|| Files::read(self, path))
    }
    /// Forgets what is cached of `fetch` for these arguments, in memory and on disk.
    pub fn invalidate_fetch(&self, path: &str) {
        self.fetch.invalidate(&::resilient_runtime::Key::new().part::<str>(path));
    }
    /// Calls `fetch` for what it leaves in the cache: neither an expired answer nor a fallback hides that it failed.
    pub async fn warm_fetch(&self, path: &str) -> Result<Market, ScoutError> {
        ::resilient_runtime::warm(Files::fetch(self, path)).await
    }
    /// Forgets every cached answer, in memory and on disk.
    pub fn invalidate_all(&self) {
        self.read.invalidate_all();
        self.fetch.invalidate_all();
    }
}
#[automatically_derived]
#[allow(refining_impl_trait)]
impl<T> Files for ResilientFiles<T>
where
    T: Files + ::core::marker::Sync,
{
    fn read(&self, path: &str) -> Result<Market, ScoutError> {
        let mut call = self
            .read
            .begin(::resilient_runtime::fallible::<Result<Market, ScoutError>>());
        call.lookup_blocking(
            ::resilient_runtime::cacheable::<Result<Market, ScoutError>>(),
            ::resilient_runtime::Key::new().part::<str>(path),
        );
        while let ::core::option::Option::Some(attempt) = call.next_attempt_blocking() {
            let outcome = attempt.run_blocking(|| Files::read(&self.inner, path));
            call.settle(outcome);
        }
        call.stale_blocking();
        if let ::core::option::Option::Some(failure) = call.failure() {
            call.recover(nothing(failure));
        }
        call.finish()
    }
    fn write(&mut self, path: String, text: &mut String) -> Result<Market, ScoutError> {
        let mut call = self
            .write
            .begin(::resilient_runtime::fallible::<Result<Market, ScoutError>>());
        while let ::core::option::Option::Some(attempt) = call.next_attempt_blocking() {
            let path = ::resilient_runtime::again::<String>(&path);
            let outcome = attempt
                .run_blocking(|| Files::write(&mut self.inner, path, text));
            call.settle(outcome);
        }
        if let ::core::option::Option::Some(failure) = call.failure() {
            call.recover(nothing(failure));
        }
        call.finish()
    }
    async fn fetch(&self, path: &str) -> Result<Market, ScoutError> {
        let mut call = self
            .fetch
            .begin(::resilient_runtime::fallible::<Result<Market, ScoutError>>());
        call.lookup(
                ::resilient_runtime::cacheable::<Result<Market, ScoutError>>(),
                ::resilient_runtime::Key::new().part::<str>(path),
            )
            .await;
        while let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let outcome = attempt.run(Files::fetch(&self.inner, path)).await;
            call.settle(outcome);
        }
        call.stale().await;
        call.finish()
    }
    fn root(&self) -> &str {
        Files::root(&self.inner)
    }
}
fn nothing(failure: Failure<ScoutError>) -> Result<Market, ScoutError> {
    Err(failure.error)
}
