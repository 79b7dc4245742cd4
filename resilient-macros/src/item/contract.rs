use proc_macro2::Ident;
use syn::{Attribute, ItemTrait, TraitItem, TraitItemConst, TraitItemType, ext::IdentExt};

use super::{
    Method,
    attributes::{is_named, refuse_second},
};
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
    pub(super) fn of_trait(mut original: ItemTrait, errors: &mut Errors) -> Self {
        let decorator = quote::format_ident!("Resilient{}", original.ident.unraw());
        refuse_second(&mut original.attrs, "trait", errors);
        let mut whole = true;
        let async_trait = original.attrs.iter().find(|attr| is_named(attr, "async_trait")).cloned();
        let mut methods = Vec::new();
        for item in &mut original.items {
            match item {
                TraitItem::Fn(function) => {
                    methods.push(Method::parse(&mut function.attrs, &function.sig, errors));
                }
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
