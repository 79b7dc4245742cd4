//! `&mut self` and `&mut` arguments, borrowed anew for each attempt.
use resilient_runtime::resilient;
use ui_tests::shapes::ScoutError;
pub trait Session {
    fn send(
        &mut self,
        message: &[u8],
        reply: &mut Vec<u8>,
    ) -> impl ::core::future::Future<
        Output = Result<usize, ScoutError>,
    > + ::core::marker::Send;
}
/// Puts policies around an implementation of [`Session`], as the service `session`, and implements it too.
///
/// - `send`: 5s for the call, retry (after 1s, then times 2), 500ms for an attempt; at most 3 attempts, over in 5s.
///
/// Every parameter, and where it comes from: [`explain`](Self::explain).
#[derive(::core::clone::Clone, ::core::fmt::Debug)]
pub struct ResilientSession<T> {
    inner: T,
    service: ::resilient_runtime::Service,
    send: ::resilient_runtime::Pipeline,
}
#[allow(dead_code)]
impl<T> ResilientSession<T> {
    /// Puts the policies around `inner`, in the global registry.
    ///
    /// # Panics
    ///
    /// Where the service `session` was declared before in the registry with other parameters of its breaker, rate, bulkhead or budget,
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
    /// Where the service `session` was declared before in the registry with other parameters of its breaker, rate, bulkhead or budget,
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
            &["send"],
            |inner, context| {
                let declaration = context
                    .declare(
                        "session",
                        ::resilient_runtime::PolicyConfig::new()
                            .retry(::resilient_runtime::RetryConfig::new().max(3))
                            .timeout(
                                ::resilient_runtime::TimeoutConfig::new()
                                    .attempt(::core::time::Duration::from_millis(500))
                                    .call(::core::time::Duration::from_secs(5)),
                            ),
                    )?;
                ::core::result::Result::Ok(Self {
                    send: declaration
                        .method("send", ::resilient_runtime::PolicyConfig::new())?,
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
    /// The policies of the service `session`, from the outside in.
    ///
    /// `send`: at most 3 attempts, over in 5s.
    ///
    /// | policy  | parameter           | from    |
    /// | ------- | ------------------- | ------- |
    /// | timeout | `call = "5s"`       | trait   |
    /// | retry   | `max = 3`           | trait   |
    /// |         | `base = "1s"`       | default |
    /// |         | `backoff = 2.0`     | default |
    /// |         | `max_delay = "1m"`  | default |
    /// |         | `jitter = equal`    | default |
    /// |         | `budget = 0.2`      | default |
    /// | timeout | `attempt = "500ms"` | trait   |
    pub fn explain(&self) -> ::resilient_runtime::Explanation {
        ::resilient_runtime::Explanation::new("session", [self.send.explain()])
    }
}
#[automatically_derived]
#[allow(refining_impl_trait)]
impl<T> Session for ResilientSession<T>
where
    T: Session + ::core::marker::Send,
{
    async fn send(
        &mut self,
        message: &[u8],
        reply: &mut Vec<u8>,
    ) -> Result<usize, ScoutError> {
        let mut call = self
            .send
            .begin(::resilient_runtime::fallible::<Result<usize, ScoutError>>());
        while let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let outcome = attempt
                .run(Session::send(&mut self.inner, message, reply))
                .await;
            call.settle(outcome);
        }
        call.finish()
    }
}
