// mistakes: 4
use resilient_runtime::Classify;

#[derive(Classify)]
enum ScoutError {
    #[class(retry = "no")]
    Offline,
    #[class(count)]
    Late,
    #[class(unsent = 1)]
    Gone,
    #[class(count = )]
    Other,
}

fn main() {}
