// mistakes: 2
use resilient_runtime::Classify;

#[derive(Classify)]
enum ScoutError {
    #[class(network = true)]
    Offline,
    #[class(timeout())]
    Late,
}

fn main() {}
