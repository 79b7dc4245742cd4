//! Free functions, and a method whose block has no attribute.
use resilient_runtime::{Failure, resilient};
use ui_tests::shapes::{Market, ScoutError};
/// Fetches a market.
///
/// Behind policies, as a method of the service `scout`: fallback, 10s for the call, retry (after 1s, then times 2), 2s for an attempt; at most 3 attempts, over in 10s.
pub async fn fetch(arg1: (String, &str), tries: u32) -> Result<Market, ScoutError> {
    static PIPELINE: ::resilient_runtime::DeclaredPipeline = ::resilient_runtime::DeclaredPipeline::new(
        "scout",
        "fetch",
        || {
            ::resilient_runtime::PolicyConfig::new()
                .retry(::resilient_runtime::RetryConfig::new().max(3))
                .timeout(
                    ::resilient_runtime::TimeoutConfig::new()
                        .attempt(::core::time::Duration::from_secs(2))
                        .call(::core::time::Duration::from_secs(10)),
                )
        },
    );
    let mut call = PIPELINE
        .begin(::resilient_runtime::fallible::<Result<Market, ScoutError>>());
    while let ::core::option::Option::Some(attempt) = call.next_attempt().await {
        let arg1 = ::resilient_runtime::again::<(String, &str)>(&arg1);
        let outcome = attempt
            .run(async {
                if false {
                    return ::resilient_runtime::unreached::<
                        Result<Market, ScoutError>,
                    >();
                }
                let (host, league) = arg1;
                let mut tries = tries;
                {
                    tries += 1;
                    match host.len() {
                        0 => Err(ScoutError),
                        _ => Ok(Market::named(&format!("{host}/{league}?{tries}"))),
                    }
                }
            })
            .await;
        call.settle(outcome);
    }
    if let ::core::option::Option::Some(failure) = call.failure() {
        call.recover(nothing(failure).await);
    }
    call.finish()
}
async fn nothing(failure: Failure<ScoutError>) -> Result<Market, ScoutError> {
    Err(failure.error)
}
/// Behind policies, as a method of the service `search`: cache (5m in memory), hedge (up to 1 more after 50ms); at most 2 attempts, without a limit in time.
async fn search(words: Vec<String>) -> Result<u64, ScoutError> {
    static PIPELINE: ::resilient_runtime::DeclaredPipeline = ::resilient_runtime::DeclaredPipeline::cached(
        "search",
        "search",
        ::core::module_path!(),
        || {
            ::resilient_runtime::PolicyConfig::new()
                .cache(
                    ::resilient_runtime::CacheConfig::new()
                        .memory(::core::time::Duration::from_secs(300)),
                )
                .hedge(
                    ::resilient_runtime::HedgeConfig::new()
                        .after(::core::time::Duration::from_millis(50)),
                )
        },
    );
    let mut call = PIPELINE
        .begin(::resilient_runtime::fallible::<Result<u64, ScoutError>>());
    call.lookup(
            ::resilient_runtime::cacheable::<Result<u64, ScoutError>>(),
            ::resilient_runtime::Key::new().part::<Vec<String>>(&words),
        )
        .await;
    if let ::core::option::Option::Some(attempt) = call.next_attempt().await {
        call.race(
                attempt,
                move || {
                    let words = ::resilient_runtime::again::<Vec<String>>(&words);
                    async move {
                        if false {
                            return ::resilient_runtime::unreached::<
                                Result<u64, ScoutError>,
                            >();
                        }
                        let words = words;
                        #[allow(unused_braces)]
                        { words.first().map(|word| word.len() as u64).ok_or(ScoutError) }
                    }
                },
            )
            .await;
    }
    call.stale().await;
    call.finish()
}
/// Behind policies, as a method of the service `read`: retry (after 10ms, then times 2); at most 3 attempts, without a limit in time.
pub fn read(path: &str) -> Result<Vec<u8>, ScoutError> {
    static PIPELINE: ::resilient_runtime::DeclaredPipeline = ::resilient_runtime::DeclaredPipeline::new(
        "read",
        "read",
        || {
            ::resilient_runtime::PolicyConfig::new()
                .retry(
                    ::resilient_runtime::RetryConfig::new()
                        .max(3)
                        .base(::core::time::Duration::from_millis(10)),
                )
        },
    );
    let mut call = PIPELINE
        .begin(::resilient_runtime::fallible::<Result<Vec<u8>, ScoutError>>());
    while let ::core::option::Option::Some(attempt) = call.next_attempt_blocking() {
        let outcome = attempt
            .run_blocking(|| -> Result<Vec<u8>, ScoutError> {
                std::fs::read(path).map_err(|_| ScoutError)
            });
        call.settle(outcome);
    }
    call.finish()
}
pub struct Shop {
    stock: u32,
}
impl Shop {
    /// Behind policies, as a method of the service `shop`: bulkhead (1 at once); at most 1 attempt, without a limit in time.
    pub async fn sell(&mut self, count: u32) -> Result<u32, ScoutError> {
        static PIPELINE: ::resilient_runtime::DeclaredPipeline = ::resilient_runtime::DeclaredPipeline::new(
            "shop",
            "sell",
            || {
                ::resilient_runtime::PolicyConfig::new()
                    .bulkhead(::resilient_runtime::BulkheadConfig::new().max(1))
            },
        );
        let mut call = PIPELINE
            .begin(::resilient_runtime::fallible::<Result<u32, ScoutError>>());
        if let ::core::option::Option::Some(attempt) = call.next_attempt().await {
            let outcome = attempt
                .run(async {
                    if false {
                        return ::resilient_runtime::unreached::<
                            Result<u32, ScoutError>,
                        >();
                    }
                    let _ = &mut *self;
                    {
                        self.stock = self.stock.checked_sub(count).ok_or(ScoutError)?;
                        Ok(self.stock)
                    }
                })
                .await;
            call.settle(outcome);
        }
        call.finish()
    }
}
