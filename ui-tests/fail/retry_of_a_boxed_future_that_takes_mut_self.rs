use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

struct Client(u32);

#[resilient(retry = 3)]
impl Client {
    fn market_data(&mut self) -> impl Future<Output = Result<Market, ScoutError>> {
        async {
            self.0 += 1;
            Ok(Market::default())
        }
    }
}

fn main() {}
