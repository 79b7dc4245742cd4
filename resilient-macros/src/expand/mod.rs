//! The expansion: of a trait, the trait, its decorator, and the decorator's implementation of it; of a block or a
//! function, the same with its bodies in the loops of their calls.

mod block;
mod body;
mod cached;
mod decorator;
mod describe;
mod explain;
mod fallback;
mod forward;
mod function;
mod likely;
mod lookup;
mod needs;
mod pipeline;
mod policy;
mod rules;
mod shared;
mod text;
mod trait_item;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{Path, ext::IdentExt};

pub(crate) use self::{block::expand as block, function::expand as function};
use crate::{
    args::{Args, Layer, Rung},
    check,
    item::{Contract, Flavor, Method, Receiver},
    names,
};

/// Everything that the parts of the expansion ask for.
struct Expansion<'a> {
    contract: &'a Contract,
    args: &'a Args,
    /// The path of `resilient_runtime`.
    krate: &'a Path,
    service: String,
    /// The decorator's type parameter: `T`, if the trait leaves it free.
    inner: Ident,
    /// Without policies, where the attribute is wrong: the decorator still exists, so that its users see no errors.
    sound: bool,
}

pub(crate) fn contract(args: &Args, contract: &Contract, sound: bool) -> TokenStream {
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
        self.sound && method.is_protected()
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

    /// Whether a fallback asks the implementation that the builder is given.
    fn takes_backup(&self) -> bool {
        let given = |rung: &Rung| matches!(rung, Rung::Given(_));
        // Also where the attribute is wrong: who gives the builder one has made no mistake.
        let mut methods = self.contract.methods.iter().filter(|method| method.args.skip.is_none());
        methods.any(|method| self.layer(method).rungs().iter().any(given))
    }

    /// The decorator's field for it, under a name that no method has: each has a field of its own.
    fn backup_field(&self) -> Ident {
        let mut name = "backup".to_owned();
        while self.contract.methods.iter().any(|method| method.name() == name) {
            name.push('_');
        }
        Ident::new(&name, Span::call_site())
    }

    /// Whether the trait's async methods are written as `-> impl Future + Send`, so that generic code can spawn them.
    fn promises_send(&self) -> bool {
        self.args.send && self.contract.async_trait.is_none()
    }

    /// Whether the method's future is `Send`, by our doing, by `#[async_trait]`'s or by its own type.
    fn sends(&self, method: &Method) -> bool {
        match (method.flavor, &self.contract.async_trait) {
            (Flavor::Blocking, _) => false,
            (Flavor::ImplFuture | Flavor::Boxed, _) => method.returns_send,
            // `#[async_trait(?Send)]`
            (Flavor::Async, Some(attr)) => !crate::spans::mentions(quote!(#attr), "Send"),
            (Flavor::Async, None) => self.args.send,
        }
    }

    /// The auto traits that the inner type must have for the decorator's futures to be `Send`.
    fn inner_bounds(&self) -> TokenStream {
        let boxed = self.contract.async_trait.is_some();
        let sends = |receivers: &[Receiver]| {
            self.contract
                .methods
                .iter()
                .any(|method| self.sends(method) && (boxed || receivers.contains(&method.receiver)))
        };
        let send = sends(&[Receiver::Mut, Receiver::Value]);
        let sync = sends(&[Receiver::Ref]);
        let send = send.then(|| quote!(+ ::core::marker::Send));
        let sync = sync.then(|| quote!(+ ::core::marker::Sync));
        quote!(#send #sync)
    }
}
