use resilient_runtime::Classify;

#[derive(Classify)]
enum ScoutError {
    #[class(delegate)]
    Offline,
}

fn main() {}
