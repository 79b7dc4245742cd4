use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

fn spawned() {
    let _ = std::thread::spawn(|| drop(market_data(std::rc::Rc::new(1))));
    fn send<F: Future + Send>(_: F) {}
    send(market_data(std::rc::Rc::new(1)));
}

#[resilient(retry = 3)]
async fn market_data(number: std::rc::Rc<u8>) -> Result<Market, ScoutError> {
    std::future::ready(()).await;
    drop(number);
    Ok(Market::default())
}

fn main() {}
