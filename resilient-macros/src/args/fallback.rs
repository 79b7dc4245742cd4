//! `fallback`: what answers when the call fails, rung by rung.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    Expr, ExprClosure, ExprPath, Ident, Token,
    ext::IdentExt,
    parse::{Parse, ParseStream},
};

use super::{
    entry::{Entry, Value},
    value::shown,
};
use crate::{
    errors::Errors,
    item::Argument,
    spans::{mentions, ungrouped_expr, visible},
};

/// One rung of a chain.
#[derive(Clone)]
pub(crate) enum Rung {
    /// The path of a function that takes the failure.
    Function(ExprPath),
    /// A closure that takes the failure and may name the arguments.
    Closure(ExprClosure),
    /// A plain value.
    Value(Expr),
    /// Another implementation of the trait.
    Backup(Expr),
    /// The other implementation that the builder is given.
    Given(ExprPath),
    /// What the cache has, though it has expired.
    Stale(ExprPath),
}

impl Rung {
    /// Whether the rung needs an argument: a backup needs them all.
    pub(crate) fn names(&self, argument: &Argument) -> bool {
        matches!(self, Self::Backup(_) | Self::Given(_))
            || mentions(self.tokens(), &argument.name.to_string())
    }

    /// The rung's tokens, in which arguments may be named.
    fn tokens(&self) -> TokenStream {
        match self {
            Self::Function(_) | Self::Stale(_) | Self::Given(_) => TokenStream::new(),
            Self::Closure(closure) => closure.to_token_stream(),
            Self::Value(expr) | Self::Backup(expr) => expr.to_token_stream(),
        }
    }
}

/// `path`, `|failure| ...`, `value = EXPR` or `backup = EXPR`, before it is checked.
struct RawRung {
    key: Option<Ident>,
    expr: Expr,
}

impl Parse for RawRung {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let named =
            input.peek(Ident::peek_any) && input.peek2(Token![=]) && !input.peek2(Token![==]);
        let key = if named {
            let key = input.call(Ident::parse_any)?;
            input.parse::<Token![=]>()?;
            if input.is_empty() || input.peek(Token![,]) {
                let message = format!("`{key}` has no value; write one after the `=`");
                return Err(syn::Error::new_spanned(&key, message));
            }
            Some(key)
        } else {
            None
        };
        if key.is_none() && input.peek(Token![,]) {
            return Err(input.error("there is no rung before this comma; leave it out"));
        }
        let expr: Expr = input.parse()?;
        if input.is_empty() || input.peek(Token![,]) {
            return Ok(Self { key, expr });
        }
        let (shown, token) = (shown(&expr), input.parse::<TokenTree>()?);
        let message = match &token {
            TokenTree::Punct(punct) if punct.as_char() == ':' && key.is_none() => {
                format!("a value stands behind a `=`, not a `:`; write `{shown} = ...`")
            }
            token => {
                format!("`{token}` cannot stand behind a rung; write a comma between two rungs")
            }
        };
        Err(syn::Error::new_spanned(token, message))
    }
}

/// The rungs that can be read, and what is wrong with the others.
#[derive(Default)]
struct Chain {
    rungs: Vec<RawRung>,
    errors: Vec<syn::Error>,
}

impl Parse for Chain {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut chain = Self::default();
        while !input.is_empty() {
            match input.parse() {
                Ok(rung) => chain.rungs.push(rung),
                Err(error) => chain.errors.push(error),
            }
            while !input.is_empty() && input.parse::<Option<Token![,]>>()?.is_none() {
                input.parse::<TokenTree>()?;
            }
        }
        Ok(chain)
    }
}

impl Chain {
    fn read(list: TokenStream, errors: &mut Errors) -> Vec<RawRung> {
        let chain = errors.ok(syn::parse2::<Self>(visible(list))).unwrap_or_default();
        chain.errors.into_iter().for_each(|error| errors.push(error));
        chain.rungs
    }
}

