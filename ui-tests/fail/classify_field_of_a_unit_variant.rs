use resilient_runtime::Classify;

#[derive(Classify)]
enum ScoutError {
    #[class(rate_limit, retry_after = wait)]
    Busy,
}

fn main() {}
