use resilient_runtime::{Classify, ErrorKind, Priority, Rejection, resilient};

/// Reports of many users, each of whom has a limit of its own.
#[resilient(
    rate(limit = 5, per = "1m", burst = 2, algorithm = both, queue = 100, adaptive = cubic, min = 1, key = user.id, priority = low),
)]
pub trait Reports {
    async fn monthly(&self, user: &User) -> Result<Vec<u8>, ReportError>;

    #[resilient(rate(key = *id, priority = urgency(*id)))]
    async fn daily(&self, id: &u64) -> Result<Vec<u8>, ReportError>;
}

pub struct User {
    pub id: u64,
}

fn urgency(id: u64) -> Priority {
    if id == 0 { Priority::Critical } else { Priority::Normal }
}

#[derive(Debug)]
pub struct ReportError(pub Option<Rejection>);

impl From<Rejection> for ReportError {
    fn from(rejection: Rejection) -> Self {
        Self(Some(rejection))
    }
}

impl Classify for ReportError {
    fn kind(&self) -> ErrorKind {
        self.0.as_ref().map_or(ErrorKind::Server, Rejection::kind)
    }
}