/// Reads the rungs of `fallback = ...` or `fallback(...)`.
pub(super) fn parse(entry: &Entry, errors: &mut Errors) -> Vec<Rung> {
    if let Some(word) = entry.is_nearly_off().filter(|word| word.to_lowercase() != "none") {
        let message = format!("`{word}` does not switch `fallback` off; write `fallback = off`");
        errors.at(&entry.value, message);
        return Vec::new();
    }
    match &entry.value {
        Value::None => {
            errors.at(&entry.key, "`fallback` has nothing to fall back to; write the path of a function, such as `fallback = offline`");
            Vec::new()
        }
        Value::Expr(expr) => rung(None, expr, errors).into_iter().collect(),
        // Only a few parameters have patterns for values.
        Value::Pattern(_) | Value::Unread => Vec::new(),
        Value::List(_, list) => {
            let rungs = Chain::read(list.clone(), errors);
            if rungs.is_empty() && errors.is_empty() {
                errors.at(entry, "`fallback` has an empty chain; write at least one rung, such as `fallback(offline)`");
            }
            let rungs: Vec<_> =
                rungs.iter().filter_map(|raw| rung(raw.key.as_ref(), &raw.expr, errors)).collect();
            for word in ["stale", "backup"] {
                let mut named = rungs.iter().filter(|rung| rung.is_word(word));
                if let (Some(_), Some(again)) = (named.next(), named.next()) {
                    let message =
                        format!("`{word}` stands in this chain twice; leave one of them out");
                    errors.at(again.place(), message);
                }
            }
            for (value, after) in rungs.iter().zip(rungs.iter().skip(1)) {
                if matches!(value, Rung::Value(_)) {
                    let message = "this rung is never reached: the `value` before it always answers; write that last";
                    errors.at(after.place(), message);
                }
            }
            rungs
        }
    }
}

impl Rung {
    /// Whether the rung is this word, which stands for something else than a function.
    fn is_word(&self, word: &str) -> bool {
        matches!(self, Self::Stale(path) | Self::Given(path) if path.path.is_ident(word))
    }

    pub(crate) fn place(&self) -> TokenStream {
        match self {
            Self::Function(path) | Self::Stale(path) | Self::Given(path) => path.to_token_stream(),
            rung => rung.tokens(),
        }
    }
}

fn rung(key: Option<&Ident>, expr: &Expr, errors: &mut Errors) -> Option<Rung> {
    let expr = ungrouped_expr(expr);
    match key.map(ToString::to_string).as_deref() {
        Some("value") => return Some(Rung::Value(expr.clone())),
        Some("backup") => return Some(Rung::Backup(expr.clone())),
        Some("stale") => {
            errors.at(key, "`stale` takes no value in a chain; write it alone, and how long in `cache(stale = \"1h\")`");
            return None;
        }
        Some(other) => {
            errors.at(key, format!("`{other}` is no kind of fallback; write `value = ...`, `backup = ...`, a path or a closure"));
            return None;
        }
        None => {}
    }
    match expr {
        Expr::Path(path) if path.path.is_ident("off") => {
            errors.at(
                expr,
                "`off` is no rung of a chain; write `fallback = off` alone, or leave it out",
            );
            None
        }
        Expr::Path(path) if path.path.is_ident("None") => {
            errors.at(expr, "`None` is a plain value; write `fallback(value = None)`, or `fallback = off` for no fallback");
            None
        }
        Expr::Call(call) if is_kind(&call.func) => {
            let (kind, value) = (shown(&call.func), shown(&call.args));
            errors.at(
                expr,
                format!("the value of `{kind}` stands behind a `=`; write `{kind} = {value}`"),
            );
            None
        }
        Expr::Path(path) if path.path.is_ident("stale") => Some(Rung::Stale(path.clone())),
        Expr::Path(path) if path.path.is_ident("backup") => Some(Rung::Given(path.clone())),
        Expr::Path(path) => Some(Rung::Function(path.clone())),
        Expr::Closure(closure) if closure.inputs.len() == 1 => Some(Rung::Closure(closure.clone())),
        Expr::Closure(closure) => {
            let message = "a fallback takes one `Failure`; write a closure with one parameter, such as `|failure| async move { ... }`";
            let (open, inputs, close) =
                (&closure.inputs_begin, &closure.inputs, &closure.inputs_end);
            errors.at(quote!(#open #inputs #close), message);
            None
        }
        Expr::Lit(lit) => {
            let lit = lit.to_token_stream();
            errors.at(expr, format!("`{lit}` is a plain value; write `fallback(value = {lit})`"));
            None
        }
        _ => {
            errors.at(expr, "a fallback is a path, a closure, `value = ...` or `backup = ...`; write for example `fallback = offline`");
            None
        }
    }
}

fn is_kind(func: &Expr) -> bool {
    matches!(func, Expr::Path(path) if path.path.is_ident("value") || path.path.is_ident("backup"))
}
