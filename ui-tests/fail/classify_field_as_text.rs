// mistakes: 3
use resilient_runtime::Classify;

#[derive(Classify)]
enum ScoutError {
    #[class(status = "status")]
    Status { status: u16 },
    #[class(status = self.status)]
    Other { status: u16 },
    #[class(status)]
    Third { status: u16 },
}

fn main() {}
