use resilient_runtime::Classify;

#[derive(Classify)]
enum ScoutError {
    #[class(status = 0)]
    Status(String),
}

fn main() {}
