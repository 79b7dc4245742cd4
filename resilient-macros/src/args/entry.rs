//! The grammar of the attribute: keys, each alone, with a value, or with a list of parameters.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    Expr, ExprClosure, ExprLit, Ident, Lit, Pat, Token,
    ext::IdentExt,
    parenthesized,
    parse::{Parse, ParseStream, Parser, discouraged::Speculative},
    token::{Brace, Bracket, Paren},
};

use crate::spans::ungrouped_expr;

pub(super) const NO_KEY: &str = "expected a policy's key; write one such as `retry = 3`";

/// The parameters whose values are patterns over the error, which are no expressions.
const PATTERNS: [&str; 3] = ["on", "ignore", "except"];

/// `key`, `key = value` or `key(parameters)`.
pub(super) struct Entry {
    pub(super) key: Ident,
    pub(super) value: Value,
}

pub(super) enum Value {
    None,
    Expr(Box<Expr>),
    Pattern(Box<Pattern>),
    List(Paren, TokenStream),
    /// What could not be read, and was told of.
    Unread,
}

/// What `matches!` takes: `Error::Busy | Error::Down(_) if CONDITION`.
#[derive(Clone)]
pub(crate) struct Pattern {
    pat: Pat,
    guard: Option<(Token![if], Expr)>,
}

impl Parse for Pattern {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let pat = Pat::parse_multi_with_leading_vert(input)?;
        let guard = match input.parse::<Option<Token![if]>>()? {
            Some(token) => Some((token, input.parse()?)),
            None => None,
        };
        Ok(Self { pat, guard })
    }
}

impl ToTokens for Pattern {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.pat.to_tokens(tokens);
        if let Some((token, condition)) = &self.guard {
            tokens.extend(quote!(#token #condition));
        }
    }
}

/// The entries of a list, and what is wrong with it. An entry whose value could not be read is among them.
#[derive(Default)]
pub(super) struct Entries {
    pub(super) entries: Vec<Entry>,
    pub(super) errors: Vec<syn::Error>,
}

impl Entries {
    /// `policy`: the one whose parameters these are, or nothing where they are keys.
    fn parse(policy: &str, input: ParseStream<'_>) -> syn::Result<Self> {
        let mut list = Self::default();
        while !input.is_empty() {
            let Ok(key) = input.call(Ident::parse_any) else {
                list.errors.push(syn::Error::new(input.span(), NO_KEY));
                break;
            };
            let value = value(policy, &key, input).unwrap_or_else(|error| {
                list.errors.push(error);
                Value::Unread
            });
            let mut entry = Entry { key, value };
            if let Some(token) = next(input).filter(|_| !matches!(entry.value, Value::Unread)) {
                list.errors
                    .push(syn::Error::new_spanned(&token, entry.without_comma(policy, &token)));
                if matches!(entry.value, Value::None) {
                    entry.value = Value::Unread;
                }
            }
            list.entries.push(entry);
            if !to_next(input)? {
                break;
            }
        }
        // What is behind a mistake that nothing can be read after.
        input.parse::<TokenStream>()?;
        Ok(list)
    }
}

/// Goes to the next entry, over what could not be read; false where none begins.
fn to_next(input: ParseStream<'_>) -> syn::Result<bool> {
    let begins = |input: ParseStream<'_>| {
        input.peek(Ident::peek_any) && (input.peek2(Token![=]) || input.peek2(Paren))
    };
    if input.parse::<Option<Token![,]>>()?.is_some() {
        return Ok(true);
    }
    // A comma may be missing.
    if begins(input) {
        return Ok(true);
    }
    while !input.is_empty() {
        if input.parse::<Option<Token![,]>>()?.is_some() {
            let misplaced = input.peek2(Brace)
                || input.peek2(Bracket)
                || (input.peek2(Token![:]) && !input.peek2(Token![::]));
            let alone = input.peek2(Token![,]) || misplaced;
            return Ok(begins(input) || (input.peek(Ident::peek_any) && alone));
        }
        input.parse::<TokenTree>()?;
    }
    Ok(false)
}

fn value(policy: &str, key: &Ident, input: ParseStream<'_>) -> syn::Result<Value> {
    if input.peek(Paren) {
        let list;
        let paren = parenthesized!(list in input);
        return Ok(Value::List(paren, list.parse()?));
    }
    if input.parse::<Option<Token![=]>>()?.is_none() {
        return Ok(Value::None);
    }
    if input.is_empty() || input.peek(Token![,]) {
        if policy == "timeout" && key == "adaptive" {
            let message = "`adaptive` has no value; write its parameters in parentheses, such as `adaptive(max = \"5s\")`";
            return Err(syn::Error::new_spanned(key, message));
        }
        let sample = sample(policy, &key.to_string());
        let message =
            format!("`{key}` has no value; write one after the `=`, such as `{key} = {sample}`");
        return Err(syn::Error::new_spanned(key, message));
    }
    if PATTERNS.iter().any(|name| key == name) {
        Ok(Value::Pattern(Box::new(pattern(key, input)?)))
    } else {
        Ok(Value::Expr(Box::new(expression(policy, key, input)?)))
    }
}

