//! An alias with one parameter: the return type is asked, not read. Lints and `cfg` travel with the method.
use std::io;
use resilient_runtime::resilient;
pub trait Files {
    #[cfg(unix)]
    #[allow(clippy::needless_lifetimes)]
    fn read<'a>(
        &self,
        path: &'a str,
    ) -> impl ::core::future::Future<
        Output = io::Result<Vec<u8>>,
    > + ::core::marker::Send;
    #[cfg(any())]
    fn never(
        &self,
        missing: Missing,
    ) -> impl ::core::future::Future<Output = io::Result<()>> + ::core::marker::Send;
    #[deprecated = "use `read`"]
    fn load(
        &self,
    ) -> impl ::core::future::Future<
        Output = io::Result<Vec<u8>>,
    > + ::core::marker::Send;
}
/// Puts policies around an implementation of [`Files`], as the service `files`, and implements it too.
///
/// - `read`: retry (after 10ms, then times 1.5), 250ms for an attempt; at most 4 attempts, over in 4s.
/// - `never`: retry (after 10ms, then times 1.5), 250ms for an attempt; at most 4 attempts, over in 4s.
/// - `load`: retry (after 10ms, then times 1.5), 250ms for an attempt; at most 4 attempts, over in 4s.
///
/// Every parameter, and where it comes from: [`explain`](Self::explain).
#[allow(clippy::needless_lifetimes)]
#[derive(::core::clone::Clone, ::core::fmt::Debug)]
pub struct ResilientFiles<T> {
    inner: T,
    service: ::resilient_runtime::Service,
    #[cfg(unix)]
    read: ::resilient_runtime::Pipeline,
    #[cfg(any())]
    never: ::resilient_runtime::Pipeline,
    load: ::resilient_runtime::Pipeline,
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
            &[#[cfg(unix)] "read", #[cfg(any())] "never", "load"],
            |inner, context| {
                let declaration = context
                    .declare(
                        "files",
                        ::resilient_runtime::PolicyConfig::new()
                            .retry(
                                ::resilient_runtime::RetryConfig::new()
                                    .max(4)
                                    .base(::core::time::Duration::from_millis(10))
                                    .backoff(1.5)
                                    .max_delay(::core::time::Duration::from_secs(1))
                                    .jitter(::resilient_runtime::Jitter::Full),
                            )
                            .timeout(
                                ::resilient_runtime::TimeoutConfig::new()
                                    .attempt(::core::time::Duration::from_millis(250)),
                            ),
                    )?;
                ::core::result::Result::Ok(Self {
                    #[cfg(unix)]
                    read: declaration
                        .method("read", ::resilient_runtime::PolicyConfig::new())?,
                    #[cfg(any())]
                    never: declaration
                        .method("never", ::resilient_runtime::PolicyConfig::new())?,
                    load: declaration
                        .method("load", ::resilient_runtime::PolicyConfig::new())?,
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
    /// `read`: at most 4 attempts, over in 4s.
    ///
    /// | policy  | parameter           | from    |
    /// | ------- | ------------------- | ------- |
    /// | retry   | `max = 4`           | trait   |
    /// |         | `base = "10ms"`     | trait   |
    /// |         | `backoff = 1.5`     | trait   |
    /// |         | `max_delay = "1s"`  | trait   |
    /// |         | `jitter = full`     | trait   |
    /// |         | `budget = 0.2`      | default |
    /// | timeout | `attempt = "250ms"` | trait   |
    ///
    /// `never`: at most 4 attempts, over in 4s.
    ///
    /// | policy  | parameter           | from    |
    /// | ------- | ------------------- | ------- |
    /// | retry   | `max = 4`           | trait   |
    /// |         | `base = "10ms"`     | trait   |
    /// |         | `backoff = 1.5`     | trait   |
    /// |         | `max_delay = "1s"`  | trait   |
    /// |         | `jitter = full`     | trait   |
    /// |         | `budget = 0.2`      | default |
    /// | timeout | `attempt = "250ms"` | trait   |
    ///
    /// `load`: at most 4 attempts, over in 4s.
    ///
    /// | policy  | parameter           | from    |
    /// | ------- | ------------------- | ------- |
    /// | retry   | `max = 4`           | trait   |
    /// |         | `base = "10ms"`     | trait   |
    /// |         | `backoff = 1.5`     | trait   |
    /// |         | `max_delay = "1s"`  | trait   |
    /// |         | `jitter = full`     | trait   |
    /// |         | `budget = 0.2`      | default |
    /// | timeout | `attempt = "250ms"` | trait   |
    pub fn explain(&self) -> ::resilient_runtime::Explanation {
        ::resilient_runtime::Explanation::new(
            "files",
            [
                #[cfg(unix)]
                self.read.explain(),
                #[cfg(any())]
                self.never.explain(),
                self.load.explain(),
            ],
        )
    }
}
#[automatically_derived]
#[allow(refining_impl_trait)]
impl<T> Files for ResilientFiles<T>
where
    T: Files + ::core::marker::Sync,
{
    #[cfg(unix)]
    #[allow(clippy::needless_lifetimes)]
    async fn read<'a>(&self, path: &'a str) -> io::Result<Vec<u8>> {
        let mut call = self
            .read
            .begin(::resilient_runtime::fallible::<io::Result<Vec<u8>>>());
        while let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let outcome = attempt.run(Files::read(&self.inner, path)).await;
            call.settle(outcome);
        }
        call.finish()
    }
    #[cfg(any())]
    async fn never(&self, missing: Missing) -> io::Result<()> {
        let mut call = self
            .never
            .begin(::resilient_runtime::fallible::<io::Result<()>>());
        while let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let missing = ::resilient_runtime::again::<Missing>(&missing);
            let outcome = attempt.run(Files::never(&self.inner, missing)).await;
            call.settle(outcome);
        }
        call.finish()
    }
    #[allow(deprecated)]
    async fn load(&self) -> io::Result<Vec<u8>> {
        let mut call = self
            .load
            .begin(::resilient_runtime::fallible::<io::Result<Vec<u8>>>());
        while let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let outcome = attempt.run(Files::load(&self.inner)).await;
            call.settle(outcome);
        }
        call.finish()
    }
}
