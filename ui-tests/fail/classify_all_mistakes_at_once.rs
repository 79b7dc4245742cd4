// mistakes: 6
use resilient_runtime::{Classify, Rejection, resilient};

#[derive(Debug, Classify)]
#[class(servr)]
enum ScoutError {
    #[class(network, timeout)]
    Offline,
    #[class(status = 7, retry = maybe)]
    Status(u16),
    #[class(delegate)]
    Wrapped { #[class(client)] source: std::io::Error, page: u32 },
    Rejected(Rejection),
}

impl From<Rejection> for ScoutError {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

// Nothing follows from the mistakes above.
#[resilient(retry = 3)]
trait ScoutApi {
    async fn ping(&self) -> Result<(), ScoutError>;
}

fn main() {}
