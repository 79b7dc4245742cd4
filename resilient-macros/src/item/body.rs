use proc_macro2::{Group, Span, TokenStream};
use quote::ToTokens;
use syn::{
    Attribute, Signature, Token, Visibility,
    parse::{Parse, ParseStream, Parser},
};

/// What stands between the braces of a function: tokens, for it may be half typed, and need not be understood.
pub(crate) struct Body {
    /// `#![...]`, which goes where the body begins.
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) tokens: TokenStream,
    /// Where its braces are.
    pub(crate) span: Span,
}

impl Body {
    pub(super) fn of(braces: &Group) -> syn::Result<Self> {
        let read = |input: ParseStream<'_>| {
            let attrs = input.call(Attribute::parse_inner)?;
            Ok(Self { attrs, tokens: input.parse()?, span: braces.span() })
        };
        read.parse2(braces.stream())
    }
}

/// A function in an `impl` block.
pub(crate) struct BlockFn {
    pub(crate) attrs: Vec<Attribute>,
    /// `pub`, `default`.
    pub(crate) qualifiers: TokenStream,
    pub(crate) sig: Signature,
    pub(crate) body: Body,
}

impl Parse for BlockFn {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let mut qualifiers = input.parse::<Visibility>()?.into_token_stream();
        input.parse::<Option<Token![default]>>()?.to_tokens(&mut qualifiers);
        let sig = input.parse()?;
        let body = Body::of(&input.parse()?)?;
        Ok(Self { attrs, qualifiers, sig, body })
    }
}
