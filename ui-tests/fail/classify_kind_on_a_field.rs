use resilient_runtime::Classify;

#[derive(Classify)]
struct ScoutError {
    #[class(network)]
    source: std::io::Error,
}

fn main() {}
