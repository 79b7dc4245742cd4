use resilient_runtime::Classify;

#[derive(Classify)]
enum ScoutError {
    #[class(network, retry = true, retry = false)]
    Offline,
}

fn main() {}
