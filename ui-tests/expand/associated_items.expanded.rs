//! Associated types and constants: the policies' needs stand in the where-clause.
use std::fmt::Debug;
use resilient_runtime::resilient;
pub trait Store: Debug + Send {
    type Id;
    type Row;
    type Error;
    type Borrowed<'a> where Self: 'a;
    const LIMIT: usize;
    fn row(
        &self,
        id: &Self::Id,
    ) -> impl ::core::future::Future<
        Output = Result<Self::Row, Self::Error>,
    > + ::core::marker::Send;
    fn borrowed(&self) -> Self::Borrowed<'_>;
}
/// Puts policies around an implementation of [`Store`], as the service `store`, and implements it too.
///
/// - `row`: cache (10s in memory, 1m on disk), retry (after 1s, then times 2); at most 3 attempts, without a limit in time.
/// - `borrowed`: passed straight through.
///
/// Every parameter, and where it comes from: [`explain`](Self::explain).
#[derive(::core::clone::Clone, ::core::fmt::Debug)]
pub struct ResilientStore<T> {
    inner: T,
    service: ::resilient_runtime::Service,
    row: ::resilient_runtime::Pipeline,
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
            &["row"],
            |inner, context| {
                let declaration = context
                    .declare(
                        "store",
                        ::resilient_runtime::PolicyConfig::new()
                            .retry(::resilient_runtime::RetryConfig::new().max(3))
                            .cache(
                                ::resilient_runtime::CacheConfig::new()
                                    .memory(::core::time::Duration::from_secs(10))
                                    .disk(::core::time::Duration::from_secs(60)),
                            ),
                    )?;
                ::core::result::Result::Ok(Self {
                    row: declaration
                        .method("row", ::resilient_runtime::PolicyConfig::new())?,
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
    /// `row`: at most 3 attempts, without a limit in time.
    ///
    /// | policy | parameter          | from    |
    /// | ------ | ------------------ | ------- |
    /// | cache  | `memory = "10s"`   | trait   |
    /// |        | `disk = "1m"`      | trait   |
    /// |        | `capacity = 1000`  | default |
    /// | retry  | `max = 3`          | trait   |
    /// |        | `base = "1s"`      | default |
    /// |        | `backoff = 2.0`    | default |
    /// |        | `max_delay = "1m"` | default |
    /// |        | `jitter = equal`   | default |
    /// |        | `budget = 0.2`     | default |
    ///
    /// `borrowed`: passed straight through.
    pub fn explain(&self) -> ::resilient_runtime::Explanation {
        ::resilient_runtime::Explanation::new(
            "store",
            [
                self.row.explain(),
                ::resilient_runtime::ExplainedMethod::skipped("borrowed"),
            ],
        )
    }
}
#[allow(dead_code)]
impl<T> ResilientStore<T>
where
    Self: Store + ::core::marker::Sync,
{
    /// Forgets what is cached of `row` for these arguments, in memory and on disk.
    pub fn invalidate_row(&self, id: &<Self as Store>::Id)
    where
        <Self as Store>::Id: ::resilient_runtime::KeyPart,
    {
        self.row
            .invalidate(
                &::resilient_runtime::Key::new().part::<<Self as Store>::Id>(id),
            );
    }
    /// Calls `row` for what it leaves in the cache: neither an expired answer nor a fallback hides that it failed.
    pub async fn warm_row(
        &self,
        id: &<Self as Store>::Id,
    ) -> Result<<Self as Store>::Row, <Self as Store>::Error> {
        ::resilient_runtime::warm(Store::row(self, id)).await
    }
    /// Forgets every cached answer, in memory and on disk.
    pub fn invalidate_all(&self) {
        self.row.invalidate_all();
    }
}
#[automatically_derived]
#[allow(refining_impl_trait)]
impl<T> Store for ResilientStore<T>
where
    T: Store + ::core::marker::Sync,
    <T as Store>::Error: ::core::convert::From<::resilient_runtime::Rejection>
        + ::resilient_runtime::Classify + ::core::marker::Send,
    <T as Store>::Row: ::resilient_runtime::CacheValue + ::resilient_runtime::DiskValue,
    <T as Store>::Id: ::resilient_runtime::KeyPart + ::core::marker::Sync,
{
    type Id = <T as Store>::Id;
    type Row = <T as Store>::Row;
    type Error = <T as Store>::Error;
    type Borrowed<'a> = <T as Store>::Borrowed<'a> where Self: 'a;
    const LIMIT: usize = <T as Store>::LIMIT;
    async fn row(&self, id: &Self::Id) -> Result<Self::Row, Self::Error> {
        let mut call = self
            .row
            .begin(::resilient_runtime::fallible::<Result<Self::Row, Self::Error>>());
        call.lookup(
                ::resilient_runtime::storable::<Result<Self::Row, Self::Error>>(),
                ::resilient_runtime::Key::new().part::<Self::Id>(id),
            )
            .await;
        while let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let outcome = attempt.run(Store::row(&self.inner, id)).await;
            call.settle(outcome);
        }
        call.stale().await;
        call.finish()
    }
    fn borrowed(&self) -> Self::Borrowed<'_> {
        Store::borrowed(&self.inner)
    }
}
