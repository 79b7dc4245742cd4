use proc_macro2::{Group, TokenStream};
use quote::ToTokens;
use syn::ItemFn;

use super::{Method, attributes::refuse_second, body::Body};
use crate::{args::MethodArgs, errors::Errors};

/// An annotated function, or a method whose block is not annotated.
pub(crate) struct Function {
    pub(crate) method: Method,
    /// `pub`, `default`.
    pub(crate) qualifiers: TokenStream,
    pub(crate) body: Body,
}

impl Function {
    /// Reads the body of a function that was read without it.
    pub(super) fn parse(
        mut item: ItemFn,
        braces: &Group,
        errors: &mut Errors,
    ) -> syn::Result<Self> {
        refuse_second(&mut item.attrs, "function", errors);
        let mut qualifiers = item.vis.into_token_stream();
        item.modifiers.defaultness.to_tokens(&mut qualifiers);
        let body = Body::of(braces)?;
        let mut method = Method::new(item.attrs, &item.sig, MethodArgs::default());
        method.leave_unused(&body.tokens);
        Ok(Self { method, qualifiers, body })
    }
}
