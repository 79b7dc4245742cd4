//! The trait may stand in a function, in a module, behind any visibility, and name what is near by `super` and `self`.
#![deny(warnings)]

mod outer {
    pub(crate) mod inner {
        use ui_tests::shapes::ScoutError;

        pub(super) type Market = ui_tests::shapes::Market;

        #[resilient_runtime::resilient(retry(max = 2, when = self::worth_it), fallback = super::offline)]
        pub(in crate::outer) trait ScoutApi {
            #[resilient_runtime::resilient(rate = 5)]
            async fn market_data(
                &self,
                league: &super::League,
            ) -> Result<self::Market, crate::Failed>;
        }

        fn worth_it(_: &ScoutError) -> bool {
            true
        }
    }

    pub(crate) struct League;

    async fn offline(
        failure: resilient_runtime::Failure<crate::Failed>,
    ) -> Result<inner::Market, crate::Failed> {
        Err(failure.error)
    }

    impl inner::ScoutApi for League {
        async fn market_data(&self, _: &League) -> Result<inner::Market, crate::Failed> {
            Ok(inner::Market::default())
        }
    }

    pub(crate) fn scout() {
        let _ = inner::ResilientScoutApi::new(League).into_inner();
    }
}

type Failed = ui_tests::shapes::ScoutError;

fn main() {
    use resilient_runtime::resilient as protected_by;

    #[protected_by(retry = 3)]
    trait Local {
        async fn get(&self) -> Result<u8, Failed>;
    }

    impl Local for u8 {
        async fn get(&self) -> Result<u8, Failed> {
            Ok(*self)
        }
    }

    let _ = ResilientLocal::new(5_u8).get();
    outer::scout();
}
