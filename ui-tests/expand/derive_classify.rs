use resilient_runtime::{Classify, Rejection};

#[derive(Classify)]
#[class(server)]
pub enum ScoutError {
    #[class(status = status, retry_after = retry_after)]
    Status {
        status: u16,
        retry_after: Option<std::time::Duration>,
    },
    #[class(network, unsent)]
    Offline,
    #[class(client, retry = true)]
    NotFound(String),
    Garbled(String),
    Empty {
        page: u32,
    },
    #[class(delegate)]
    Rejected(Rejection),
    #[class(count = false)]
    Db {
        table: &'static str,
        #[class(delegate)]
        source: std::io::Error,
    },
}
