//! Warnings, which a macro on stable can only give by using something that is deprecated.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, spanned::Spanned};

use super::forward::lint_level;
use crate::check::Likely;

/// ```text
/// Output:  const _: () = {
///              #[deprecated(note = "`retry` repeats `create_order` ...")]
///              const likely_mistake: () = ();
///              likely_mistake
///          };
/// ```
///
/// `around`: the attributes of the item that the methods stand in.
pub(crate) fn expand(around: &[Attribute], likely: &[Likely<'_>]) -> TokenStream {
    likely.iter().map(|likely| warning(around, likely)).collect()
}

fn warning(around: &[Attribute], likely: &Likely<'_>) -> TokenStream {
    let attrs = around.iter().chain(likely.method.iter().flat_map(|method| &method.attrs));
    let attrs = attrs.filter_map(|attr| {
        if attr.path().is_ident("cfg") { Some(attr.to_token_stream()) } else { lint_level(attr) }
    });
    let note = &likely.message;
    // The user's own span: what is used there is not ours to be silent about.
    let name = Ident::new("likely_mistake", likely.place.span());
    quote! {
        #(#attrs)*
        const _: () = {
            #[deprecated(note = #note)]
            #[allow(non_upper_case_globals)]
            const likely_mistake: () = ();
            #name
        };
    }
}
