use serde::{Deserialize, Serialize};

/// The envelope that every answer comes in, from a service as from its stand-in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Answer<T> {
    /// Whether the service itself speaks.
    pub(crate) status: Status,
    /// What was asked for.
    pub(crate) data: T,
    /// What the user should know about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// The service.
    Ok,
    /// Data that the program carries for the time when the service is away.
    Fallback,
}

impl<T> Answer<T> {
    /// An answer of the service itself.
    pub(crate) fn ok(data: T) -> Self {
        Self { status: Status::Ok, data, message: None }
    }

    /// An answer of the stand-in, with a word on why.
    pub(crate) fn fallback(data: T, message: &str) -> Self {
        Self { status: Status::Fallback, data, message: Some(message.to_owned()) }
    }
}
