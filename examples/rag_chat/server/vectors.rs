use std::{io, sync::Arc};

use axum::{Json, Router, extract::State, routing::post};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::words::overlap;

#[derive(Deserialize)]
struct Document {
    title: String,
    text: String,
}

#[derive(Deserialize)]
struct Query {
    query_texts: Vec<String>,
    n_results: usize,
}

/// A collection of documents that is searched by meaning, in the shape of Chroma's answers.
pub(super) fn routes() -> io::Result<Router> {
    let documents: Vec<Document> = serde_json::from_str(include_str!("../data/documents.json"))?;
    Ok(Router::new()
        .route("/collections/documents/query", post(query))
        .with_state(Arc::new(documents)))
}

async fn query(
    State(documents): State<Arc<Vec<Document>>>,
    Json(query): Json<Query>,
) -> Json<Value> {
    let found: Vec<Vec<(f64, &Document)>> = query
        .query_texts
        .iter()
        .map(|text| {
            let mut ranked: Vec<_> = documents
                .iter()
                .map(|document| {
                    let words = format!("{} {}", document.title, document.text);
                    (1.0 - overlap(text, &words), document)
                })
                .collect();
            ranked.sort_by(|one, other| one.0.total_cmp(&other.0));
            ranked.truncate(query.n_results);
            ranked
        })
        .collect();
    let each = |part: fn(&(f64, &Document)) -> Value| -> Value {
        found.iter().map(|list| list.iter().map(part).collect::<Value>()).collect()
    };
    Json(json!({
        "documents": each(|(_, document)| json!(document.text)),
        "metadatas": each(|(_, document)| json!({ "title": document.title })),
        "distances": each(|(distance, _)| json!(distance)),
    }))
}
