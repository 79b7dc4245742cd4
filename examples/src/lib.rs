//! Runnable programs that show the resilient crates at work.
//!
//! | program | what it shows |
//! | --- | --- |
//! | `cargo run --example poe2` | a Path of Exile 2 build generator whose three data services fail and come back |
//! | `cargo run --example rag_chat` | a chat over documents whose language model, vector store and database fail and come back |
