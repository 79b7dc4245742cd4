// mistakes: 4
use resilient_runtime::Classify;

#[derive(Classify)]
enum ScoutError {
    #[class(netwrok)]
    Offline,
    #[class(RateLimit)]
    Busy,
    #[class(retries = false)]
    Gone,
    #[class(zzz)]
    Other,
}

fn main() {}
