//! An inherent block: the client's own methods, without a trait.
use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};
pub struct HttpScout {
    url: String,
}
const _: () = {
    /// The policies of `HttpScout`, as the service `poe2_scout`.
    #[allow(dead_code)]
    struct HttpScoutPolicies {
        market_data: ::resilient_runtime::Pipeline,
        get: ::resilient_runtime::Pipeline,
    }
    #[allow(dead_code)]
    impl HttpScoutPolicies {
        /// Declared when they are first used.
        fn get() -> &'static Self {
            static POLICIES: ::resilient_runtime::Declared<HttpScoutPolicies> = ::resilient_runtime::Declared::new(
                HttpScoutPolicies::declare,
            );
            &POLICIES
        }
        fn declare(
            registry: &::resilient_runtime::Registry,
        ) -> ::core::result::Result<Self, ::resilient_runtime::ConfigError> {
            let declaration = registry
                .declare(
                    "poe2_scout",
                    ::resilient_runtime::PolicyConfig::new()
                        .breaker(
                            ::resilient_runtime::BreakerConfig::new()
                                .threshold(3)
                                .recovery(::core::time::Duration::from_secs(60)),
                        )
                        .retry(::resilient_runtime::RetryConfig::new().max(3))
                        .cache(
                            ::resilient_runtime::CacheConfig::new()
                                .memory(::core::time::Duration::from_secs(300)),
                        ),
                )?
                .cache_namespace(::core::concat!(::core::module_path!(), "::HttpScout"));
            ::core::result::Result::Ok(Self {
                market_data: declaration
                    .method("market_data", ::resilient_runtime::PolicyConfig::new())?,
                get: declaration
                    .method(
                        "get",
                        ::resilient_runtime::PolicyConfig::new()
                            .retry(::resilient_runtime::RetryConfig::new().max(2))
                            .cache_off(),
                    )?,
            })
        }
    }
    impl HttpScout {
        pub fn new(url: &str) -> Self {
            Self { url: url.to_owned() }
        }
        /// What things cost in a league.
        ///
        /// Behind policies, as a method of the service `poe2_scout`: cache (5m in memory), retry (after 1s, then times 2), breaker (3 failures open it for 1m); at most 3 attempts, without a limit in time.
        pub async fn market_data(&self, league: &str) -> Result<Market, ScoutError> {
            let mut call = HttpScoutPolicies::get()
                .market_data
                .begin(::resilient_runtime::fallible::<Result<Market, ScoutError>>());
            call.lookup(
                    ::resilient_runtime::cacheable::<Result<Market, ScoutError>>(),
                    ::resilient_runtime::Key::new().part(&(&self.url, league)),
                )
                .await;
            while let ::core::option::Option::Some(attempt) = call.next_attempt().await {
                let outcome = attempt
                    .run(async {
                        if false {
                            return ::resilient_runtime::unreached::<
                                Result<Market, ScoutError>,
                            >();
                        }
                        {
                            if league.is_empty() {
                                return Err(ScoutError);
                            }
                            let market = self.get(league.to_owned()).await?;
                            Ok(market)
                        }
                    })
                    .await;
                call.settle(outcome);
            }
            call.stale().await;
            call.finish()
        }
        /// Forgets what is cached of `market_data` for these arguments, in memory and on disk.
        #[allow(dead_code, unused_variables)]
        pub fn invalidate_market_data(&self, league: &str) {
            HttpScoutPolicies::get()
                .market_data
                .invalidate(&::resilient_runtime::Key::new().part(&(&self.url, league)));
        }
        /// Calls `market_data` for what it leaves in the cache: neither an expired answer nor a fallback hides that it failed.
        #[allow(dead_code)]
        pub async fn warm_market_data(
            &self,
            league: &str,
        ) -> Result<Market, ScoutError> {
            ::resilient_runtime::warm(Self::market_data(self, league)).await
        }
        /// Behind policies, as a method of the service `poe2_scout`: retry (after 1s, then times 2), breaker (3 failures open it for 1m); at most 2 attempts, without a limit in time.
        async fn get(&self, path: String) -> Result<Market, ScoutError> {
            let mut call = HttpScoutPolicies::get()
                .get
                .begin(::resilient_runtime::fallible::<Result<Market, ScoutError>>());
            while let ::core::option::Option::Some(attempt) = call.next_attempt().await {
                let path = ::resilient_runtime::again::<String>(&path);
                let outcome = attempt
                    .run(async {
                        if false {
                            return ::resilient_runtime::unreached::<
                                Result<Market, ScoutError>,
                            >();
                        }
                        let mut path = path;
                        {
                            path.insert_str(0, &self.url);
                            Ok(Market::named(&path))
                        }
                    })
                    .await;
                call.settle(outcome);
            }
            call.finish()
        }
    }
};
