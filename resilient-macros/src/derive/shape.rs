//! A variant, or the whole of a struct.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, ExprLit, Field, Fields, Lit, Member, Variant};

use super::class::{Class, Place, delegate_beside};
use crate::{
    errors::Errors,
    names::nearest,
    spans::{located, name_at},
};

/// A field, and what it is called.
pub(super) struct Named<'i> {
    pub(super) member: Member,
    pub(super) field: &'i Field,
}

pub(super) struct Shape<'i> {
    pub(super) name: &'i Ident,
    pub(super) is_variant: bool,
    fields: &'i Fields,
    pub(super) class: Class,
    pub(super) delegate: Option<Named<'i>>,
    pub(super) status: Option<Named<'i>>,
    pub(super) retry_after: Option<Named<'i>>,
}

impl<'i> Shape<'i> {
    pub(super) fn of_variant(variant: &'i Variant, errors: &mut Errors) -> Self {
        let class = Class::parse(&variant.attrs, Place::Variant, errors);
        Self::new(&variant.ident, true, &variant.fields, class, errors)
    }

    pub(super) fn new(
        name: &'i Ident,
        is_variant: bool,
        fields: &'i Fields,
        class: Class,
        errors: &mut Errors,
    ) -> Self {
        let mut shape = Self {
            name,
            is_variant,
            fields,
            class,
            delegate: None,
            status: None,
            retry_after: None,
        };
        shape.delegate = shape.find_delegate(errors);
        shape.status = shape.find(shape.class.status.as_ref(), "status", errors);
        shape.retry_after = shape.find(shape.class.retry_after.as_ref(), "retry_after", errors);
        shape
    }

    fn named(&self) -> impl Iterator<Item = Named<'i>> + use<'i> {
        let fields = self.fields;
        fields.members().zip(fields).map(|(member, field)| Named { member, field })
    }

    /// The field that answers for the whole.
    fn find_delegate(&self, errors: &mut Errors) -> Option<Named<'i>> {
        let name = self.name;
        let mut marked: Option<Named<'i>> = None;
        for named in self.named() {
            let Some(mark) = Class::parse(&named.field.attrs, Place::Field, errors).delegate else {
                continue;
            };
            if marked.is_some() {
                errors.at(
                    mark,
                    format!("two fields of `{name}` are asked; leave one `delegate` out"),
                );
                continue;
            }
            if let Some(other) = self.class.kind_beside_delegate() {
                errors.at(mark, delegate_beside(&other));
            }
            marked = Some(named);
        }
        let Some(delegate) = self.class.delegate.as_ref().filter(|_| marked.is_none()) else {
            return marked;
        };
        match self.fields.len() {
            1 => return self.named().next(),
            0 => errors.at(
                delegate,
                format!("`{name}` wraps no error to ask; write a kind, such as `network`"),
            ),
            _ => errors.at(delegate, format!("`{name}` has several fields; write `#[class(delegate)]` on the one that is asked")),
        }
        None
    }

    /// The field that `key = wanted` names.
    fn find(&self, wanted: Option<&Expr>, key: &str, errors: &mut Errors) -> Option<Named<'i>> {
        let wanted = wanted?;
        let text = match wanted {
            Expr::Lit(ExprLit { lit: Lit::Int(index), .. }) => index.base10_digits().to_owned(),
            other => other.to_token_stream().to_string(),
        };
        let found = self.named().find(|named| named.member.to_token_stream().to_string() == text);
        if found.is_none() {
            errors.at(wanted, self.missing(&text, key));
        }
        found
    }

    fn missing(&self, wanted: &str, key: &str) -> String {
        let name = self.name;
        let names: Vec<_> =
            self.named().map(|named| named.member.to_token_stream().to_string()).collect();
        let list = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let write = if names.len() == 1 { list } else { format!("one of {list}") };
        match (self.fields, nearest(wanted, names.iter().map(String::as_str))) {
            (_, _) if names.is_empty() => {
                format!("`{name}` has no fields; leave `{key}` out, or give it one")
            }
            (Fields::Unnamed(_), _) => format!(
                "the fields of `{name}` have numbers, and `{wanted}` is none of them; write {write}"
            ),
            (_, Some(near)) => {
                format!("`{name}` has no field `{wanted}`; write `{near}`")
            }
            (_, None) => format!("`{name}` has no field `{wanted}`; write {write}"),
        }
    }

    /// The pattern of the shape, whatever it holds.
    pub(super) fn pattern(&self) -> TokenStream {
        let name = self.name;
        match self.fields {
            Fields::Unit => quote!(Self::#name),
            Fields::Unnamed(_) => quote!(Self::#name(..)),
            Fields::Named(_) => quote!(Self::#name { .. }),
        }
    }

    /// The pattern that binds one field, and what names it then. A struct needs no pattern.
    pub(super) fn binding(&self, named: &Named<'_>, tuple: &str) -> (TokenStream, TokenStream) {
        let (name, at) = (self.name, located(&named.field.ty));
        let member = &named.member;
        if !self.is_variant {
            // `self` means the method's own in the context of its signature alone.
            let this = Ident::new("self", Span::call_site().located_at(at));
            return (TokenStream::new(), quote_spanned!(at=> &#this.#member));
        }
        match member {
            Member::Named(field) => {
                let rest = (self.fields.len() > 1).then(|| quote!(, ..));
                let bound = name_at(field, at);
                (quote!(Self::#name { #field #rest }), bound.into_token_stream())
            }
            Member::Unnamed(index) => {
                let bound = Ident::new(tuple, at);
                let before = (0..index.index).map(|_| quote!(_,));
                let rest = (self.fields.len() > index.index as usize + 1).then(|| quote!(, ..));
                (quote!(Self::#name(#(#before)* #bound #rest)), bound.into_token_stream())
            }
        }
    }
}
