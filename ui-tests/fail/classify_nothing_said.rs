// mistakes: 2
use resilient_runtime::Classify;

#[derive(Classify)]
enum ScoutError {
    #[class]
    Offline,
    #[class()]
    Late,
}

fn main() {}
