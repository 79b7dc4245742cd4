//! What is said of each parameter when its value is of another kind, out of range or misplaced: every message in one
//! file, `messages.txt`, to be read as a whole.
//!
//! `RESILIENT_BLESS=1 cargo test -p resilient-macros` writes it anew.

use std::{env, fmt::Write as _, fs, path::Path};

use proc_macro2::{TokenStream, TokenTree};

use crate::args::parameters;

/// Values of every kind, for every parameter.
const VALUES: [&str; 23] = [
    "-1",
    "0",
    "1",
    "3",
    "5000000000",
    "0.5",
    "-0.5",
    "3u8",
    "5s",
    "\"3\"",
    "\"50%\"",
    "\"10s\"",
    "\"0s\"",
    "\"200000d\"",
    "\"10MB\"",
    "\"abc\"",
    "LIMIT",
    "path::to::it",
    "frobnicate",
    "off",
    "true",
    "\"off\"",
    "| it | it",
];

const POLICIES: [&str; 8] =
    ["breaker", "retry", "rate", "cache", "timeout", "bulkhead", "hedge", "adaptive"];

/// What must be said beside a parameter for it to be worth saying.
fn beside(policy: &str, name: &str) -> &'static str {
    match (policy, name) {
        ("breaker", "window" | "min_calls") => "threshold = 0.5",
        ("breaker", "slow_rate") => "slow = \"2s\"",
        ("breaker", "max_recovery") => "recovery_factor = 2.0",
        ("breaker", "recovery_factor") => "recovery = \"1s\"",
        ("rate", "queue") => "limit = 10, wait = \"5s\"",
        ("rate", "min") => "limit = 10, adaptive",
        ("rate", name) if name != "limit" => "limit = 10",
        ("cache", "shared") => "memory = \"5m\"",
        ("cache", "background") => "memory = \"5m\", refresh = \"4m\"",
        ("cache", "max_weight") => "memory = \"5m\", weight = size",
        ("cache", "weight") => "memory = \"5m\", max_weight = 1000",
        ("cache", "schema") => "memory = \"5m\", disk = \"30m\"",
        ("cache", name) if name != "memory" && name != "disk" => "memory = \"5m\"",
        ("bulkhead", "queue") => "max = 10, wait = \"5s\"",
        ("bulkhead", "min" | "initial") => "max = 50, adaptive",
        ("bulkhead", name) if name != "max" => "max = 10",
        ("hedge", name) if name != "after" => "after = \"50ms\"",
        _ => "",
    }
}

/// A policy with one parameter as `written`, and what it needs beside it.
fn attribute(policy: &str, name: &str, written: &str) -> String {
    let beside = beside(policy, name);
    let comma = if beside.is_empty() { "" } else { ", " };
    match policy {
        "adaptive" => format!("timeout(adaptive({written}))"),
        policy => format!("{policy}({beside}{comma}{written})"),
    }
}

/// The messages that an attribute gets above a trait that has nothing wrong with it.
fn messages(attribute: &str) -> Vec<String> {
    let Ok(args) = attribute.parse::<TokenStream>() else {
        return vec!["(no Rust)".to_owned()];
    };
    let item = if attribute.contains("shared") {
        quote::quote! {
            impl Client {
                async fn get(&self, id: u64) -> Result<Market, MyError> {}
            }
        }
    } else {
        quote::quote! {
            trait Api {
                async fn get(&self, id: u64) -> Result<Market, MyError>;
            }
        }
    };
    let mut messages = Vec::new();
    collect(crate::attribute(args, item), &mut messages);
    messages
}

/// The texts within `compile_error!`.
fn collect(tokens: TokenStream, messages: &mut Vec<String>) {
    let tokens: Vec<_> = tokens.into_iter().collect();
    for (position, token) in tokens.iter().enumerate() {
        let error = matches!(token, TokenTree::Ident(ident) if ident == "compile_error");
        match (error, tokens.get(position + 2)) {
            (true, Some(TokenTree::Group(text))) => {
                let text: syn::LitStr = syn::parse2(text.stream()).expect("a text");
                messages.push(text.value());
            }
            _ => {
                if let TokenTree::Group(group) = token {
                    collect(group.stream(), messages);
                }
            }
        }
    }
}

/// Everything that can be written of one parameter, with what is said of it.
fn of_parameter(policy: &str, name: &str) -> Vec<(String, Vec<String>)> {
    let values = VALUES.iter().map(|value| format!("{name} = {value}"));
    let forms = [
        name.to_owned(),
        format!("{name} ="),
        format!("{name}(3)"),
        format!("{name}(off)"),
        format!("{name} = {0}, {name} = {0}", sample(policy, name)),
    ];
    values
        .chain(forms)
        .map(|written| {
            let said = messages(&attribute(policy, name, &written));
            (written, said)
        })
        .collect()
}

fn sample(policy: &str, name: &str) -> &'static str {
    crate::args::sample(if policy == "adaptive" { "timeout" } else { policy }, name)
}

