// mistakes: 2
use resilient_runtime::Classify;

#[derive(Classify)]
enum ScoutError {
    #[class(rate_limit, retry_after = retry_afer)]
    Busy { retry_after: std::time::Duration },
    #[class(status = http)]
    Status { code: u16, page: u32 },
}

fn main() {}
