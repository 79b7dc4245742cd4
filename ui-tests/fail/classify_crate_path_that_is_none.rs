use resilient_runtime::Classify;

#[derive(Classify)]
#[class(crate = ::my_runtime)]
enum ScoutError {
    #[class(status = 0)]
    Status(u16),
    #[class(delegate)]
    Io(std::io::Error),
    #[class(network)]
    Offline,
}

fn main() {}
