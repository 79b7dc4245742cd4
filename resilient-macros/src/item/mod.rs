//! What was annotated, as a model that keeps the user's own tokens.

mod attributes;
mod block;
mod body;
mod contract;
mod function;
mod future;
mod method;
mod unfinished;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::TraitItemFn;

pub(crate) use self::{
    attributes::is_named,
    block::{Block, BlockItem, BlockMethod},
    body::Body,
    contract::Contract,
    function::Function,
    method::{Argument, Flavor, Method, Passing, Receiver},
};
use crate::errors::Errors;

/// What the attribute stands on.
pub(crate) enum Item {
    Trait(Box<Contract>),
    Block(Box<Block>),
    Function(Box<Function>),
}

impl Item {
    /// Reads the item; one that the attribute cannot stand on is given back.
    pub(crate) fn parse(item: TokenStream, errors: &mut Errors) -> Result<Self, TokenStream> {
        let read = match without_content(&item) {
            // Bodies stay tokens: they are not ours to understand, nor to wait for while they are typed.
            Some((head, braces)) => match syn::parse2(head) {
                Ok(syn::Item::Impl(head)) => {
                    Block::parse(head, &braces, errors).map(Box::new).map(Self::Block)
                }
                Ok(syn::Item::Fn(head)) => {
                    Function::parse(head, &braces, errors).map(Box::new).map(Self::Function)
                }
                _ => Self::whole(&item, errors),
            },
            None => Self::whole(&item, errors),
        };
        read.map_err(|error| {
            errors.push(error);
            item
        })
    }

    fn whole(item: &TokenStream, errors: &mut Errors) -> syn::Result<Self> {
        match unfinished::parse(item.clone())? {
            syn::Item::Trait(item) => Ok(Self::Trait(Box::new(Contract::of_trait(item, errors)))),
            other => Err(syn::Error::new_spanned(head(&other), not_here(&other))),
        }
    }
}

/// An item with nothing between its braces, and the braces.
fn without_content(item: &TokenStream) -> Option<(TokenStream, Group)> {
    let mut tokens: Vec<_> = item.clone().into_iter().collect();
    let last = visible_group(tokens.pop()?)?;
    let braces = Some(last).filter(|last| last.delimiter() == Delimiter::Brace)?;
    let mut empty = Group::new(Delimiter::Brace, TokenStream::new());
    empty.set_span(braces.span());
    tokens.push(empty.into());
    Some((tokens.into_iter().collect(), braces))
}

/// A group without the invisible ones that `macro_rules` puts around `$body:block`.
fn visible_group(token: TokenTree) -> Option<Group> {
    let TokenTree::Group(group) = token else { return None };
    if group.delimiter() != Delimiter::None {
        return Some(group);
    }
    let mut inside = group.stream().into_iter();
    let only = inside.next().filter(|_| inside.next().is_none())?;
    visible_group(only)
}

/// The first line of an item: enough to point at.
fn head(item: &syn::Item) -> TokenStream {
    match item {
        syn::Item::Struct(item) => item.struct_token.to_token_stream(),
        syn::Item::Enum(item) => item.enum_token.to_token_stream(),
        other => other.to_token_stream(),
    }
}

fn not_here(item: &syn::Item) -> &'static str {
    // A method without a body is no item.
    let bare = |tokens: &TokenStream| syn::parse2::<TraitItemFn>(tokens.clone()).is_ok();
    match item {
        syn::Item::Verbatim(tokens) if bare(tokens) => {
            "`#[resilient]` on a method changes what the attribute on its trait says, and there is none; write `#[resilient(...)]` on the trait"
        }
        _ => {
            "`#[resilient]` stands on a trait, an `impl` block or a function; write it on what calls the service"
        }
    }
}
