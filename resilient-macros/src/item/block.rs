use proc_macro2::{Group, Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{
    Attribute, ImplItem, ItemImpl,
    parse::{Parse, ParseStream, Parser, discouraged::Speculative},
};

use super::{
    Method,
    attributes::refuse_second,
    body::{BlockFn, Body},
};
use crate::{errors::Errors, names};

/// An annotated `impl` block.
pub(crate) struct Block {
    /// Everything but what stands between its braces.
    pub(crate) head: ItemImpl,
    /// `#![...]` between its braces.
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) items: Vec<BlockItem>,
    /// Every token of it, for names that it does not use.
    tokens: TokenStream,
}

pub(crate) enum BlockItem {
    Method(Box<BlockMethod>),
    /// What is no function, or none with a body.
    Other(TokenStream),
}

pub(crate) struct BlockMethod {
    pub(crate) method: Method,
    /// `pub`, `default`.
    pub(crate) qualifiers: TokenStream,
    pub(crate) body: Body,
}

impl Block {
    /// Reads what stands between the braces of a block whose head was read without it.
    pub(super) fn parse(
        mut head: ItemImpl,
        braces: &Group,
        errors: &mut Errors,
    ) -> syn::Result<Self> {
        refuse_second(&mut head.attrs, "`impl` block", errors);
        let ty = head.self_ty.to_token_stream().to_string();
        let (attrs, items) = Self::content.parse2(braces.stream())?;
        let items = items.into_iter().map(|item| match item {
            Content::Function(mut function) => {
                let mut method = Method::parse(&mut function.attrs, &function.sig, errors);
                method.makes_its_type = method.returns.to_token_stream().to_string() == ty;
                let BlockFn { qualifiers, body, .. } = *function;
                method.leave_unused(&body.tokens);
                BlockItem::Method(Box::new(BlockMethod { method, qualifiers, body }))
            }
            Content::Other(tokens) => BlockItem::Other(tokens),
        });
        let tokens = quote!(#head #braces);
        Ok(Self { attrs, items: items.collect(), head, tokens })
    }

    fn content(input: ParseStream<'_>) -> syn::Result<(Vec<Attribute>, Vec<Content>)> {
        let attrs = input.call(Attribute::parse_inner)?;
        let mut items = Vec::new();
        while !input.is_empty() {
            items.push(input.parse()?);
        }
        Ok((attrs, items))
    }

    pub(crate) fn methods(&self) -> impl Iterator<Item = &BlockMethod> {
        self.items.iter().filter_map(|item| match item {
            BlockItem::Method(method) => Some(&**method),
            BlockItem::Other(_) => None,
        })
    }

    /// The name of its type, and of its trait.
    fn names(&self) -> (String, String) {
        let params = self.head.generics.type_params().map(|param| param.ident.to_string());
        let params: Vec<_> = params.collect();
        let of = |tokens| {
            let names = names::idents_at_the_end(tokens);
            names.into_iter().filter(|name| !params.contains(name)).collect::<String>()
        };
        let of_trait = self.head.trait_.as_ref().map(|(path, _)| of(path.to_token_stream()));
        (of(self.head.self_ty.to_token_stream()), of_trait.unwrap_or_default())
    }

    /// What tells it from the other blocks of its module: its type, or its trait and its type.
    pub(crate) fn path(&self) -> String {
        let ty = self.head.self_ty.to_token_stream();
        let written = match &self.head.trait_ {
            Some((path, _)) => quote!(#path for #ty),
            None => ty,
        };
        let written = written.to_string();
        let is_word = |letter: Option<char>| {
            letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
        };
        let between_words = |(at, letter): (usize, char)| {
            let (before, after) = (written[..at].chars().next_back(), written[at..].chars().nth(1));
            (letter != ' ' || is_word(before) && is_word(after)).then_some(letter)
        };
        written.char_indices().filter_map(between_words).collect()
    }

    /// Its type's name, as that of a service; its trait's, where the trait is implemented for every type.
    pub(crate) fn service(&self) -> String {
        let (ty, of_trait) = self.names();
        names::snake_case(if ty.is_empty() { &of_trait } else { &ty })
    }

    /// The name of the type that holds its policies.
    pub(crate) fn policies(&self) -> Ident {
        let (ty, of_trait) = self.names();
        names::free_item(&format!("{ty}{of_trait}Policies"), &self.tokens)
    }
}

enum Content {
    Function(Box<BlockFn>),
    Other(TokenStream),
}

impl Parse for Content {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let ahead = input.fork();
        if let Ok(function) = ahead.parse() {
            input.advance_to(&ahead);
            return Ok(Self::Function(Box::new(function)));
        }
        Ok(Self::Other(input.parse::<ImplItem>()?.into_token_stream()))
    }
}
