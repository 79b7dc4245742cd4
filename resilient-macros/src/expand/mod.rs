//! The expansion: the trait, its decorator, and the decorator's implementation of the trait.

mod cached;
mod decorator;
mod describe;
mod fallback;
mod forward;
mod likely;
mod lookup;
mod needs;
mod policy;
mod rules;
mod shared;
mod trait_item;

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{Path, ext::IdentExt};

use crate::{
    args::{Layer, TraitArgs},
    check,
    item::{Contract, Flavor, Method, Receiver},
    names,
};

/// Everything that the parts of the expansion ask for.
struct Expansion<'a> {
    contract: &'a Contract,
    args: &'a TraitArgs,
    /// The path of `resilient_runtime`.
    krate: &'a Path,
    service: String,
    /// The decorator's type parameter: `T`, if the trait leaves it free.
    inner: Ident,
    /// Without policies, where the attribute is wrong: the decorator still exists, so that its users see no errors.
    sound: bool,
}

pub(crate) fn contract(args: &TraitArgs, contract: &Contract, sound: bool) -> TokenStream {
    let expansion = Expansion {
        contract,
        args,
        krate: &args.krate,
        service: args
            .service
            .clone()
            .unwrap_or_else(|| names::snake_case(&contract.original.ident.unraw().to_string())),
        inner: names::free_type_parameter(&contract.original),
        sound,
    };
    let trait_item = trait_item::expand(&expansion);
    let decorator = decorator::expand(&expansion);
    let cached = cached::expand(&expansion);
    let implementation = forward::expand(&expansion);
    let shared = shared::expand(&expansion);
    let likely = expansion.likely();
    quote! {
        #trait_item
        #decorator
        #cached
        #implementation
        #shared
        #likely
    }
}

impl Expansion<'_> {
    /// Whether policies stand around the method.
    fn decorates(&self, method: &Method) -> bool {
        self.sound && method.args.skip.is_none()
    }

    fn decorated(&self) -> impl Iterator<Item = &Method> {
        self.contract.methods.iter().filter(|method| self.decorates(method))
    }

    /// The methods whose answers are kept.
    fn cached(&self) -> impl Iterator<Item = &Method> {
        self.decorated().filter(|method| self.layer(method).config.cache.as_on().is_some())
    }

    /// Warnings of what is likely wrong, where nothing certainly is.
    fn likely(&self) -> TokenStream {
        let attrs = &self.contract.original.attrs;
        if check::allows(attrs) {
            return TokenStream::new();
        }
        let methods: Vec<_> = self.decorated().map(|method| (method, self.layer(method))).collect();
        likely::expand(attrs, &check::likely(&methods))
    }

    fn layer(&self, method: &Method) -> Layer {
        self.args.layer.overlaid(&method.args.layer)
    }

    /// Whether the trait's async methods are written as `-> impl Future + Send`, so that generic code can spawn them.
    fn promises_send(&self) -> bool {
        self.args.send && self.contract.async_trait.is_none()
    }

    /// Whether the futures of the trait's async methods are `Send`, by our doing or by `#[async_trait]`'s.
    fn sends(&self) -> bool {
        match &self.contract.async_trait {
            // `#[async_trait(?Send)]`
            Some(attr) => !crate::spans::mentions(quote!(#attr), "Send"),
            None => self.args.send,
        }
    }

    /// The auto traits that the inner type must have for the decorator's futures to be `Send`.
    fn inner_bounds(&self) -> TokenStream {
        let takes = |receiver| {
            self.contract
                .methods
                .iter()
                .any(|method| method.flavor == Flavor::Async && method.receiver == receiver)
        };
        let boxed = self.contract.async_trait.is_some();
        let send = (takes(Receiver::Mut) || takes(Receiver::Value) || boxed) && self.sends();
        let sync = (takes(Receiver::Ref) || boxed) && self.sends();
        let send = send.then(|| quote!(+ ::core::marker::Send));
        let sync = sync.then(|| quote!(+ ::core::marker::Sync));
        quote!(#send #sync)
    }
}
