use resilient_runtime::{Provenance, traced};
use serde::Serialize;

use crate::api::{ApiError, Conversations, Document, Llm, Prompt, Turn, Vectors};

/// How many documents a question is answered from.
const TOP_K: u32 = 5;

/// A chat that answers from documents. It asks three services and knows nothing of policies.
pub(crate) struct Chat<V, L, C> {
    /// Finds the documents.
    pub(crate) vectors: V,
    /// Answers from them.
    pub(crate) llm: L,
    /// Keeps what was said.
    pub(crate) conversations: C,
}

/// What the chat says to a message.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Reply {
    /// What was asked.
    pub(crate) message: String,
    /// The answer.
    pub(crate) text: String,
    /// The titles of the documents that it rests on.
    pub(crate) documents: Vec<String>,
    /// Where the documents came from.
    pub(crate) found: Provenance,
    /// Where the answer came from.
    pub(crate) answered: Provenance,
    /// The number under which the turn was kept, or why it was not.
    pub(crate) saved: Result<u64, String>,
}

impl<V: Vectors, L: Llm, C: Conversations> Chat<V, L, C> {
    /// Answers a message. A turn that cannot be kept is answered all the same.
    pub(crate) async fn reply(&self, message: &str) -> Result<Reply, ApiError> {
        let (documents, found) = traced(self.vectors.search(message, TOP_K)).await;
        let documents = documents?;
        let context = documents.iter().map(|document| document.text.clone()).collect();
        let prompt = Prompt { question: message.to_owned(), context };
        let (text, answered) = traced(self.llm.complete(&prompt)).await;
        let text = text?;
        let turn = Turn { message: message.to_owned(), response: text.clone() };
        let saved = self.conversations.save(&turn).await.map_err(|error| error.to_string());
        let title = |document: Document| document.title;
        Ok(Reply {
            message: turn.message,
            text,
            documents: documents.into_iter().map(title).collect(),
            found,
            answered,
            saved,
        })
    }
}
