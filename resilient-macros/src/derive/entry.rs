//! The grammar of `#[class]`: keys, each alone or with a value.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{
    Expr, Ident, Token,
    ext::IdentExt,
    parse::{Parse, ParseStream, Parser},
    punctuated::Punctuated,
    token::Paren,
};

/// `key` or `key = value`.
pub(super) struct Entry {
    pub(super) key: Ident,
    pub(super) value: Option<Expr>,
}

impl Entry {
    pub(super) fn list(tokens: TokenStream) -> syn::Result<Vec<Self>> {
        let parser = Punctuated::<Self, Token![,]>::parse_terminated;
        Ok(parser.parse2(crate::spans::visible(tokens))?.into_iter().collect())
    }
}

impl Parse for Entry {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let key = input.call(Ident::parse_any).map_err(|error| {
            syn::Error::new(error.span(), "expected a kind or a key; write one such as `network`")
        })?;
        if input.peek(Paren) {
            let message = format!("`{key}` takes no parentheses; write `{key}`, or `{key} = ...`");
            return Err(syn::Error::new_spanned(&key, message));
        }
        if !input.peek(Token![=]) {
            return Ok(Self { key, value: None });
        }
        input.parse::<Token![=]>()?;
        if input.is_empty() || input.peek(Token![,]) {
            let message = format!("`{key}` has no value; write one after the `=`");
            return Err(syn::Error::new_spanned(&key, message));
        }
        Ok(Self { key, value: Some(input.parse()?) })
    }
}

impl ToTokens for Entry {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.key.to_tokens(tokens);
        self.value.to_tokens(tokens);
    }
}
