//! The grammar of the attribute: keys, each alone, with a value, or with a list of parameters.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{
    Expr, Ident, Pat, Token,
    ext::IdentExt,
    parenthesized,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
    token::Paren,
};

const NO_KEY: &str = "expected a policy's key; write one such as `retry = 3`";

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

impl Parse for Entry {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let key =
            input.call(Ident::parse_any).map_err(|error| syn::Error::new(error.span(), NO_KEY))?;
        let value = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            if input.is_empty() {
                return Err(syn::Error::new_spanned(
                    &key,
                    format!("`{key}` has no value; write one after the `=`"),
                ));
            }
            if PATTERNS.iter().any(|name| key == name) {
                Value::Pattern(Box::new(pattern(&key, input)?))
            } else {
                Value::Expr(input.parse()?)
            }
        } else if input.peek(Paren) {
            let list;
            let paren = parenthesized!(list in input);
            Value::List(paren, list.parse()?)
        } else {
            Value::None
        };
        Ok(Self { key, value })
    }
}

fn pattern(key: &Ident, input: ParseStream<'_>) -> syn::Result<Pattern> {
    if input.peek(Token![|]) && input.peek2(syn::Ident) && input.peek3(Token![|]) {
        let message = format!(
            "`{key}` takes a pattern over the error, such as `{key} = MyError::Busy | MyError::Down`; write the path of a function into `when`"
        );
        let closure: Expr = input.parse()?;
        return Err(syn::Error::new_spanned(closure, message));
    }
    input.parse().map_err(|error| {
        let message = format!(
            "`{key}` takes a pattern over the error; write one such as `{key} = MyError::Busy | MyError::Down`"
        );
        syn::Error::new(error.span(), message)
    })
}

impl Entry {
    pub(super) fn list(tokens: TokenStream) -> syn::Result<Vec<Self>> {
        let parser = Punctuated::<Self, Token![,]>::parse_terminated;
        Ok(syn::parse::Parser::parse2(parser, crate::spans::visible(tokens))?.into_iter().collect())
    }

    /// Whether it says `key = off`.
    pub(super) fn is_off(&self) -> bool {
        matches!(&self.value, Value::Expr(expr) if is_off(expr))
    }
}

/// Whether a value is the word `off`.
pub(super) fn is_off(expr: &Expr) -> bool {
    matches!(expr, Expr::Path(path) if path.path.is_ident("off"))
}

impl Value {
    /// Its tokens, or those of the key where it has none.
    pub(super) fn or(&self, key: &Ident) -> TokenStream {
        match self {
            Self::None => key.to_token_stream(),
            value => value.to_token_stream(),
        }
    }
}

impl ToTokens for Value {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::None => {}
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
