use resilient_runtime::{Classify, Rejection, resilient, serde};
/// A shop whose prices are good for a while, and better than none for longer.
pub trait Shop {
    fn price(
        &self,
        item: &str,
    ) -> impl ::core::future::Future<
        Output = Result<Price, ShopError>,
    > + ::core::marker::Send;
    fn page(
        &self,
        page: u32,
        nonce: u64,
    ) -> impl ::core::future::Future<
        Output = Result<Price, ShopError>,
    > + ::core::marker::Send;
    fn order(
        &self,
        item: String,
    ) -> impl ::core::future::Future<
        Output = Result<Price, ShopError>,
    > + ::core::marker::Send;
}
/// Puts policies around an implementation of [`Shop`], as the service `shop`, and implements it too.
///
/// - `price`: 2 fallbacks, cache (5m in memory, 30m on disk, refreshed after 4m, up to 1h stale on failure); at most 1 attempt, without a limit in time.
/// - `page`: cache (5m in memory, 30m on disk, refreshed after 4m, up to 1h stale on failure); at most 1 attempt, without a limit in time.
/// - `order`: 2 fallbacks; at most 1 attempt, without a limit in time.
///
/// Every parameter, and where it comes from: [`explain`](Self::explain).
#[derive(::core::clone::Clone, ::core::fmt::Debug)]
pub struct ResilientShop<T> {
    inner: T,
    service: ::resilient_runtime::Service,
    price: ::resilient_runtime::Pipeline,
    page: ::resilient_runtime::Pipeline,
    order: ::resilient_runtime::Pipeline,
}
#[allow(dead_code)]
impl<T> ResilientShop<T> {
    /// Puts the policies around `inner`, in the global registry.
    ///
    /// # Panics
    ///
    /// Where the service `shop` was declared before in the registry with other parameters of its breaker, rate, bulkhead or budget,
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
    /// Where the service `shop` was declared before in the registry with other parameters of its breaker, rate, bulkhead or budget,
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
            &["price", "page", "order"],
            |inner, context| {
                let declaration = context
                    .declare(
                        "shop",
                        ::resilient_runtime::PolicyConfig::new()
                            .cache(
                                ::resilient_runtime::CacheConfig::new()
                                    .memory(::core::time::Duration::from_secs(300))
                                    .disk(::core::time::Duration::from_secs(1800))
                                    .refresh(::core::time::Duration::from_secs(240))
                                    .stale(::core::time::Duration::from_secs(3600))
                                    .jitter(0.1),
                            ),
                    )?;
                ::core::result::Result::Ok(Self {
                    price: declaration
                        .method("price", ::resilient_runtime::PolicyConfig::new())?,
                    page: declaration
                        .method(
                            "page",
                            ::resilient_runtime::PolicyConfig::new()
                                .cache(
                                    ::resilient_runtime::CacheConfig::new()
                                        .max_weight(5000)
                                        .negative(::core::time::Duration::from_secs(30))
                                        .idle(::core::time::Duration::from_secs(60)),
                                ),
                        )?,
                    order: declaration
                        .method(
                            "order",
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
    /// The policies of the service `shop`, from the outside in.
    ///
    /// `price`: at most 1 attempt, without a limit in time.
    ///
    /// | policy   | parameter         | from    |
    /// | -------- | ----------------- | ------- |
    /// | fallback | `stale`           | trait   |
    /// |          | `list_price`      | trait   |
    /// | cache    | `memory = "5m"`   | trait   |
    /// |          | `disk = "30m"`    | trait   |
    /// |          | `capacity = 1000` | default |
    /// |          | `refresh = "4m"`  | trait   |
    /// |          | `stale = "1h"`    | trait   |
    /// |          | `jitter = 0.1`    | trait   |
    ///
    /// `page`: at most 1 attempt, without a limit in time.
    ///
    /// | policy | parameter             | from    |
    /// | ------ | --------------------- | ------- |
    /// | cache  | `memory = "5m"`       | trait   |
    /// |        | `disk = "30m"`        | trait   |
    /// |        | `capacity = 1000`     | default |
    /// |        | `max_weight = 5000`   | method  |
    /// |        | `refresh = "4m"`      | trait   |
    /// |        | `stale = "1h"`        | trait   |
    /// |        | `negative = "30s"`    | method  |
    /// |        | `jitter = 0.1`        | trait   |
    /// |        | `idle = "1m"`         | method  |
    /// |        | `key = page`          | method  |
    /// |        | `weight = worth`      | method  |
    /// |        | `cache_if = is_whole` | method  |
    ///
    /// `order`: at most 1 attempt, without a limit in time.
    ///
    /// | policy   | parameter    | from   |
    /// | -------- | ------------ | ------ |
    /// | fallback | `list_price` | trait  |
    /// | cache    | `off`        | method |
    pub fn explain(&self) -> ::resilient_runtime::Explanation {
        ::resilient_runtime::Explanation::new(
            "shop",
            [
                self
                    .price
                    .explain()
                    .of_trait("fallback", "rung", "stale")
                    .of_trait("fallback", "rung", "list_price"),
                self
                    .page
                    .explain()
                    .of_method("cache", "key", "page")
                    .of_method("cache", "weight", "worth")
                    .of_method("cache", "cache_if", "is_whole"),
                self.order.explain().of_trait("fallback", "rung", "list_price"),
            ],
        )
    }
}
#[allow(dead_code)]
impl<T> ResilientShop<T>
where
    Self: Shop + ::core::marker::Sync,
{
    /// Forgets what is cached of `price` for these arguments, in memory and on disk.
    pub fn invalidate_price(&self, item: &str) {
        self.price.invalidate(&::resilient_runtime::Key::new().part::<str>(item));
    }
    /// Calls `price` for what it leaves in the cache: neither an expired answer nor a fallback hides that it failed.
    pub async fn warm_price(&self, item: &str) -> Result<Price, ShopError> {
        ::resilient_runtime::warm(Shop::price(self, item)).await
    }
    #[allow(unused_variables)]
    /// Forgets what is cached of `page` for these arguments, in memory and on disk.
    pub fn invalidate_page(&self, page: u32, nonce: u64) {
        self.page.invalidate(&::resilient_runtime::Key::new().part(&page));
    }
    /// Calls `page` for what it leaves in the cache: neither an expired answer nor a fallback hides that it failed.
    pub async fn warm_page(&self, page: u32, nonce: u64) -> Result<Price, ShopError> {
        ::resilient_runtime::warm(Shop::page(self, page, nonce)).await
    }
    /// Forgets every cached answer, in memory and on disk.
    pub fn invalidate_all(&self) {
        self.price.invalidate_all();
        self.page.invalidate_all();
    }
}
#[automatically_derived]
#[allow(refining_impl_trait)]
impl<T> Shop for ResilientShop<T>
where
    T: Shop + ::core::marker::Sync,
{
    async fn price(&self, item: &str) -> Result<Price, ShopError> {
        let mut call = self
            .price
            .begin(::resilient_runtime::fallible::<Result<Price, ShopError>>());
        call.lookup(
                ::resilient_runtime::storable::<Result<Price, ShopError>>(),
                ::resilient_runtime::Key::new().part::<str>(item),
            )
            .await;
        if let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let outcome = attempt.run(Shop::price(&self.inner, item)).await;
            call.settle(outcome);
        }
        call.stale().await;
        if let ::core::option::Option::Some(failure) = call.failure() {
            call.recover(list_price(failure).await);
        }
        call.finish()
    }
    async fn page(&self, page: u32, nonce: u64) -> Result<Price, ShopError> {
        let mut call = self
            .page
            .begin(
                ::resilient_runtime::fallible::<Result<Price, ShopError>>()
                    .rules(|rules| rules.weight(worth).cache_if(is_whole)),
            );
        call.lookup(
                ::resilient_runtime::storable_result::<Result<Price, ShopError>>(),
                ::resilient_runtime::Key::new().part(&page),
            )
            .await;
        if let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let outcome = attempt.run(Shop::page(&self.inner, page, nonce)).await;
            call.settle(outcome);
        }
        call.stale().await;
        call.finish()
    }
    async fn order(&self, item: String) -> Result<Price, ShopError> {
        let mut call = self
            .order
            .begin(::resilient_runtime::fallible::<Result<Price, ShopError>>());
        if let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let outcome = attempt.run(Shop::order(&self.inner, item)).await;
            call.settle(outcome);
        }
        if let ::core::option::Option::Some(failure) = call.failure() {
            call.recover(list_price(failure).await);
        }
        call.finish()
    }
}
#[derive(Clone, serde::Serialize, serde::Deserialize)]
#[serde(crate = "resilient_runtime::serde")]
pub struct Price(u32);
fn is_whole(price: &Price) -> bool {
    price.0 > 0
}
fn worth(price: &Price) -> u64 {
    u64::from(price.0)
}
async fn list_price<E>(_: resilient_runtime::Failure<E>) -> Result<Price, E> {
    Ok(Price(100))
}
#[derive(Clone, Debug)]
pub struct ShopError;
impl From<Rejection> for ShopError {
    fn from(_: Rejection) -> Self {
        Self
    }
}
impl Classify for ShopError {}
