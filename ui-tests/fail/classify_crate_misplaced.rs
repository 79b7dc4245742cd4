// mistakes: 2
use resilient_runtime::Classify;

#[derive(Classify)]
#[class(crate = "resilient_runtime")]
enum ScoutError {
    #[class(crate = resilient_runtime)]
    Offline,
}

fn main() {}
