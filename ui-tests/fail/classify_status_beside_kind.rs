// mistakes: 2
use resilient_runtime::Classify;

#[derive(Classify)]
enum ScoutError {
    #[class(server, status = 0)]
    Status(u16),
    #[class(status = code, client)]
    Code { code: u16 },
}

fn main() {}
