// mistakes: 2
use resilient_runtime::Classify;

#[derive(Classify)]
enum ScoutError {
    #[class(status = status)]
    Status(u16),
    #[class(rate_limit, retry_after = 2)]
    Busy(u16, std::time::Duration),
}

fn main() {}
