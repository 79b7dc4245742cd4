use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Attribute, ImplItem, Item, ItemTrait, Meta, TraitItem, TraitItemConst, TraitItemFn,
    TraitItemType, ext::IdentExt,
};

use super::{Method, unfinished};
use crate::errors::Errors;

/// An annotated trait.
pub(crate) struct Contract {
    /// The trait as the user wrote it, without our attributes on its methods.
    pub(crate) original: ItemTrait,
    pub(crate) methods: Vec<Method>,
    /// `#[async_trait]` below our attribute, as the user wrote it.
    pub(crate) async_trait: Option<Attribute>,
    pub(crate) decorator: Ident,
    /// Whether every item of the trait is known, so that the decorator can implement it.
    pub(crate) whole: bool,
}

impl Contract {
    /// Reads the item; what is no trait is given back, without our attributes inside it.
    pub(crate) fn parse(item: TokenStream, errors: &mut Errors) -> Result<Self, TokenStream> {
        match unfinished::parse(item.clone()) {
            Ok(Item::Trait(item)) => Ok(Self::of_trait(item, errors)),
            Ok(mut other) => {
                errors.at(head(&other), not_a_trait(&other));
                if let Item::Impl(block) = &mut other {
                    for item in &mut block.items {
                        if let ImplItem::Fn(function) = item {
                            function.attrs.retain(|attr| !is_named(attr, "resilient"));
                        }
                    }
                }
                Err(other.into_token_stream())
            }
            Err(error) => {
                errors.push(error);
                Err(item)
            }
        }
    }

    fn of_trait(mut original: ItemTrait, errors: &mut Errors) -> Self {
        let decorator = quote::format_ident!("Resilient{}", original.ident.unraw());
        for second in original.attrs.iter().filter(|attr| is_named(attr, "resilient")) {
            errors.at(second, "a second `#[resilient]` on one trait; write everything in one");
        }
        original.attrs.retain(|attr| !is_named(attr, "resilient"));
        let mut whole = true;
        let async_trait = original.attrs.iter().find(|attr| is_named(attr, "async_trait")).cloned();
        let mut methods = Vec::new();
        for item in &mut original.items {
            match item {
                TraitItem::Fn(function) => methods.push(Method::parse(function, errors)),
                TraitItem::Const(_) | TraitItem::Type(_) => {}
                other => {
                    whole = false;
                    errors.at(
                        &*other,
                        "this item cannot be forwarded; write out what the macro stands for",
                    );
                }
            }
        }
        Self { original, methods, async_trait, decorator, whole }
    }

    pub(crate) fn consts(&self) -> impl Iterator<Item = &TraitItemConst> {
        self.original.items.iter().filter_map(|item| match item {
            TraitItem::Const(item) => Some(item),
            _ => None,
        })
    }

    pub(crate) fn types(&self) -> impl Iterator<Item = &TraitItemType> {
        self.original.items.iter().filter_map(|item| match item {
            TraitItem::Type(item) => Some(item),
            _ => None,
        })
    }
}

/// Whether an attribute's path ends in `name`.
pub(crate) fn is_named(attr: &Attribute, name: &str) -> bool {
    attr.path().segments.last().is_some_and(|segment| segment.ident == name)
}

/// Our own attribute in a `cfg_attr`.
fn in_cfg_attr(attr: &Attribute) -> Option<TokenTree> {
    let Meta::List(list) = &attr.meta else { return None };
    let ours = |token: &TokenTree| matches!(token, TokenTree::Ident(ident) if ident == "resilient");
    list.path.is_ident("cfg_attr").then(|| list.tokens.clone().into_iter().skip(1).find(ours))?
}

/// Takes our own attributes off an item.
pub(super) fn take_resilient(function: &mut TraitItemFn, errors: &mut Errors) -> Vec<Attribute> {
    function.attrs.retain(|attr| {
        let conditional = in_cfg_attr(attr);
        if let Some(ours) = &conditional {
            errors.at(ours, "whether a `cfg_attr` holds is not known here yet; write the method twice, each time below a `#[cfg(...)]`, with `#[resilient(...)]` on one of them");
        }
        conditional.is_none()
    });
    let (ours, theirs) = function.attrs.drain(..).partition(|attr| is_named(attr, "resilient"));
    function.attrs = theirs;
    ours
}

/// The first line of an item: enough to point at, without its body.
fn head(item: &Item) -> TokenStream {
    match item {
        Item::Impl(item) => item.impl_token.to_token_stream(),
        Item::Fn(item) => item.sig.to_token_stream(),
        Item::Struct(item) => item.struct_token.to_token_stream(),
        Item::Enum(item) => item.enum_token.to_token_stream(),
        other => other.to_token_stream(),
    }
}

/// Whether an item is a method, which only stands alone where the attribute stands on it and not on what is around it.
fn takes_self(item: &Item) -> bool {
    match item {
        Item::Fn(function) => function.sig.receiver().is_some(),
        // A method without a body is no item.
        Item::Verbatim(tokens) => syn::parse2::<TraitItemFn>(tokens.clone())
            .is_ok_and(|function| function.sig.receiver().is_some()),
        _ => false,
    }
}

fn not_a_trait(item: &Item) -> &'static str {
    match item {
        Item::Impl(_) => {
            "`#[resilient]` does not stand on an `impl` block in this version; write it on a trait and wrap the type in its decorator"
        }
        _ if takes_self(item) => {
            "`#[resilient]` on a method changes what the attribute on its trait says, and there is none; write `#[resilient(...)]` on the trait"
        }
        Item::Fn(_) => {
            "`#[resilient]` does not stand on a function in this version; write it on a trait, or call the function through a `Policy`"
        }
        _ => {
            "`#[resilient]` stands on a trait; write it on the trait whose methods call the service"
        }
    }
}
