use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

/// Every mistake found so far. All of them are reported, each at its own tokens.
#[derive(Default)]
pub(crate) struct Errors(Option<syn::Error>);

impl Errors {
    /// Notes a mistake at `tokens`: what is wrong, and what to write instead.
    pub(crate) fn at(&mut self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(errors) => errors.combine(error),
            None => self.0 = Some(error),
        }
    }

    /// Notes the error of a failed step.
    pub(crate) fn ok<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The mistakes, behind the item that they were made in.
    pub(crate) fn beside(self, item: TokenStream) -> TokenStream {
        let errors = self.0.map(|errors| errors.to_compile_error());
        quote!(#item #errors)
    }
}
