// mistakes: 2
use resilient_runtime::Classify;

#[derive(Classify)]
enum ScoutError {
    #[class(status = 0, delegate)]
    Status(u16),
    #[class(status = status)]
    Wrapped {
        #[class(delegate)]
        source: std::io::Error,
        status: u16,
    },
}

fn main() {}
