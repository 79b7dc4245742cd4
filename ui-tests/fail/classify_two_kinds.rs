// mistakes: 2
use resilient_runtime::Classify;

#[derive(Classify)]
enum ScoutError {
    #[class(network, timeout)]
    Offline,
    #[class(client)]
    #[class(auth)]
    Refused,
}

fn main() {}