fn expression(policy: &str, key: &Ident, input: ParseStream<'_>) -> syn::Result<Expr> {
    input.parse().map_err(|error: syn::Error| {
        // Where nothing could be read; what is wrong within a value, syn knows best.
        if !error.to_string().starts_with("expected an expression") {
            return error;
        }
        let sample = sample(policy, &key.to_string());
        let message = format!("this is no value for `{key}`; write one such as `{key} = {sample}`");
        syn::Error::new(error.span(), message)
    })
}

/// A value that a key or a parameter of this name may have, for a message.
pub(crate) fn sample(policy: &str, name: &str) -> &'static str {
    match (policy, name) {
        ("rate", "min") | ("cache", "jitter") => return "0.1",
        ("rate", "adaptive") => return "cubic",
        ("rate", "per") => return "\"1m\"",
        ("bulkhead", "min") => return "1",
        ("timeout", "min") => return "\"100ms\"",
        ("timeout", "max") => return "\"5s\"",
        _ => {}
    }
    match name {
        "service" => "\"poe2_scout\"",
        "crate" => "::my_name",
        "send" | "idempotent" => "false",
        "retry" | "max" | "initial" => "3",
        "rate" | "limit" | "slow_rate" | "threshold" => "0.5",
        "bulkhead" | "queue" | "burst" => "10",
        "cache" | "memory" | "max_recovery" | "max_half_open" => "\"5m\"",
        "disk" => "\"30m\"",
        "timeout" | "attempt" | "slow" => "\"2s\"",
        "hedge" | "after" => "\"50ms\"",
        "fallback" => "offline",
        "window" | "capacity" => "20",
        "min_calls" | "half_open" => "5",
        "recovery_factor" | "backoff" | "factor" => "2.0",
        "recovery_jitter" => "0.1",
        "budget" => "0.2",
        "percentile" => "99",
        "jitter" => "full",
        "tier" => "database",
        "adaptive" => "vegas",
        "per" => "call",
        "scope" => "method",
        "preset" => "external_api",
        "key" => "id",
        "when" => "is_transient",
        "retry_if" | "failure_if" => "is_pending",
        "hook" => "note_retry",
        "cache_if" => "is_complete",
        "weight" => "size_of_market",
        "max_weight" => "1_000_000",
        "schema" => "2",
        "background" | "shared" => "true",
        "priority" => "high",
        "algorithm" => "sliding_window",
        "on" | "ignore" | "except" => "MyError::Busy",
        // The rest are times.
        _ => "\"10s\"",
    }
}

/// The token after an entry, where it is no comma.
fn next(input: ParseStream<'_>) -> Option<TokenTree> {
    if input.is_empty() || input.peek(Token![,]) { None } else { input.fork().parse().ok() }
}

fn pattern(key: &Ident, input: ParseStream<'_>) -> syn::Result<Pattern> {
    // Only what a rule lets through has a path for the rest.
    let by_path = key == "on";
    if let Some(closure) = closure(input) {
        let instead = if by_path {
            "the path of a function into `when`".to_owned()
        } else {
            format!("a condition behind one, such as `{key} = error if error.is_busy()`")
        };
        let message = format!(
            "`{key}` takes a pattern over the error, such as `{key} = MyError::Busy | MyError::Down`; write {instead}"
        );
        return Err(syn::Error::new_spanned(closure, message));
    }
    let pattern: Pattern = input.parse().map_err(|error: syn::Error| {
        let message = format!(
            "`{key}` takes a pattern over the error; write one such as `{key} = MyError::Busy | MyError::Down`"
        );
        // An end has no place of its own.
        if input.is_empty() {
            syn::Error::new_spanned(key, message)
        } else {
            syn::Error::new(error.span(), message)
        }
    })?;
    if let Some(name) = whatever(&pattern.pat).filter(|name| !is_variable(name)) {
        // Whether it is in scope is not known here; where it is not, it is the name of a variable.
        let path = if name.to_string().contains(char::is_lowercase) { "MyError" } else { "self" };
        let message = format!(
            "`{name}` alone would match every error; write its path, such as `{path}::{name}`"
        );
        return Err(syn::Error::new_spanned(name, message));
    }
    match &pattern {
        Pattern { pat: Pat::Ident(pat), .. } if pat.ident == "off" => {
            let message = format!(
                "`off` does not switch `{key}` off; leave it out, or move it to the methods that want it"
            );
            Err(syn::Error::new_spanned(&pat.ident, message))
        }
        Pattern { pat: Pat::Ident(pat), guard: None }
            if pat.subpat.is_none() && is_variable(&pat.ident) =>
        {
            let name = &pat.ident;
            let function = if by_path {
                format!("when = {name}")
            } else {
                format!("{key} = error if {name}(error)")
            };
            let message = format!(
                "`{name}` is a pattern that every error matches; write one such as `{key} = MyError::Busy`, or `{function}` where it is a function"
            );
            Err(syn::Error::new_spanned(name, message))
        }
        _ => Ok(pattern),
    }
}

