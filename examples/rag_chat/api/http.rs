use std::time::Duration;

use reqwest::{Client, header::RETRY_AFTER};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::ApiError;

/// A service at an address. It has no timeout and no retry of its own: that is the policies' business.
#[derive(Debug, Clone)]
pub(super) struct HttpService {
    client: Client,
    base: String,
}

impl HttpService {
    pub(super) fn new(base: String) -> reqwest::Result<Self> {
        let client = Client::builder().no_proxy().retry(reqwest::retry::never()).build()?;
        Ok(Self { client, base })
    }

    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, ApiError> {
        let url = format!("{}{path}", self.base);
        let response = self.client.post(url).json(body).send().await?;
        let status = response.status();
        let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        // The form in seconds; the one with a date is left to richer clients.
        let retry_after = retry_after.and_then(|value| value.parse().ok()).map(Duration::from_secs);
        // In two steps, so that a broken connection and a broken answer are told apart.
        let body = response.bytes().await?;
        if status.is_success() {
            return serde_json::from_slice(&body)
                .map_err(|error| ApiError::Garbage(error.to_string()));
        }
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        let message = body["error"]["message"].as_str().unwrap_or("no message").to_owned();
        Err(ApiError::Status { status: status.as_u16(), message, retry_after })
    }
}
