//! Every refusal that is more than a matter of one value's form.

mod answers;
mod background;
mod bodies;
mod decorator;
mod keys;
mod likely;
mod parameters;
mod policies;
mod stale;
mod weight;

use proc_macro2::Ident;

pub(crate) use self::{
    decorator::{foreign_supertraits, is_forwardable, needs_sized},
    likely::{Likely, allows, likely},
};
use crate::{
    args::Args,
    errors::Errors,
    item::{Block, Contract, Function, Method},
};

pub(crate) fn contract(args: &Args, contract: &Contract, errors: &mut Errors) {
    let item = &contract.original;
    if let Some(unsafety) = &item.unsafety {
        errors.at(unsafety, "an unsafe trait cannot be decorated; its promise is the implementor's to make, so write the decorator by hand");
    }
    if let Some(auto) = &item.modifiers.auto_token {
        errors.at(auto, "an auto trait has no methods to decorate; take the attribute off");
    }
    let methods: Vec<_> = contract.methods.iter().filter(|method| method.is_protected()).collect();
    parameters::check(&args.layer, &methods, errors);
    if below_async_trait(&methods, &item.ident, errors) {
        return;
    }
    keys::check(&args.layer, &methods, false, errors);
    stale::check(&args.layer, &methods, errors);
    answers::check(&args.layer, &methods, errors);
    background::check(args, contract, &methods, errors);
    weight::check(&args.layer, &methods, errors);
    decorator::check(&args.layer, contract, errors);
    for layer in methods.iter().map(|method| &method.args.layer).chain([&args.layer]) {
        if let Some(place) = layer.places.value("cache", "shared") {
            errors.at(place, "`shared` is for the methods of an `impl` block; a decorator has a cache of its own, so leave it out");
        }
    }
    for method in &contract.methods {
        if decorator::forwardable(method, errors) && method.is_protected() {
            let layer = args.layer.overlaid(&method.args.layer);
            if decorator::protectable(method, errors) {
                policies::check(method, &layer, errors);
            }
        }
    }
}

pub(crate) fn block(args: &Args, block: &Block, errors: &mut Errors) {
    let methods: Vec<_> = block.methods().map(|method| &method.method).collect();
    let of_trait = block.head.trait_.is_some();
    bodies(args, &methods, of_trait, errors);
    bodies::names(&args.layer, block, errors);
    bodies::declares(&args.layer, block, errors);
}

pub(crate) fn function(args: &Args, function: &Function, errors: &mut Errors) {
    bodies(args, &[&function.method], false, errors);
    bodies::says_something(&function.method, errors);
}

fn bodies(args: &Args, methods: &[&Method], of_trait: bool, errors: &mut Errors) {
    let methods: Vec<_> = methods.iter().copied().filter(|method| method.is_protected()).collect();
    parameters::check(&args.layer, &methods, errors);
    if let Some(method) = methods.first()
        && below_async_trait(&methods, &method.sig.ident, errors)
    {
        return;
    }
    keys::check(&args.layer, &methods, true, errors);
    stale::check(&args.layer, &methods, errors);
    answers::check(&args.layer, &methods, errors);
    weight::check(&args.layer, &methods, errors);
    bodies::check(&args.layer, &methods, of_trait, errors);
    for method in methods {
        if bodies::protectable(method, errors) {
            policies::check(method, &args.layer.overlaid(&method.args.layer), errors);
        }
    }
}

/// Whether `#[async_trait]` has been here: it names the lifetime of the futures that it boxes.
fn below_async_trait(methods: &[&Method], at: &Ident, errors: &mut Errors) -> bool {
    let boxed = methods.iter().any(|method| {
        method.sig.generics.lifetimes().any(|param| param.lifetime.ident == "async_trait")
    });
    if boxed {
        errors.at(at, "`#[resilient]` stands below `#[async_trait]` and no longer sees the `async`; write it above");
    }
    boxed
}
