use resilient_runtime::{Classify, ErrorKind, Failure, Rejection, resilient};
/// Files of many hosts, each of which has a breaker of its own.
pub trait Files {
    fn fetch(
        &self,
        url: &Url,
    ) -> impl ::core::future::Future<
        Output = Result<Vec<u8>, FetchError>,
    > + ::core::marker::Send;
    fn size(
        &self,
        host: &str,
        path: String,
    ) -> impl ::core::future::Future<
        Output = Result<u64, FetchError>,
    > + ::core::marker::Send;
}
/// Puts policies around an implementation of [`Files`], as the service `files`, and implements it too.
///
/// - `fetch`: fallback, cache (5m in memory), retry (after 1s, then times 2), breaker (a failure rate of 0.5 over the last 30s opens it for 1m, one for each key); at most 2 attempts, without a limit in time.
/// - `size`: fallback, retry (after 1s, then times 2), breaker (a failure rate of 0.5 over the last 30s opens it for 1m, one for each key); at most 2 attempts, without a limit in time.
///
/// Every parameter, and where it comes from: [`explain`](Self::explain).
#[derive(::core::clone::Clone, ::core::fmt::Debug)]
pub struct ResilientFiles<T> {
    inner: T,
    service: ::resilient_runtime::Service,
    fetch: ::resilient_runtime::Pipeline,
    size: ::resilient_runtime::Pipeline,
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
            &["fetch", "size"],
            |inner, context| {
                let declaration = context
                    .declare(
                        "files",
                        ::resilient_runtime::PolicyConfig::new()
                            .breaker(
                                ::resilient_runtime::BreakerConfig::new()
                                    .failure_rate(0.5)
                                    .window_time(::core::time::Duration::from_secs(30))
                                    .min_calls(10)
                                    .keyed(true),
                            )
                            .retry(::resilient_runtime::RetryConfig::new().max(2))
                            .cache(
                                ::resilient_runtime::CacheConfig::new()
                                    .memory(::core::time::Duration::from_secs(300)),
                            ),
                    )?;
                ::core::result::Result::Ok(Self {
                    fetch: declaration
                        .method("fetch", ::resilient_runtime::PolicyConfig::new())?,
                    size: declaration
                        .method(
                            "size",
                            ::resilient_runtime::PolicyConfig::new()
                                .breaker(
                                    ::resilient_runtime::BreakerConfig::new().keyed(true),
                                )
                                .cache_off(),
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
    /// The policies of the service `files`, from the outside in.
    ///
    /// `fetch`: at most 2 attempts, without a limit in time.
    ///
    /// | policy   | parameter                        | from    |
    /// | -------- | -------------------------------- | ------- |
    /// | fallback | `nothing`                        | trait   |
    /// | cache    | `memory = "5m"`                  | trait   |
    /// |          | `capacity = 1000`                | default |
    /// |          | `key = url.text`                 | trait   |
    /// | retry    | `max = 2`                        | trait   |
    /// |          | `base = "1s"`                    | default |
    /// |          | `backoff = 2.0`                  | default |
    /// |          | `max_delay = "1m"`               | default |
    /// |          | `jitter = equal`                 | default |
    /// |          | `budget = 0.2`                   | default |
    /// |          | `on = FetchError::Status(500..)` | trait   |
    /// | breaker  | `threshold = 0.5`                | trait   |
    /// |          | `window = "30s"`                 | trait   |
    /// |          | `min_calls = 10`                 | trait   |
    /// |          | `recovery = "1m"`                | default |
    /// |          | `half_open = 1`                  | default |
    /// |          | `key = url.host()`               | trait   |
    /// |          | `ignore = FetchError::Missing`   | trait   |
    ///
    /// `size`: at most 2 attempts, without a limit in time.
    ///
    /// | policy   | parameter                        | from    |
    /// | -------- | -------------------------------- | ------- |
    /// | fallback | `nothing`                        | trait   |
    /// | cache    | `off`                            | method  |
    /// | retry    | `max = 2`                        | trait   |
    /// |          | `base = "1s"`                    | default |
    /// |          | `backoff = 2.0`                  | default |
    /// |          | `max_delay = "1m"`               | default |
    /// |          | `jitter = equal`                 | default |
    /// |          | `budget = 0.2`                   | default |
    /// |          | `on = FetchError::Status(500..)` | trait   |
    /// | breaker  | `threshold = 0.5`                | trait   |
    /// |          | `window = "30s"`                 | trait   |
    /// |          | `min_calls = 10`                 | trait   |
    /// |          | `recovery = "1m"`                | default |
    /// |          | `half_open = 1`                  | default |
    /// |          | `key = host`                     | method  |
    /// |          | `ignore = FetchError::Missing`   | trait   |
    pub fn explain(&self) -> ::resilient_runtime::Explanation {
        ::resilient_runtime::Explanation::new(
            "files",
            [
                self
                    .fetch
                    .explain()
                    .of_trait("fallback", "rung", "nothing")
                    .of_trait("cache", "key", "url.text")
                    .of_trait("retry", "on", "FetchError::Status(500..)")
                    .of_trait("breaker", "key", "url.host()")
                    .of_trait("breaker", "ignore", "FetchError::Missing"),
                self
                    .size
                    .explain()
                    .of_trait("fallback", "rung", "nothing")
                    .of_trait("retry", "on", "FetchError::Status(500..)")
                    .of_method("breaker", "key", "host")
                    .of_trait("breaker", "ignore", "FetchError::Missing"),
            ],
        )
    }
}
#[allow(dead_code)]
impl<T> ResilientFiles<T>
where
    Self: Files + ::core::marker::Sync,
{
    #[allow(unused_variables)]
    /// Forgets what is cached of `fetch` for these arguments, in memory and on disk.
    pub fn invalidate_fetch(&self, url: &Url) {
        self.fetch.invalidate(&::resilient_runtime::Key::new().part(&url.text));
    }
    /// Calls `fetch` for what it leaves in the cache: neither an expired answer nor a fallback hides that it failed.
    pub async fn warm_fetch(&self, url: &Url) -> Result<Vec<u8>, FetchError> {
        ::resilient_runtime::warm(Files::fetch(self, url)).await
    }
    /// Forgets every cached answer, in memory and on disk.
    pub fn invalidate_all(&self) {
        self.fetch.invalidate_all();
    }
}
#[automatically_derived]
#[allow(refining_impl_trait)]
impl<T> Files for ResilientFiles<T>
where
    T: Files + ::core::marker::Sync,
{
    async fn fetch(&self, url: &Url) -> Result<Vec<u8>, FetchError> {
        let mut call = self
            .fetch
            .begin(
                ::resilient_runtime::fallible::<Result<Vec<u8>, FetchError>>()
                    .rules(|rules| {
                        rules
                            .breaker_ignore(|error| {
                                ::core::matches!(error, FetchError::Missing)
                            })
                            .retry_when(|error| {
                                ::core::matches!(error, FetchError::Status(500..))
                            })
                    }),
            );
        call.lookup(
                ::resilient_runtime::cacheable::<Result<Vec<u8>, FetchError>>(),
                ::resilient_runtime::Key::new().part(&url.text),
            )
            .await;
        call.breaker_for(&url.host());
        while let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let outcome = attempt.run(Files::fetch(&self.inner, url)).await;
            call.settle(outcome);
        }
        call.stale().await;
        if let ::core::option::Option::Some(failure) = call.failure() {
            call.recover(nothing(failure).await);
        }
        call.finish()
    }
    async fn size(&self, host: &str, path: String) -> Result<u64, FetchError> {
        let mut call = self
            .size
            .begin(
                ::resilient_runtime::fallible::<Result<u64, FetchError>>()
                    .rules(|rules| {
                        rules
                            .breaker_ignore(|error| {
                                ::core::matches!(error, FetchError::Missing)
                            })
                            .retry_when(|error| {
                                ::core::matches!(error, FetchError::Status(500..))
                            })
                    }),
            );
        call.breaker_for(&host);
        while let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let path = ::resilient_runtime::again::<String>(&path);
            let outcome = attempt.run(Files::size(&self.inner, host, path)).await;
            call.settle(outcome);
        }
        if let ::core::option::Option::Some(failure) = call.failure() {
            call.recover(nothing(failure).await);
        }
        call.finish()
    }
}
pub struct Url {
    pub text: String,
}
impl Url {
    pub fn host(&self) -> &str {
        self.text.split('/').next().unwrap_or_default()
    }
}
#[derive(Debug)]
pub enum FetchError {
    Status(u16),
    Missing,
    Rejected(Rejection),
}
impl From<Rejection> for FetchError {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}
impl Classify for FetchError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Rejected(rejection) => rejection.kind(),
            _ => ErrorKind::Server,
        }
    }
}
async fn nothing<T: Default>(failure: Failure<FetchError>) -> Result<T, FetchError> {
    match failure.error {
        FetchError::Missing => Ok(T::default()),
        error => Err(error),
    }
}
