// mistakes: 2
use resilient_runtime::Classify;

#[derive(Classify)]
enum ScoutError {
    #[class("network")]
    Offline,
    #[class = "network"]
    Late,
}

fn main() {}