/// A name that stands alone for the whole error, or in one of the cases.
fn whatever(pat: &Pat) -> Option<&Ident> {
    match pat {
        Pat::Ident(pat) if pat.subpat.is_none() => Some(&pat.ident),
        Pat::Or(pat) => pat.cases.iter().find_map(whatever),
        Pat::Paren(pat) => whatever(&pat.pat),
        Pat::Reference(pat) => whatever(&pat.pat),
        _ => None,
    }
}

/// A name that begins in lower case binds; any other is a constant or a variant.
fn is_variable(name: &Ident) -> bool {
    name.to_string().starts_with(|letter: char| letter.is_lowercase() || letter == '_')
}

/// A closure, which begins like a pattern of several cases: `|error| ...`, but not `| Busy | Down`.
fn closure(input: ParseStream<'_>) -> Option<ExprClosure> {
    let fork = input.fork();
    let Ok(Expr::Closure(closure)) = fork.parse::<Expr>() else { return None };
    let binds = closure.inputs.iter().all(|input| match input {
        Pat::Ident(pat) => is_variable(&pat.ident),
        Pat::Wild(_) | Pat::Type(_) => true,
        Pat::Reference(pat) => matches!(&*pat.pat, Pat::Ident(pat) if is_variable(&pat.ident)),
        _ => false,
    });
    binds.then(|| {
        input.advance_to(&fork);
        closure
    })
}

impl Entry {
    pub(super) fn list(policy: &str, tokens: TokenStream) -> Entries {
        let parser = |input: ParseStream<'_>| Entries::parse(policy, input);
        parser
            .parse2(crate::spans::visible(tokens))
            .unwrap_or_else(|error| Entries { errors: vec![error], ..Entries::default() })
    }

    /// What to write instead, where `token` follows it and should not.
    fn without_comma(&self, policy: &str, token: &TokenTree) -> String {
        let key = &self.key;
        match (token, &self.value) {
            (TokenTree::Literal(literal), Value::None) => {
                format!("a value stands behind a `=`; write `{key} = {literal}`")
            }
            (TokenTree::Punct(punct), Value::None) if punct.as_char() == ':' => {
                format!(
                    "a value stands behind a `=`, not a `:`; write one such as `{key} = {}`",
                    sample(policy, &key.to_string())
                )
            }
            (TokenTree::Group(_), Value::None) => {
                format!("parameters stand in round parentheses; write `{key}(...)`")
            }
            (TokenTree::Ident(next), _) => {
                format!(
                    "there is no comma before `{next}`; write one behind `{key}`, such as `{}, {next}`",
                    self.shown()
                )
            }
            _ => format!(
                "`{token}` cannot stand behind `{}`; write a comma, or nothing",
                self.shown()
            ),
        }
    }

    /// How it begins, for a message.
    fn shown(&self) -> String {
        let key = &self.key;
        match &self.value {
            Value::None | Value::Unread => key.to_string(),
            Value::List(..) => format!("{key}(...)"),
            Value::Expr(expr) if matches!(**expr, Expr::Lit(_)) => {
                format!("{key} = {}", expr.to_token_stream())
            }
            Value::Expr(_) | Value::Pattern(_) => format!("{key} = ..."),
        }
    }

    /// Whether it says `key = off`.
    pub(super) fn is_off(&self) -> bool {
        matches!(&self.value, Value::Expr(expr) if is_off(expr))
    }

    /// What was written where `off` was meant: `key = false`, `key(off)`, `key = "off"`.
    pub(super) fn is_nearly_off(&self) -> Option<String> {
        match &self.value {
            Value::Expr(expr) => match ungrouped_expr(expr) {
                Expr::Lit(ExprLit { lit: Lit::Bool(switch), .. }) if !switch.value => {
                    Some("false".to_owned())
                }
                Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) if text.value() == "off" => {
                    Some("\"off\"".to_owned())
                }
                Expr::Path(path) if path.path.is_ident("none") => Some("none".to_owned()),
                Expr::Path(path) if path.path.is_ident("None") => Some("None".to_owned()),
                _ => None,
            },
            Value::List(_, list) => {
                let text = list.to_string();
                ["off", "false"].contains(&text.as_str()).then(|| format!("({text})"))
            }
            Value::None | Value::Unread | Value::Pattern(_) => None,
        }
    }
}

/// Whether a value is the word `off`.
pub(super) fn is_off(expr: &Expr) -> bool {
    matches!(ungrouped_expr(expr), Expr::Path(path) if path.path.is_ident("off"))
}

impl Value {
    /// Its tokens, or those of the key where it has none.
    pub(super) fn or(&self, key: &Ident) -> TokenStream {
        match self {
            Self::None | Self::Unread => key.to_token_stream(),
            value => value.to_token_stream(),
        }
    }
}

impl ToTokens for Value {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::None | Self::Unread => {}
            Self::Expr(expr) => expr.to_tokens(tokens),
            Self::Pattern(pattern) => pattern.to_tokens(tokens),
            Self::List(paren, list) => paren.surround(tokens, |tokens| list.to_tokens(tokens)),
        }
    }
}

impl ToTokens for Entry {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.key.to_tokens(tokens);
        self.value.to_tokens(tokens);
    }
}
