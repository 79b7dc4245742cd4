use resilient_runtime::{Classify, Rejection, resilient};
/// A shop whose answers say in many ways what went wrong.
pub trait Shop {
    fn order(
        &self,
        item: &str,
    ) -> impl ::core::future::Future<
        Output = Result<Order, ShopError>,
    > + ::core::marker::Send;
}
/// Puts policies around an implementation of [`Shop`], as the service `shop`, and implements it too.
///
/// - `order`: retry (after 1s, then fibonacci), breaker (a failure rate of 0.5 over the last 30s or a share of 1.0 slower than 2s over the last 30s opens it for 1m); at most 4 attempts, without a limit in time.
///
/// Every parameter, and where it comes from: [`explain`](Self::explain).
#[derive(::core::clone::Clone, ::core::fmt::Debug)]
pub struct ResilientShop<T> {
    inner: T,
    service: ::resilient_runtime::Service,
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
            &["order"],
            |inner, context| {
                let declaration = context
                    .declare(
                        "shop",
                        ::resilient_runtime::PolicyConfig::new()
                            .breaker(
                                ::resilient_runtime::BreakerConfig::new()
                                    .failure_rate(0.5)
                                    .window_time(::core::time::Duration::from_secs(30))
                                    .min_calls(10)
                                    .slow(::core::time::Duration::from_secs(2)),
                            )
                            .retry(
                                ::resilient_runtime::RetryConfig::new()
                                    .max(4)
                                    .strategy(::resilient_runtime::Backoff::Fibonacci)
                                    .within(::core::time::Duration::from_secs(30))
                                    .budget(0.1),
                            ),
                    )?;
                ::core::result::Result::Ok(Self {
                    order: declaration
                        .method("order", ::resilient_runtime::PolicyConfig::new())?,
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
    /// `order`: at most 4 attempts, without a limit in time.
    ///
    /// | policy  | parameter                                        | from    |
    /// | ------- | ------------------------------------------------ | ------- |
    /// | retry   | `max = 4`                                        | trait   |
    /// |         | `base = "1s"`                                    | default |
    /// |         | `backoff = fibonacci`                            | trait   |
    /// |         | `max_delay = "1m"`                               | default |
    /// |         | `jitter = equal`                                 | default |
    /// |         | `within = "30s"`                                 | trait   |
    /// |         | `budget = 0.1`                                   | trait   |
    /// |         | `except = ShopError::Busy(after) if *after > 10` | trait   |
    /// |         | `when = is_transient`                            | trait   |
    /// |         | `retry_if = is_pending`                          | trait   |
    /// |         | `hook = note`                                    | trait   |
    /// | breaker | `threshold = 0.5`                                | trait   |
    /// |         | `window = "30s"`                                 | trait   |
    /// |         | `min_calls = 10`                                 | trait   |
    /// |         | `slow = "2s"`                                    | trait   |
    /// |         | `slow_rate = 1.0`                                | default |
    /// |         | `recovery = "1m"`                                | default |
    /// |         | `half_open = 1`                                  | default |
    /// |         | `on = ShopError::Down \| ShopError::Garbled`     | trait   |
    /// |         | `ignore = ShopError::Missing { .. }`             | trait   |
    /// |         | `failure_if = is_apology`                        | trait   |
    pub fn explain(&self) -> ::resilient_runtime::Explanation {
        ::resilient_runtime::Explanation::new(
            "shop",
            [
                self
                    .order
                    .explain()
                    .of_trait("retry", "except", "ShopError::Busy(after) if *after > 10")
                    .of_trait("retry", "when", "is_transient")
                    .of_trait("retry", "retry_if", "is_pending")
                    .of_trait("retry", "hook", "note")
                    .of_trait("breaker", "on", "ShopError::Down | ShopError::Garbled")
                    .of_trait("breaker", "ignore", "ShopError::Missing { .. }")
                    .of_trait("breaker", "failure_if", "is_apology"),
            ],
        )
    }
}
#[automatically_derived]
#[allow(refining_impl_trait)]
impl<T> Shop for ResilientShop<T>
where
    T: Shop + ::core::marker::Sync,
{
    async fn order(&self, item: &str) -> Result<Order, ShopError> {
        let mut call = self
            .order
            .begin(
                ::resilient_runtime::fallible::<Result<Order, ShopError>>()
                    .rules(|rules| {
                        rules
                            .breaker_ignore(|error| {
                                ::core::matches!(error, ShopError::Missing { .. })
                            })
                            .breaker_when(|error| {
                                ::core::matches!(
                                    error, ShopError::Down | ShopError::Garbled
                                )
                            })
                            .failure_if(is_apology)
                            .retry_except(|error| {
                                ::core::matches!(
                                    error, ShopError::Busy(after) if * after > 10
                                )
                            })
                            .retry_when(is_transient)
                            .retry_if(is_pending)
                            .before_retry(note)
                    }),
            );
        while let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let outcome = attempt.run(Shop::order(&self.inner, item)).await;
            call.settle(outcome);
        }
        call.finish()
    }
}
pub struct Order {
    pub status: u16,
}
#[derive(Debug)]
pub enum ShopError {
    Down,
    Garbled,
    Busy(u64),
    Missing { item: String },
    Rejected(Rejection),
}
impl From<Rejection> for ShopError {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}
impl Classify for ShopError {}
fn is_apology(order: &Order) -> bool {
    order.status == 299
}
fn is_pending(order: &Order) -> bool {
    order.status == 202
}
fn is_transient(error: &ShopError) -> bool {
    matches!(error, ShopError::Down)
}
fn note(retrying: &resilient_runtime::Retrying<'_, ShopError>) {
    let _ = retrying.delay;
}
