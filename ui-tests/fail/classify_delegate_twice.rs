use resilient_runtime::Classify;

#[derive(Classify)]
struct ScoutError {
    #[class(delegate)]
    read: std::io::Error,
    #[class(delegate)]
    write: std::io::Error,
}

fn main() {}
