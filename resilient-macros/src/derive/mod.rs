//! `#[derive(Classify)]`: read what `#[class]` says of each shape (`class`, `entry`), find the fields that it names
//! (`shape`), print one `match` for each method that is not the default (`expand`).

mod class;
mod entry;
mod expand;
mod shape;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Data, DeriveInput, spanned::Spanned};

use self::{
    class::{Class, Place},
    shape::Shape,
};
use crate::errors::Errors;

/// What an error type says of itself.
struct Classified<'i> {
    input: &'i DeriveInput,
    /// The import of what the impl names as `resilient_runtime`.
    import: TokenStream,
    /// `resilient_runtime`, as the impl names it.
    krate: syn::Path,
    /// The kind of the variants that do not say theirs.
    usual: Option<class::Kind>,
    shapes: Vec<Shape<'i>>,
}

pub(crate) fn classify(input: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let Some(input) = errors.ok(syn::parse2::<DeriveInput>(input)) else {
        return errors.beside(TokenStream::new());
    };
    let classified = Classified::read(&input, &mut errors);
    // An empty impl in place of a wrong one: nothing follows from a mistake but its own message.
    let expanded = if errors.is_empty() { classified.expand() } else { classified.empty() };
    errors.beside(expanded)
}

impl<'i> Classified<'i> {
    fn read(input: &'i DeriveInput, errors: &mut Errors) -> Self {
        let place = match &input.data {
            Data::Enum(_) => Place::Enum,
            Data::Struct(_) | Data::Union(_) => Place::Struct,
        };
        let class = Class::parse(&input.attrs, place, errors);
        let import = match &class.krate {
            // All of it at the user's path: with tokens of two places in it, an error would fall back to the derive.
            Some(path) => quote_spanned!(path.span()=> use #path as resilient_runtime;),
            None => quote!(
                use ::resilient_runtime;
            ),
        };
        let krate = syn::parse_quote!(resilient_runtime);
        let (usual, shapes) = match &input.data {
            Data::Enum(item) => {
                let shape = |variant| Shape::of_variant(variant, errors);
                (class.kind(), item.variants.iter().map(shape).collect())
            }
            Data::Struct(item) => {
                (None, vec![Shape::new(&input.ident, false, &item.fields, class, errors)])
            }
            Data::Union(item) => {
                errors.at(item.union_token, "a union does not know which field it holds; derive `Classify` for an enum or a struct");
                (None, Vec::new())
            }
        };
        Self { input, import, krate, usual, shapes }
    }
}
