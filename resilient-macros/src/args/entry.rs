//! The grammar of the attribute: keys, each alone, with a value, or with a list of parameters.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{
    Expr, Ident, Token,
    ext::IdentExt,
    parenthesized,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
    token::Paren,
};

const NO_KEY: &str = "expected a policy's key; write one such as `retry = 3`";

/// `key`, `key = value` or `key(parameters)`.
pub(super) struct Entry {
    pub(super) key: Ident,
    pub(super) value: Value,
}

pub(super) enum Value {
    None,
    Expr(Box<Expr>),
    List(Paren, TokenStream),
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
            Value::Expr(input.parse()?)
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

impl Entry {
    pub(super) fn list(tokens: TokenStream) -> syn::Result<Vec<Self>> {
        let parser = Punctuated::<Self, Token![,]>::parse_terminated;
        Ok(syn::parse::Parser::parse2(parser, crate::spans::visible(tokens))?.into_iter().collect())
    }

    /// Whether it says `key = off`.
    pub(super) fn is_off(&self) -> bool {
        matches!(&self.value, Value::Expr(expr) if matches!(&**expr, Expr::Path(path) if path.path.is_ident("off")))
    }
}

impl ToTokens for Entry {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.key.to_tokens(tokens);
        match &self.value {
            Value::None => {}
            Value::Expr(expr) => expr.to_tokens(tokens),
            Value::List(paren, list) => paren.surround(tokens, |tokens| list.to_tokens(tokens)),
        }
    }
}
