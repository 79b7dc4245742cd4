//! The expansion of every file in `ui-tests/expand`, compared with the committed `*.expanded.rs` beside it.
//!
//! `RESILIENT_BLESS=1 cargo test -p resilient-macros` writes them anew. They are read in review like any other code, and
//! `ui-tests/tests/expanded.rs` compiles them.

use std::{env, fs, path::Path};

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, Fields, ImplItem, Item, ItemEnum, ItemImpl, ItemStruct};

use crate::item::is_named;

fn expanded(source: &str) -> String {
    let mut file = syn::parse_file(source).expect("an example is valid Rust");
    file.items = file.items.into_iter().flat_map(expand).collect();
    prettyplease::unparse(&file)
}

fn expand(mut item: Item) -> Vec<Item> {
    if let Some(tokens) = derived(&item) {
        let mut items =
            syn::parse2::<syn::File>(tokens).expect("the expansion is valid Rust").items;
        strip(&mut item);
        items.insert(0, item);
        return items;
    }
    // The attribute on a block reads those of its methods itself.
    if let Item::Impl(block) = &mut item
        && !block.attrs.iter().any(|attr| is_named(attr, "resilient"))
    {
        let items = std::mem::take(&mut block.items);
        block.items = items.into_iter().flat_map(within_a_block).collect();
    }
    let attrs = match &mut item {
        Item::Trait(item) => &mut item.attrs,
        Item::Impl(item) => &mut item.attrs,
        Item::Fn(item) => &mut item.attrs,
        _ => return vec![item],
    };
    let Some(args) = take_args(attrs) else { return vec![item] };
    let tokens = crate::attribute(args, item.into_token_stream());
    syn::parse2::<syn::File>(tokens).expect("the expansion is valid Rust").items
}

/// A method of a block that is not annotated itself.
fn within_a_block(item: ImplItem) -> Vec<ImplItem> {
    let ImplItem::Fn(mut method) = item else { return vec![item] };
    let Some(args) = take_args(&mut method.attrs) else { return vec![ImplItem::Fn(method)] };
    let tokens = crate::attribute(args, method.into_token_stream());
    let block: ItemImpl = syn::parse2(quote::quote!(impl Block { #tokens })).expect("valid Rust");
    block.items
}

/// Takes the attribute off an item, and gives what stands in it.
fn take_args(attrs: &mut Vec<Attribute>) -> Option<TokenStream> {
    let position = attrs.iter().position(|attr| is_named(attr, "resilient"))?;
    let attribute = attrs.remove(position);
    Some(attribute.meta.require_list().map(|list| list.tokens.clone()).unwrap_or_default())
}

/// What `#[derive(Classify)]` adds to an item, if it stands there alone.
fn derived(item: &Item) -> Option<TokenStream> {
    let (Item::Enum(ItemEnum { attrs, .. }) | Item::Struct(ItemStruct { attrs, .. })) = item else {
        return None;
    };
    let alone = |attr: &Attribute| attr.meta.to_token_stream().to_string() == "derive (Classify)";
    let item = || item.to_token_stream();
    attrs.iter().any(alone).then(|| crate::derive::classify(item()))
}

/// The item as the compiler has it once it was derived from.
fn strip(item: &mut Item) {
    let keep = |attr: &Attribute| {
        let text = attr.meta.to_token_stream().to_string();
        text != "derive (Classify)" && !attr.path().is_ident("class")
    };
    let strip = |fields: &mut Fields| {
        for field in fields {
            field.attrs.retain(keep);
        }
    };
    match item {
        Item::Enum(item) => {
            item.attrs.retain(keep);
            for variant in &mut item.variants {
                variant.attrs.retain(keep);
                strip(&mut variant.fields);
            }
        }
        Item::Struct(item) => {
            item.attrs.retain(keep);
            strip(&mut item.fields);
        }
        _ => {}
    }
}

#[test]
fn expansions_are_as_committed() {
    let bless = env::var_os("RESILIENT_BLESS").is_some();
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui-tests/expand");
    let mut examples = 0;
    let mut differing = Vec::new();
    let mut readable = Vec::new();
    for entry in fs::read_dir(&directory).expect("the examples are there") {
        let path = entry.expect("readable").path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if name.contains('.') {
            continue;
        }
        examples += 1;
        let now = expanded(&fs::read_to_string(&path).expect("readable"));
        readable.push((name.clone(), now.clone()));
        let committed = path.with_extension("expanded.rs");
        if bless {
            fs::write(&committed, &now).expect("writable");
        } else if fs::read_to_string(&committed).unwrap_or_default() != now {
            differing.push(format!("{name} now expands to\n{now}"));
        }
    }
    for (name, text) in &readable {
        assert_readable(name, text);
    }
    assert!(examples >= 10, "only {examples} examples were found");
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

/// What `cargo expand` shows must read like code that a careful colleague wrote.
fn assert_readable(name: &str, text: &str) {
    assert!(!text.contains("__"), "{name} shows a name that nobody would write");
    for item in syn::parse_file(text).expect("the expansion is valid Rust").items {
        let Item::Impl(item) = item else { continue };
        for item in item.items {
            let syn::ImplItem::Fn(mut method) = item else { continue };
            // A table of policies is as long as they are many.
            method.attrs.retain(|attr| !attr.path().is_ident("doc"));
            let alone = syn::parse2(quote::quote!(impl Alone { #method })).expect("valid");
            let text = prettyplease::unparse(&alone);
            let lines = text.lines().count() - 2;
            let declares =
                ["builder", "declare", "explain"].iter().any(|name| method.sig.ident == name);
            let most = match declares {
                // As long as there are methods, and what is said of them.
                true => 100,
                // A function's policies stand in it, and so does the user's own body.
                false if text.contains("static PIPELINE") => 50,
                // The user's own rules stand in it, a few lines each, or the user's own body.
                false if text.contains(".rules(") || text.contains("Policies::get()") => 40,
                false => 25,
            };
            assert!(lines <= most, "{name}: `{}` has {lines} lines", method.sig.ident);
        }
    }
}
