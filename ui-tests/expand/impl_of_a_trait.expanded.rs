//! An implementation whose trait is somebody else's.
use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};
pub trait Source {
    type Item;
    const NAME: &'static str;
    fn load(
        &mut self,
        league: &str,
        notes: &mut Vec<String>,
    ) -> impl Future<Output = Result<Self::Item, ScoutError>> + Send;
}
pub struct Mirror<T> {
    of: T,
    asked: u32,
}
const _: () = {
    /// The policies of `Mirror < T >`, as the service `mirror`.
    #[allow(dead_code)]
    struct MirrorSourcePolicies {
        load: ::resilient_runtime::Pipeline,
    }
    #[allow(dead_code)]
    impl MirrorSourcePolicies {
        /// Declared when they are first used.
        fn get() -> &'static Self {
            static POLICIES: ::resilient_runtime::Declared<MirrorSourcePolicies> = ::resilient_runtime::Declared::new(
                MirrorSourcePolicies::declare,
            );
            &POLICIES
        }
        fn declare(
            registry: &::resilient_runtime::Registry,
        ) -> ::core::result::Result<Self, ::resilient_runtime::ConfigError> {
            let declaration = registry
                .declare(
                    "mirror",
                    ::resilient_runtime::PolicyConfig::new()
                        .retry(
                            ::resilient_runtime::RetryConfig::new()
                                .max(2)
                                .base(::core::time::Duration::from_millis(10)),
                        )
                        .timeout(
                            ::resilient_runtime::TimeoutConfig::new()
                                .attempt(::core::time::Duration::from_secs(2)),
                        ),
                )?;
            ::core::result::Result::Ok(Self {
                load: declaration
                    .method("load", ::resilient_runtime::PolicyConfig::new())?,
            })
        }
    }
    impl<T: Send> Source for Mirror<T>
    where
        T: AsRef<str>,
    {
        type Item = Market;
        const NAME: &'static str = "mirror";
        /// Behind policies, as a method of the service `mirror`: retry (after 10ms, then times 2), 2s for an attempt; at most 2 attempts, over in 1m 4s.
        async fn load(
            &mut self,
            league: &str,
            notes: &mut Vec<String>,
        ) -> Result<Self::Item, ScoutError> {
            let mut call = MirrorSourcePolicies::get()
                .load
                .begin(
                    ::resilient_runtime::fallible::<Result<Self::Item, ScoutError>>(),
                );
            while let ::core::option::Option::Some(attempt) = call.next_attempt().await {
                let outcome = attempt
                    .run(async {
                        if false {
                            return ::resilient_runtime::unreached::<
                                Result<Self::Item, ScoutError>,
                            >();
                        }
                        let _ = &mut *self;
                        let notes = &mut *notes;
                        {
                            self.asked += 1;
                            notes.push(self.of.as_ref().to_owned());
                            Ok(Market::named(league))
                        }
                    })
                    .await;
                call.settle(outcome);
            }
            call.finish()
        }
    }
};
