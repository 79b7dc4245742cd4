// mistakes: 2
use resilient_runtime::Classify;

#[derive(Classify)]
enum ScoutError {
    #[class(network, delegate)]
    Io(std::io::Error),
    #[class(server)]
    Wrapped {
        #[class(delegate)]
        source: std::io::Error,
        page: u32,
    },
}

fn main() {}
