use resilient_runtime::{Classify, Failure, Rejection, resilient};
/// Searches whose argument each of the requests, and the fallback, need for themselves.
pub trait Finder {
    fn find(
        &self,
        query: Query,
        limit: u32,
    ) -> impl ::core::future::Future<
        Output = Result<Vec<String>, FindError>,
    > + ::core::marker::Send;
    fn generic<Q: Into<Query> + Clone + Send>(
        &self,
        query: Q,
    ) -> impl ::core::future::Future<
        Output = Result<String, FindError>,
    > + ::core::marker::Send;
}
/// Puts policies around an implementation of [`Finder`], as the service `finder`, and implements it too.
///
/// - `find`: fallback, 1s for an attempt, hedge (up to 2 more after 50ms); at most 3 attempts, over in 1s.
/// - `generic`: retry (after 1s, then times 2), 1s for an attempt, hedge (up to 2 more after p95); at most 6 attempts, over in 1m 2s.
///
/// Every parameter, and where it comes from: [`explain`](Self::explain).
#[derive(::core::clone::Clone, ::core::fmt::Debug)]
pub struct ResilientFinder<T> {
    inner: T,
    service: ::resilient_runtime::Service,
    find: ::resilient_runtime::Pipeline,
    generic: ::resilient_runtime::Pipeline,
}
#[allow(dead_code)]
impl<T> ResilientFinder<T> {
    /// Puts the policies around `inner`, in the global registry.
    ///
    /// # Panics
    ///
    /// Where the service `finder` was declared before in the registry with other parameters of its breaker, rate, bulkhead or budget,
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
    /// Where the service `finder` was declared before in the registry with other parameters of its breaker, rate, bulkhead or budget,
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
            &["find", "generic"],
            |inner, context| {
                let declaration = context
                    .declare(
                        "finder",
                        ::resilient_runtime::PolicyConfig::new()
                            .timeout(
                                ::resilient_runtime::TimeoutConfig::new()
                                    .attempt(::core::time::Duration::from_secs(1)),
                            )
                            .hedge(
                                ::resilient_runtime::HedgeConfig::new()
                                    .after(::core::time::Duration::from_millis(50))
                                    .max(2)
                                    .budget(0.1),
                            ),
                    )?;
                ::core::result::Result::Ok(Self {
                    find: declaration
                        .method("find", ::resilient_runtime::PolicyConfig::new())?,
                    generic: declaration
                        .method(
                            "generic",
                            ::resilient_runtime::PolicyConfig::new()
                                .retry(::resilient_runtime::RetryConfig::new().max(2))
                                .hedge(
                                    ::resilient_runtime::HedgeConfig::new()
                                        .after_percentile(95.0),
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
    /// The policies of the service `finder`, from the outside in.
    ///
    /// `find`: at most 3 attempts, over in 1s.
    ///
    /// | policy   | parameter                                                                    | from   |
    /// | -------- | ---------------------------------------------------------------------------- | ------ |
    /// | fallback | `\|failure: Failure < FindError >\| async move { rebuilt(&query, failure) }` | method |
    /// | timeout  | `attempt = "1s"`                                                             | trait  |
    /// | hedge    | `after = "50ms"`                                                             | trait  |
    /// |          | `max = 2`                                                                    | trait  |
    /// |          | `budget = 0.1`                                                               | trait  |
    ///
    /// `generic`: at most 6 attempts, over in 1m 2s.
    ///
    /// | policy  | parameter          | from    |
    /// | ------- | ------------------ | ------- |
    /// | retry   | `max = 2`          | method  |
    /// |         | `base = "1s"`      | default |
    /// |         | `backoff = 2.0`    | default |
    /// |         | `max_delay = "1m"` | default |
    /// |         | `jitter = equal`   | default |
    /// |         | `budget = 0.1`     | trait   |
    /// | timeout | `attempt = "1s"`   | trait   |
    /// | hedge   | `after = p95`      | method  |
    /// |         | `max = 2`          | trait   |
    pub fn explain(&self) -> ::resilient_runtime::Explanation {
        ::resilient_runtime::Explanation::new(
            "finder",
            [
                self
                    .find
                    .explain()
                    .of_method(
                        "fallback",
                        "rung",
                        "|failure: Failure < FindError >| async move { rebuilt(&query, failure) }",
                    ),
                self.generic.explain(),
            ],
        )
    }
}
#[automatically_derived]
#[allow(refining_impl_trait)]
impl<T> Finder for ResilientFinder<T>
where
    T: Finder + ::core::marker::Sync,
{
    async fn find(&self, query: Query, limit: u32) -> Result<Vec<String>, FindError> {
        let mut call = self
            .find
            .begin(::resilient_runtime::fallible::<Result<Vec<String>, FindError>>());
        if let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let query = ::resilient_runtime::again::<Query>(&query);
            call.race(
                    attempt,
                    move || {
                        let query = ::resilient_runtime::again::<Query>(&query);
                        Finder::find(&self.inner, query, limit)
                    },
                )
                .await;
        }
        if let ::core::option::Option::Some(failure) = call.failure() {
            let fallback = |failure: Failure<FindError>| async move {
                rebuilt(&query, failure)
            };
            call.recover(fallback(failure).await);
        }
        call.finish()
    }
    async fn generic<Q: Into<Query> + Clone + Send>(
        &self,
        query: Q,
    ) -> Result<String, FindError> {
        let mut call = self
            .generic
            .begin(::resilient_runtime::fallible::<Result<String, FindError>>());
        while let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let query = ::resilient_runtime::again::<Q>(&query);
            call.race(
                    attempt,
                    move || {
                        let query = ::resilient_runtime::again::<Q>(&query);
                        Finder::generic::<Q>(&self.inner, query)
                    },
                )
                .await;
        }
        call.finish()
    }
}
#[derive(Debug, Clone)]
pub struct Query(pub String);
#[derive(Debug)]
pub struct FindError;
impl From<Rejection> for FindError {
    fn from(_: Rejection) -> Self {
        Self
    }
}
impl Classify for FindError {}
fn rebuilt(
    query: &Query,
    failure: Failure<FindError>,
) -> Result<Vec<String>, FindError> {
    if query.0.is_empty() { Ok(Vec::new()) } else { Err(failure.error) }
}
