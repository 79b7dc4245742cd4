use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;

/// `ScoutApi` becomes `scout_api`, `HTTPClient` becomes `http_client`.
pub(crate) fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::with_capacity(name.len() + 4);
    for (i, letter) in letters.iter().enumerate() {
        let after_lower = i > 0 && !letters[i - 1].is_uppercase() && letters[i - 1] != '_';
        let ends_acronym = i > 0
            && letters[i - 1].is_uppercase()
            && letters.get(i + 1).is_some_and(|next| next.is_lowercase());
        if letter.is_uppercase() && (after_lower || ends_acronym) {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

/// A name for our type parameter that the item does not use: `T` if it is free.
pub(crate) fn free_type_parameter(item: &impl ToTokens) -> Ident {
    let mut taken = HashSet::new();
    collect(item.to_token_stream(), &mut taken);
    let letters = ('T'..='Z').chain('A'..='S').map(String::from);
    let longer = (0..).map(|n| format!("Inner{n}"));
    let free =
        letters.chain(longer).find(|name| !taken.contains(name)).expect("the names do not end");
    Ident::new(&free, Span::call_site())
}

fn collect(tokens: TokenStream, idents: &mut HashSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                idents.insert(ident.to_string());
            }
            TokenTree::Group(group) => collect(group.stream(), idents),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// `name`, or where the tokens have it already, `name` with as many underscores as it takes.
pub(crate) fn free_item(name: &str, tokens: &TokenStream) -> Ident {
    let mut taken = HashSet::new();
    collect(tokens.clone(), &mut taken);
    let mut name = name.to_owned();
    while taken.contains(&name) {
        name.push('_');
    }
    Ident::new(&name, Span::mixed_site())
}

/// The names that a type is made of, each without the modules that it stands in, the first letters large.
pub(crate) fn idents_at_the_end(tokens: TokenStream) -> Vec<String> {
    let mut names = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    let mut lifetime = false;
    while let Some(token) = tokens.next() {
        let after_quote = std::mem::replace(&mut lifetime, false);
        match token {
            TokenTree::Punct(punct) => lifetime = punct.as_char() == '\'',
            TokenTree::Group(group) => names.extend(idents_at_the_end(group.stream())),
            TokenTree::Ident(ident) => {
                let module = matches!(tokens.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
                let name = ident.unraw().to_string();
                if !after_quote && !module && !["dyn", "mut", "const"].contains(&name.as_str()) {
                    let (first, rest) =
                        name.split_at(name.chars().next().map_or(0, char::len_utf8));
                    names.push(first.to_uppercase() + rest);
                }
            }
            TokenTree::Literal(_) => {}
        }
    }
    names
}

/// The key that `typo` was probably meant to be.
pub(crate) fn nearest<'a>(typo: &str, keys: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    keys.into_iter()
        .map(|key| (likeness(typo, key), key))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, key)| key)
}

/// The key that `typo` is, but for two slips at the most.
pub(crate) fn slip<'a>(typo: &str, keys: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    keys.into_iter().find(|key| strsim::osa_distance(typo, key) <= 2)
}

/// Names in a row, for a message.
pub(crate) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Names in a row, of which each is meant: `retry`, `bulkhead` and `hedge`.
pub(crate) fn both(names: &[&str]) -> String {
    match names {
        [first @ .., last] if !first.is_empty() => {
            format!("{} and `{last}`", list(first.iter().copied()))
        }
        names => list(names.iter().copied()),
    }
}

/// What to write for a name that there is not: the one that was meant, and what else there is.
pub(crate) fn suggestion<'a>(near: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let others = list(names.into_iter().filter(|name| *name != near));
    let one_of = if others.contains(',') { "one of " } else { "" };
    format!("write `{near}`, or {one_of}{others}")
}

/// How much two names are alike, up to 1.0. Of short ones a single slip is a large part: `mx` for `max`.
fn likeness(typo: &str, key: &str) -> f64 {
    let slip = typo.len() > 1 && key.len() > 2 && strsim::osa_distance(typo, key) == 1;
    strsim::jaro_winkler(typo, key).max(if slip { 0.9 } else { 0.0 })
}

/// What other libraries, and our own types, call a key (`policy` is empty) or a parameter.
pub(crate) fn alias(policy: &str, name: &str) -> Option<&'static str> {
    Some(match (policy, name) {
        ("", "circuit_breaker") => "breaker",
        ("", "concurrency" | "semaphore") => "bulkhead",
        ("breaker", "failure_rate" | "failures" | "failure_threshold") => "threshold",
        ("breaker", "timeout" | "reset" | "reset_timeout" | "cooldown") => "recovery",
        ("retry", "attempts" | "times" | "tries")
        | ("bulkhead", "limit" | "concurrency" | "permits") => "max",
        ("retry", "delay" | "initial" | "initial_delay" | "interval") => "base",
        ("retry", "factor" | "multiplier") => "backoff",
        ("rate", "rps" | "max" | "requests") => "limit",
        ("rate" | "bulkhead", "timeout" | "max_wait") => "wait",
        ("cache", "ttl") => "memory",
        ("cache", "size" | "max_entries" | "max_capacity") => "capacity",
        ("timeout", "total" | "overall") => "call",
        ("hedge", "delay") => "after",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn service_names_are_snake_case() {
        for (name, snake) in [
            ("ScoutApi", "scout_api"),
            ("Poe2DbApi", "poe2_db_api"),
            ("HTTPClient", "http_client"),
            ("API", "api"),
            ("A", "a"),
            ("Already_Snake", "already_snake"),
        ] {
            assert_eq!(snake_case(name), snake);
        }
    }

    #[test]
    fn a_type_parameter_is_the_first_free_letter() {
        let item = quote::quote!(
            trait Repo<T, U> {
                fn get(&self) -> V;
            }
        );
        assert_eq!(free_type_parameter(&item).to_string(), "W");
    }

    #[test]
    fn a_typo_has_a_nearest_key() {
        let keys = ["threshold", "recovery", "half_open"];
        assert_eq!(nearest("treshold", keys), Some("threshold"));
        assert_eq!(nearest("recover", keys), Some("recovery"));
        assert_eq!(nearest("zzz", keys), None);
        assert_eq!(nearest("mx", ["min", "max", "wait"]), Some("max"));
    }
}
