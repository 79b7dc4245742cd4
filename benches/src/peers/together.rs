//! What a user puts together, and the same layers of tower-resilience.

use std::{num::NonZeroU32, time::Duration};

use backon::{ExponentialBuilder, Retryable};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use recloser::{AsyncRecloser, Recloser};
use tokio::{sync::Semaphore, time::timeout};
use tower::ServiceBuilder;
use tower_resilience::{
    bulkhead::BulkheadLayer, circuitbreaker::CircuitBreakerLayer, ratelimiter::RateLimiterLayer,
    retry::RetryLayer, timelimiter::TimeLimiterLayer,
};

use super::TOWER;
use crate::{
    harness::{Contender, Reaches, Role},
    scenarios::{rate::RATE, together::LIMIT},
    work::{Answer, Fault, drive, ready, suspends},
};

/// What a user puts together, in the same order: a semaphore, backon, recloser, governor and tokio's timeout. It keeps no
/// books, and its breaker decides by rate alone.
#[derive(Debug)]
pub struct PutTogether {
    semaphore: Semaphore,
    backoff: ExponentialBuilder,
    breaker: AsyncRecloser,
    limiter: DefaultDirectRateLimiter,
}

/// Why it brought no answer.
#[derive(Debug)]
pub enum StackError {
    /// No place was free.
    Busy,
    /// The breaker was open, or what came of the operation.
    Ended(recloser::Error<Late>),
}

/// What the operation, or the timeout around it, came to.
#[derive(Debug)]
pub enum Late {
    /// It took too long.
    Late,
    /// Its own.
    Fault(Fault),
}

impl Default for PutTogether {
    fn default() -> Self {
        Self {
            semaphore: Semaphore::new(10),
            backoff: ExponentialBuilder::default().with_max_times(2).with_jitter(),
            breaker: Recloser::custom().error_rate(0.6).closed_len(50).build().into(),
            limiter: RateLimiter::direct(Quota::per_second(NonZeroU32::new(RATE).expect("not 0"))),
        }
    }
}

impl PutTogether {
    /// Calls the operation under all five.
    pub async fn call(&self, operation: impl AsyncFn() -> Answer) -> Result<u64, StackError> {
        let _permit = self.semaphore.try_acquire().map_err(|_| StackError::Busy)?;
        let attempt = || {
            self.breaker.call(async {
                self.limiter.until_ready().await;
                match timeout(LIMIT, operation()).await {
                    Ok(answer) => answer.map_err(Late::Fault),
                    Err(_) => Err(Late::Late),
                }
            })
        };
        attempt
            .retry(self.backoff)
            .when(|error| matches!(error, recloser::Error::Inner(_)))
            .await
            .map_err(StackError::Ended)
    }
}

/// A service with the layers of tower-resilience, in the same order.
macro_rules! layered {
    ($operation:expr) => {{
        ServiceBuilder::new()
            .layer(
                BulkheadLayer::builder()
                    .max_concurrent_calls(10)
                    .reject_when_full()
                    .build()
                    .expect("valid"),
            )
            .layer(
                RetryLayer::<u64, u64, _>::builder()
                    .max_attempts(3)
                    .exponential_backoff(Duration::from_secs(1))
                    .build(),
            )
            .layer(CircuitBreakerLayer::builder().consecutive_failures(5).build().expect("valid"))
            .layer(
                RateLimiterLayer::builder()
                    .limit_for_period(RATE as usize)
                    .refresh_period(Duration::from_secs(1))
                    .build()
                    .expect("valid"),
            )
            .layer(
                TimeLimiterLayer::builder()
                    .timeout_duration(LIMIT)
                    .cancel_running_future(true)
                    .build(),
            )
            .service(tower::service_fn($operation))
    }};
}

macro_rules! peers {
    ($operation:ident) => {{
        let every = Reaches::Every;
        let put_together = PutTogether::default();
        let mut tower = layered!(|_: u64| $operation());
        vec![
            Contender::new(Role::Peer, "put together", every, move |_| {
                drive(put_together.call($operation)).is_ok()
            }),
            Contender::new(Role::Peer, TOWER, every, move |number| {
                let call = async {
                    let service = tower::ServiceExt::ready(&mut tower).await?;
                    tower::Service::call(service, number).await
                };
                drive(call).is_ok()
            }),
        ]
    }};
}

/// Beside `together/ready`.
pub fn at_once() -> Vec<Contender> {
    peers!(ready)
}

/// Beside `together/suspends`.
pub fn suspending() -> Vec<Contender> {
    peers!(suspends)
}
