//! Runnable programs that show the resilient crates at work.
//!
//! | program | what it shows |
//! | --- | --- |
//! | `cargo run --example poe2` | a Path of Exile 2 build generator whose three data services fail and come back |
