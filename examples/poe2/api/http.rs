use std::time::Duration;

use reqwest::{Client, Response, header::RETRY_AFTER};
use serde::{Serialize, de::DeserializeOwned};

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

    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &(impl Serialize + ?Sized),
    ) -> Result<T, ApiError> {
        let response = self.client.get(format!("{}{path}", self.base)).query(query).send().await?;
        if !response.status().is_success() {
            return Err(ApiError::Status {
                status: response.status().as_u16(),
                retry_after: retry_after(&response),
            });
        }
        // In two steps, so that a broken connection and a broken answer are told apart.
        let body = response.bytes().await?;
        serde_json::from_slice(&body).map_err(|error| ApiError::Garbage(error.to_string()))
    }
}

/// The form in seconds; the one with a date is left to richer clients.
fn retry_after(response: &Response) -> Option<Duration> {
    response.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok().map(Duration::from_secs)
}
