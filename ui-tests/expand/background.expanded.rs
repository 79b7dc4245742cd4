use resilient_runtime::{Classify, Rejection, resilient};
/// Prices that nobody waits for twice.
pub trait Prices {
    fn price(
        &self,
        item: &str,
        filters: Vec<u32>,
    ) -> impl ::core::future::Future<
        Output = Result<u32, PriceError>,
    > + ::core::marker::Send;
    fn rare(
        &self,
        item: Option<&str>,
    ) -> impl ::core::future::Future<
        Output = Result<u32, PriceError>,
    > + ::core::marker::Send;
}
/// Puts policies around an implementation of [`Prices`], as the service `prices`, and implements it too.
///
/// - `price`: cache (1h in memory, refreshed after 1m); at most 1 attempt, without a limit in time.
/// - `rare`: cache (1h in memory, refreshed after 1m); at most 1 attempt, without a limit in time.
///
/// Every parameter, and where it comes from: [`explain`](Self::explain).
#[derive(::core::clone::Clone, ::core::fmt::Debug)]
pub struct ResilientPrices<T> {
    inner: T,
    service: ::resilient_runtime::Service,
    price: ::resilient_runtime::Pipeline,
    rare: ::resilient_runtime::Pipeline,
}
#[allow(dead_code)]
impl<T> ResilientPrices<T> {
    /// Puts the policies around `inner`, in the global registry.
    ///
    /// # Panics
    ///
    /// Where the service `prices` was declared before in the registry with other parameters of its breaker, rate, bulkhead or budget,
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
    /// Where the service `prices` was declared before in the registry with other parameters of its breaker, rate, bulkhead or budget,
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
            &["price", "rare"],
            |inner, context| {
                let declaration = context
                    .declare(
                        "prices",
                        ::resilient_runtime::PolicyConfig::new()
                            .cache(
                                ::resilient_runtime::CacheConfig::new()
                                    .memory(::core::time::Duration::from_secs(3600))
                                    .refresh(::core::time::Duration::from_secs(60)),
                            ),
                    )?;
                ::core::result::Result::Ok(Self {
                    price: declaration
                        .method("price", ::resilient_runtime::PolicyConfig::new())?,
                    rare: declaration
                        .method(
                            "rare",
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
    /// The policies of the service `prices`, from the outside in.
    ///
    /// `price`: at most 1 attempt, without a limit in time.
    ///
    /// | policy | parameter           | from    |
    /// | ------ | ------------------- | ------- |
    /// | cache  | `memory = "1h"`     | trait   |
    /// |        | `capacity = 1000`   | default |
    /// |        | `refresh = "1m"`    | trait   |
    /// |        | `background = true` | trait   |
    ///
    /// `rare`: at most 1 attempt, without a limit in time.
    ///
    /// | policy | parameter         | from    |
    /// | ------ | ----------------- | ------- |
    /// | cache  | `memory = "1h"`   | trait   |
    /// |        | `capacity = 1000` | default |
    /// |        | `refresh = "1m"`  | trait   |
    pub fn explain(&self) -> ::resilient_runtime::Explanation {
        ::resilient_runtime::Explanation::new(
            "prices",
            [
                self.price.explain().of_trait("cache", "background", "true"),
                self.rare.explain(),
            ],
        )
    }
}
#[allow(dead_code)]
impl<T> ResilientPrices<T>
where
    Self: Prices + ::core::marker::Sync,
{
    fn refresh_price(
        &self,
        refresh: ::resilient_runtime::Refresh,
        item: &str,
        filters: Vec<u32>,
    )
    where
        T: ::core::clone::Clone + ::core::marker::Send + ::core::marker::Sync + 'static,
    {
        let decorator = ::core::clone::Clone::clone(self);
        let item = ::resilient_runtime::owned::<str>(item);
        refresh.spawn(async move { Prices::price(&decorator, &item, filters).await });
    }
    /// Forgets what is cached of `price` for these arguments, in memory and on disk.
    pub fn invalidate_price(&self, item: &str, filters: Vec<u32>) {
        self.price
            .invalidate(
                &::resilient_runtime::Key::new()
                    .part::<str>(item)
                    .part::<Vec<u32>>(&filters),
            );
    }
    /// Calls `price` for what it leaves in the cache: neither an expired answer nor a fallback hides that it failed.
    pub async fn warm_price(
        &self,
        item: &str,
        filters: Vec<u32>,
    ) -> Result<u32, PriceError> {
        ::resilient_runtime::warm(Prices::price(self, item, filters)).await
    }
    /// Forgets what is cached of `rare` for these arguments, in memory and on disk.
    pub fn invalidate_rare(&self, item: Option<&str>) {
        self.rare
            .invalidate(&::resilient_runtime::Key::new().part::<Option<&str>>(&item));
    }
    /// Calls `rare` for what it leaves in the cache: neither an expired answer nor a fallback hides that it failed.
    pub async fn warm_rare(&self, item: Option<&str>) -> Result<u32, PriceError> {
        ::resilient_runtime::warm(Prices::rare(self, item)).await
    }
    /// Forgets every cached answer, in memory and on disk.
    pub fn invalidate_all(&self) {
        self.price.invalidate_all();
        self.rare.invalidate_all();
    }
}
#[automatically_derived]
#[allow(refining_impl_trait)]
impl<T> Prices for ResilientPrices<T>
where
    T: Prices + ::core::marker::Sync,
    T: ::core::clone::Clone + ::core::marker::Send + ::core::marker::Sync + 'static,
{
    async fn price(&self, item: &str, filters: Vec<u32>) -> Result<u32, PriceError> {
        let mut call = self
            .price
            .begin(::resilient_runtime::fallible::<Result<u32, PriceError>>());
        call.lookup(
                ::resilient_runtime::cacheable::<Result<u32, PriceError>>(),
                ::resilient_runtime::Key::new()
                    .part::<str>(item)
                    .part::<Vec<u32>>(&filters),
            )
            .await;
        if let ::core::option::Option::Some(refresh) = call.refresh() {
            self.refresh_price(
                refresh,
                item,
                ::resilient_runtime::again::<Vec<u32>>(&filters),
            );
        }
        if let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let outcome = attempt.run(Prices::price(&self.inner, item, filters)).await;
            call.settle(outcome);
        }
        call.stale().await;
        call.finish()
    }
    async fn rare(&self, item: Option<&str>) -> Result<u32, PriceError> {
        let mut call = self
            .rare
            .begin(::resilient_runtime::fallible::<Result<u32, PriceError>>());
        call.lookup(
                ::resilient_runtime::cacheable::<Result<u32, PriceError>>(),
                ::resilient_runtime::Key::new().part::<Option<&str>>(&item),
            )
            .await;
        if let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let outcome = attempt.run(Prices::rare(&self.inner, item)).await;
            call.settle(outcome);
        }
        call.stale().await;
        call.finish()
    }
}
#[derive(Debug)]
pub struct PriceError;
impl From<Rejection> for PriceError {
    fn from(_: Rejection) -> Self {
        Self
    }
}
impl Classify for PriceError {}
