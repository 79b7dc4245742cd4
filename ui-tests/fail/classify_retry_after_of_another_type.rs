use resilient_runtime::Classify;

#[derive(Classify)]
enum ScoutError {
    #[class(rate_limit, retry_after = seconds)]
    Busy { seconds: u64 },
}

fn main() {}
