use axum::{Json, Router, http::StatusCode, routing::post};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::words::{best, overlap};

#[derive(Deserialize)]
struct Request {
    model: String,
    messages: Vec<Message>,
}

#[derive(Deserialize)]
struct Message {
    role: String,
    content: String,
}

/// `OpenAI`'s chat completions, with a model of few talents: it reads the documents of the system message.
pub(super) fn routes() -> Router {
    Router::new().route("/v1/chat/completions", post(complete))
}

async fn complete(Json(request): Json<Request>) -> Result<Json<Value>, (StatusCode, Json<Value>)> {
    let of = |role| {
        let mut messages = request.messages.iter().filter(move |message| message.role == role);
        messages.next().map_or("", |message| message.content.as_str())
    };
    let question = of("user");
    if question.is_empty() {
        let error =
            json!({ "error": { "type": "invalid_request_error", "message": "no question" } });
        return Err((StatusCode::BAD_REQUEST, Json(error)));
    }
    let documents = of("system").lines().skip(1);
    let sentences = documents.flat_map(|text| text.split_inclusive(". "));
    let content = match best(question, sentences) {
        Some(sentence) if overlap(question, sentence) > 0.0 => {
            format!("As the documents say: {}", sentence.trim())
        }
        _ => "No document says anything about that.".to_owned(),
    };
    let words = |text: &str| text.split_whitespace().count();
    let (asked, said) = (
        request.messages.iter().map(|message| words(&message.content)).sum::<usize>(),
        words(&content),
    );
    Ok(Json(json!({
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": request.model,
        "choices": [{
            "index": 0,
            "message": { "role": "assistant", "content": content },
            "finish_reason": "stop",
        }],
        "usage": { "prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said },
    })))
}
