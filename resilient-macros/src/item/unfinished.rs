//! Items that are being typed: where a method lacks its `;`, the compiler has said so and goes on, and so do we.

use proc_macro2::{Punct, Spacing, TokenStream, TokenTree};
use syn::Item;

/// Reads an item. A method that ends too early is told of by the compiler; the decorator is there all the same.
pub(super) fn parse(tokens: TokenStream) -> syn::Result<Item> {
    syn::parse2(tokens.clone()).or_else(|error| syn::parse2(finished(tokens)).map_err(|_| error))
}

/// The item with a `;` behind each signature in its body that has none.
fn finished(tokens: TokenStream) -> TokenStream {
    let mut tokens: Vec<_> = tokens.into_iter().collect();
    if let Some(TokenTree::Group(body)) = tokens.last_mut() {
        let mut finished = proc_macro2::Group::new(body.delimiter(), signatures(body.stream()));
        finished.set_span(body.span());
        *body = finished;
    }
    tokens.into_iter().collect()
}

fn signatures(body: TokenStream) -> TokenStream {
    let body: Vec<_> = body.into_iter().collect();
    let mut finished: Vec<TokenTree> = Vec::with_capacity(body.len() + 1);
    let mut open = false;
    for (position, token) in body.iter().enumerate() {
        // `fn(u8)` is a type.
        let named = matches!(body.get(position + 1), Some(TokenTree::Ident(_)));
        match token {
            TokenTree::Ident(ident) if ident == "fn" && named => {
                if open {
                    finished.insert(beginning(&finished), end());
                }
                open = true;
            }
            TokenTree::Punct(punct) if punct.as_char() == ';' => open = false,
            TokenTree::Group(group) if group.delimiter() == proc_macro2::Delimiter::Brace => {
                open = false;
            }
            _ => {}
        }
        finished.push(token.clone());
    }
    if open {
        finished.push(end());
    }
    finished.into_iter().collect()
}

/// Where the method begins whose `fn` comes next: before its qualifiers and attributes.
fn beginning(tokens: &[TokenTree]) -> usize {
    const QUALIFIERS: [&str; 4] = ["async", "unsafe", "const", "extern"];
    let mut start = tokens.len();
    loop {
        start = match &tokens[..start] {
            [.., TokenTree::Ident(ident)] if QUALIFIERS.iter().any(|word| ident == word) => {
                start - 1
            }
            [.., TokenTree::Punct(punct), TokenTree::Group(_)] if punct.as_char() == '#' => {
                start - 2
            }
            _ => return start,
        };
    }
}

fn end() -> TokenTree {
    TokenTree::Punct(Punct::new(';', Spacing::Alone))
}
