use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use syn::{Expr, Type, spanned::Spanned};

/// The user's place with our context: an error points there, but no lint takes our code for the user's.
pub(crate) fn located(at: &impl Spanned) -> Span {
    Span::mixed_site().located_at(at.span())
}

/// A path of ours, all of it at one place: with tokens of two places in it, an error would fall back to the attribute.
/// One that the user typed (`crate = ...`) stays where it is.
pub(crate) fn path_at(path: &syn::Path, span: Span) -> TokenStream {
    let ours = path.segments.len() == 1 && path.segments[0].ident == "resilient_runtime";
    let at = |mut token: TokenTree| {
        if ours {
            token.set_span(span);
        }
        token
    };
    quote::ToTokens::to_token_stream(path).into_iter().map(at).collect()
}

/// A name that means what it meant, at another place.
pub(crate) fn name_at(name: &proc_macro2::Ident, at: Span) -> proc_macro2::Ident {
    let mut name = name.clone();
    name.set_span(name.span().located_at(at));
    name
}

/// A type without the invisible groups that `macro_rules` puts around `$t:ty`.
pub(crate) fn ungrouped(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungrouped(&group.elem),
        Type::Paren(paren) => ungrouped(&paren.elem),
        ty => ty,
    }
}

/// An expression without the invisible groups that `macro_rules` puts around `$e:expr`.
pub(crate) fn ungrouped_expr(expr: &Expr) -> &Expr {
    match expr {
        Expr::Group(group) => ungrouped_expr(&group.expr),
        expr => expr,
    }
}

/// Whether the tokens name `ident` anywhere, format strings included.
pub(crate) fn mentions(tokens: TokenStream, ident: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(found) => found == ident,
        TokenTree::Group(group) => mentions(group.stream(), ident),
        // `format!("{name}")` captures it from inside the text.
        TokenTree::Literal(literal) => {
            let (text, captured) = (literal.to_string(), ident.strip_prefix("r#").unwrap_or(ident));
            text.contains('"') && text.contains(&format!("{{{captured}"))
        }
        TokenTree::Punct(_) => false,
    })
}

/// The tokens of `expr` without invisible groups, at every depth: groups of a foreign context hide a closure's shape.
pub(crate) fn visible(tokens: TokenStream) -> TokenStream {
    tokens
        .into_iter()
        .flat_map(|token| match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
                visible(group.stream())
            }
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), visible(group.stream()));
                inner.set_span(group.span());
                TokenTree::Group(inner).into()
            }
            token => token.into(),
        })
        .collect()
}
