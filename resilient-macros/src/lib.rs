#![forbid(unsafe_code)]
//! The attribute `#[resilient]` and `#[derive(Classify)]`. An implementation detail of `resilient-runtime`, which
//! re-exports and documents them.
//!
//! The pipeline is parse (`args`, `item`), check (`check`), expand (`expand`). Every mistake is collected on the way;
//! the annotated item and its decorator are emitted all the same, so that one mistake is one error.

mod args;
mod check;
mod derive;
mod errors;
mod expand;
mod item;
#[cfg(test)]
mod messages;
mod names;
#[cfg(test)]
mod snapshots;
mod spans;

use proc_macro::TokenStream;

// Documented where it is re-exported: there the links work.
#[allow(missing_docs)]
#[proc_macro_attribute]
pub fn resilient(args: TokenStream, item: TokenStream) -> TokenStream {
    attribute(args.into(), item.into()).into()
}

// Documented where it is re-exported.
#[allow(missing_docs)]
#[proc_macro_derive(Classify, attributes(class))]
pub fn classify(input: TokenStream) -> TokenStream {
    derive::classify(input.into()).into()
}

fn attribute(
    args: proc_macro2::TokenStream,
    item: proc_macro2::TokenStream,
) -> proc_macro2::TokenStream {
    let mut errors = errors::Errors::default();
    let expanded = match item::Item::parse(item, &mut errors) {
        Ok(item::Item::Trait(contract)) => {
            let args = args::Args::parse(args, args::Position::Trait, &mut errors);
            check::contract(&args, &contract, &mut errors);
            expand::contract(&args, &contract, errors.is_empty())
        }
        Ok(item::Item::Block(block)) => {
            let args = args::Args::parse(args, args::Position::Block, &mut errors);
            check::block(&args, &block, &mut errors);
            expand::block(&args, &block, errors.is_empty())
        }
        Ok(item::Item::Function(mut function)) => {
            let mut args = args::Args::parse(args, args::Position::Function, &mut errors);
            function.method.args.layer = std::mem::take(&mut args.layer);
            check::function(&args, &function, &mut errors);
            expand::function(&args, &function, errors.is_empty())
        }
        Err(item) => item,
    };
    errors.beside(expanded)
}
