// mistakes: 2
use resilient_runtime::Classify;

#[derive(Classify)]
#[class(delegate, retry = false)]
enum ScoutError {
    Io(std::io::Error),
}

fn main() {}
