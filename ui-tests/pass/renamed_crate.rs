//! The runtime may go by another name.
#![deny(warnings)]

mod vendored {
    pub use resilient_runtime as renamed;
}

use ui_tests::shapes::{Market, ScoutError};

#[vendored::renamed::resilient(crate = crate::vendored::renamed, retry = 3, cache = "5m", fallback(value = Market::default()))]
trait ScoutApi {
    async fn market_data(&self, league: String) -> Result<Market, ScoutError>;
}

mod resilient_runtime {}

struct Client;

impl ScoutApi for Client {
    async fn market_data(&self, league: String) -> Result<Market, ScoutError> {
        Ok(Market::named(&league))
    }
}

#[derive(vendored::renamed::Classify)]
#[class(crate = crate::vendored::renamed)]
enum Renamed {
    #[class(status = 0, retry_after = 1)]
    Status(u16, std::time::Duration),
    #[class(delegate)]
    Io(std::io::Error),
}

fn main() {
    use vendored::renamed::Classify;
    assert!(Renamed::Status(503, std::time::Duration::ZERO).is_retryable());
    assert!(Renamed::Io(std::io::ErrorKind::TimedOut.into()).counts_as_failure());
    let _ = ResilientScoutApi::new(Client).market_data(String::new());
}
