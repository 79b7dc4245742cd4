use resilient_runtime::{Failure, resilient};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{ApiError, http::HttpService};
use crate::words::{best, overlap};

/// What a language model is asked: a question, and what was found about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Prompt {
    /// The user's question.
    pub(crate) question: String,
    /// The documents that may hold the answer.
    pub(crate) context: Vec<String>,
}

/// A language model. Where it fails, the answer before this one, a model that runs here, rules and a plain excuse are
/// asked, in this order.
#[resilient(
    service = "llm",
    cache(memory = "10m", stale = "24h", key = &prompt.question),
    timeout(attempt = "30s", call = "60s"),
    bulkhead(max = 10, wait = "20s"),
    breaker(threshold = 0.5, min_calls = 5, recovery = "30s"),
    retry(max = 3, base = "1s", max_delay = "10s"),
    rate(limit = 20.0, wait = "20s"),
    fallback(
        stale,
        backup = LocalModel,
        |failure| async move { by_rule(failure, &prompt.question) },
        value = EXCUSE.to_owned(),
    ),
)]
pub(crate) trait Llm {
    /// Answers a question.
    async fn complete(&self, prompt: &Prompt) -> Result<String, ApiError>;
}

/// A service that speaks the shape of `OpenAI`'s chat completions, as many others do.
#[derive(Debug, Clone)]
pub(crate) struct HttpLlm(HttpService);

#[derive(Deserialize)]
struct Completion {
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
}

#[derive(Deserialize)]
struct Message {
    content: String,
}

impl HttpLlm {
    /// The service at an address.
    pub(crate) fn new(base: String) -> reqwest::Result<Self> {
        HttpService::new(base).map(Self)
    }
}

impl Llm for HttpLlm {
    async fn complete(&self, prompt: &Prompt) -> Result<String, ApiError> {
        let system = format!(
            "Answer from these documents alone, in one sentence:\n{}",
            prompt.context.join("\n")
        );
        let body = json!({
            "model": "gpt-4",
            "messages": [
                { "role": "system", "content": system },
                { "role": "user", "content": prompt.question },
            ],
        });
        let completion: Completion = self.0.post("/v1/chat/completions", &body).await?;
        let first = completion.choices.into_iter().next();
        first.map(|choice| choice.message.content).ok_or(ApiError::Nothing)
    }
}

/// A small model that runs in this program: it reads out the sentence that has most of the question's words.
pub(crate) struct LocalModel;

impl Llm for LocalModel {
    async fn complete(&self, prompt: &Prompt) -> Result<String, ApiError> {
        let sentences = prompt.context.iter().flat_map(|text| text.split_inclusive(". "));
        let sentence = best(&prompt.question, sentences).ok_or(ApiError::Nothing)?;
        if overlap(&prompt.question, sentence) < 0.1 {
            return Err(ApiError::Nothing);
        }
        Ok(format!("(a small model) {}", sentence.trim()))
    }
}

/// The last word.
const EXCUSE: &str = "Sorry, the AI service is unavailable at the moment. You can refresh the page, \
                      try again later, or write to support.";

/// Answers what needs no model, and passes the error on for everything else.
fn by_rule(failure: Failure<ApiError>, question: &str) -> Result<String, ApiError> {
    let question = question.to_lowercase();
    if question.contains("hello") {
        Ok("Hello! I am an AI assistant.".to_owned())
    } else if question.contains("weather") {
        Ok("Sorry, I cannot look up the weather at the moment.".to_owned())
    } else {
        Err(failure.error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prompt(question: &str) -> Prompt {
        let context = "The sky is blue. A closed breaker lets calls pass. Grass is green.";
        Prompt { question: question.to_owned(), context: vec![context.to_owned()] }
    }

    #[tokio::test]
    async fn the_local_model_reads_out_what_fits_and_knows_nothing_else() {
        let answer = LocalModel.complete(&prompt("What does a closed breaker do?")).await;
        assert_eq!(
            answer.expect("in the text"),
            "(a small model) A closed breaker lets calls pass."
        );
        assert!(matches!(
            LocalModel.complete(&prompt("Who wrote Faust?")).await,
            Err(ApiError::Nothing)
        ));
    }
}
