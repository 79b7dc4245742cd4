//! The three services that a chat with documents depends on, each a trait with the policies of its service.

mod conversations;
mod error;
mod http;
mod llm;
mod vectors;

pub(crate) use self::{
    conversations::{Conversations, HttpConversations, ResilientConversations, Turn},
    error::ApiError,
    llm::{HttpLlm, Llm, Prompt, ResilientLlm},
    vectors::{Document, HttpVectors, ResilientVectors, Vectors},
};
