//! The client at work.

use outside::{private, Market, ResilientScoutApi, ScoutApi, ScoutError};

struct Down;

impl ScoutApi for Down {
    async fn market_data(&self, _: &str) -> Result<Market, ScoutError> {
        Err(ScoutError::Status(503))
    }

    async fn build_trends(&self) -> Result<Vec<String>, ScoutError> {
        Err(ScoutError::Status(404))
    }
}

#[tokio::test(start_paused = true)]
async fn a_failing_service_does_not_take_the_program_down() {
    let scout = ResilientScoutApi::new(Down);
    assert_eq!(scout.market_data("Standard").await.ok(), Some(Market::default()));
    assert_eq!(scout.build_trends().await.ok(), Some(Vec::new()));
    assert_eq!(private().await.ok(), Some(1));
}
