use resilient_runtime::Classify;

#[derive(Classify)]
enum ScoutError {
    #[class(delegate = source)]
    Io { source: std::io::Error, page: u32 },
}

fn main() {}