fn table() -> String {
    let mut text = String::from("What is said of each parameter; `+` is what it takes.\n");
    for (policy, name) in parameters() {
        writeln!(text, "\n== {policy}({name})").expect("memory");
        let rows = of_parameter(policy, name);
        let taken: Vec<_> = rows
            .iter()
            .filter(|(_, said)| said.is_empty())
            .map(|(form, _)| form.as_str())
            .collect();
        writeln!(text, "+ {}", taken.join("; ")).expect("memory");
        // Forms that are told of alike share a line.
        let mut alike: Vec<(String, Vec<String>)> = Vec::new();
        let mut tell = |form: String, shown: &str, said: &[String]| {
            let said = said.join("\n    ");
            let said = match shown {
                "" => said,
                shown => said
                    .replace(&format!("`{shown}`"), "`_`")
                    .replace(&format!("({name} = {shown})"), &format!("({name} = _)")),
            };
            match alike.iter_mut().find(|(before, _)| *before == said) {
                Some((_, forms)) => forms.push(form),
                None => alike.push((said, vec![form])),
            }
        };
        for (form, said) in rows.iter().filter(|(_, said)| !said.is_empty()) {
            match form.strip_prefix(&format!("{name} = ")) {
                Some(value) if !value.contains(" = ") => tell(value.to_owned(), value, said),
                _ => tell(form.clone(), "", said),
            }
        }
        for other in POLICIES {
            if !parameters().contains(&(other, name)) {
                let attribute = attribute(other, "", &format!("{name} = {}", sample(policy, name)));
                tell(format!("in {other}"), other, &messages(&attribute));
            }
        }
        for (said, forms) in alike {
            writeln!(text, "{}\n    {said}", forms.join("; ")).expect("memory");
        }
    }
    text
}

#[test]
fn messages_are_as_committed() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/messages.txt");
    let now = table();
    if env::var_os("RESILIENT_BLESS").is_some() {
        fs::write(&path, &now).expect("writable");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    let differing = now.lines().zip(committed.lines()).find(|(now, committed)| now != committed);
    assert_eq!(differing, None, "bless with RESILIENT_BLESS=1, and read the difference");
    assert_eq!(now.lines().count(), committed.lines().count());
}

/// What a message says to write is taken, for that very parameter.
#[test]
fn samples_are_taken() {
    let mut wrong = Vec::new();
    for (policy, name) in parameters() {
        let own = format!("{name} = {}", sample(policy, name));
        let own = messages(&attribute(policy, name, &own));
        // The one that has parameters of its own.
        if (policy, name) != ("timeout", "adaptive") && !own.is_empty() {
            wrong.push(format!("{policy}({name} = {}): {own:?}", sample(policy, name)));
        }
        for (form, said) in of_parameter(policy, name) {
            for message in said {
                for advice in advised(&message) {
                    let Some(attribute) = written(policy, name, &advice) else { continue };
                    let said = messages(&attribute);
                    if !said.is_empty() {
                        wrong.push(format!("{form}\n  {message}\n  {attribute}: {said:?}"));
                    }
                }
            }
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "{} samples:\n{}", wrong.len(), wrong.join("\n"));
}

/// What stands in backticks behind the words that say to write it.
fn advised(message: &str) -> Vec<String> {
    let Some((_, cure)) = message.split_once("; ") else { return Vec::new() };
    cure.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The attribute with an advice followed; nothing where it is no value.
fn written(policy: &str, name: &str, advice: &str) -> Option<String> {
    let of_policy = |policy: &str| {
        let assigned = policy != "adaptive" && advice.starts_with(&format!("{policy} = "));
        assigned || advice.starts_with(&format!("{policy}("))
    };
    if POLICIES.iter().any(|policy| of_policy(policy)) {
        let nested = advice.starts_with("adaptive(");
        return Some(if nested { format!("timeout({advice})") } else { advice.to_owned() });
    }
    let parameter = advice.split([' ', '(']).next().unwrap_or_default();
    if advice == "=" {
        return None;
    }
    // Another parameter, to be written beside it or in its place; or the form of a function.
    if parameters().iter().any(|(_, other)| *other == parameter && parameter != name)
        || advice.contains("fn(")
        || advice.contains("...")
    {
        return None;
    }
    let whole = advice.starts_with(&format!("{name} = ")) || advice == name;
    let assigned = if whole { advice.to_owned() } else { format!("{name} = {advice}") };
    Some(attribute(policy, name, &assigned))
}

#[test]
fn every_message_is_one_sentence() {
    let table = table();
    for message in table.lines().filter_map(|line| line.strip_prefix("    ")) {
        let two = [". ", "? ", "! "].iter().any(|end| message.contains(end));
        assert!(!two && !message.ends_with('.'), "more than a sentence: {message}");
        assert!(message.contains("; "), "nothing to write instead: {message}");
    }
}
