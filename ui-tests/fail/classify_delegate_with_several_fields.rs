use resilient_runtime::Classify;

#[derive(Classify)]
enum ScoutError {
    #[class(delegate)]
    Io(std::io::Error, u32),
}

fn main() {}
