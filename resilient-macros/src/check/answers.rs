//! A fallback has the method's asyncness.

use quote::ToTokens;
use resilient_policy::Setting;
use syn::{Block, Expr, Stmt};

use crate::{
    args::{Layer, Rung},
    errors::Errors,
    item::Method,
    spans::ungrouped_expr,
};

pub(super) fn check(outer: &Layer, methods: &[&Method], errors: &mut Errors) {
    for method in methods {
        of_layer(&method.args.layer, method.is_async(), errors);
    }
    let inheriting = || methods.iter().filter(|method| !says_so_itself(method));
    let kinds =
        [true, false].map(|is_async| inheriting().any(|method| method.is_async() == is_async));
    match kinds {
        [true, true] => of_both(outer, errors),
        [is_async, blocks] if is_async || blocks => of_layer(outer, is_async, errors),
        _ => {}
    }
}

fn says_so_itself(method: &Method) -> bool {
    !matches!(method.args.layer.fallback, Setting::Unset)
}

/// What serves async methods and others alike.
fn of_both(outer: &Layer, errors: &mut Errors) {
    for rung in outer.rungs() {
        if matches!(rung, Rung::Function(_) | Rung::Closure(_)) {
            errors.at(rung.place(), "some of the methods are async and some block, and a fallback is one of both; write it on the methods instead");
        }
    }
}

fn of_layer(layer: &Layer, is_async: bool, errors: &mut Errors) {
    for rung in layer.rungs() {
        let Rung::Closure(closure) = rung else { continue };
        if is_async && closure.asyncness.is_none() && answers_at_once(&closure.body) {
            let message = "a fallback of an async method is async, and this closure answers at once; write `async move { ... }` around what it returns";
            errors.at(closure.body.to_token_stream(), message);
        }
        if !is_async && (closure.asyncness.is_some() || matches!(&*closure.body, Expr::Async(_))) {
            let message = "a fallback of a method that blocks is not async; take the `async` away";
            errors.at(closure.to_token_stream(), message);
        }
    }
}

/// Whether an expression is a value for certain, and no future.
fn answers_at_once(expr: &Expr) -> bool {
    match ungrouped_expr(expr) {
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) => path
                .path
                .segments
                .last()
                .is_some_and(|last| last.ident == "Ok" || last.ident == "Err"),
            _ => false,
        },
        Expr::Lit(_) | Expr::Struct(_) | Expr::Tuple(_) => true,
        Expr::Paren(paren) => answers_at_once(&paren.expr),
        Expr::Block(block) if block.label.is_none() => ends_at_once(&block.block),
        // One of the branches is enough, for they are of one type.
        Expr::If(branches) => {
            ends_at_once(&branches.then_branch)
                || branches.else_branch.as_ref().is_some_and(|(_, other)| answers_at_once(other))
        }
        Expr::Match(cases) => cases.arms.iter().any(|arm| answers_at_once(&arm.body)),
        _ => false,
    }
}

fn ends_at_once(block: &Block) -> bool {
    matches!(block.stmts.last(), Some(Stmt::Expr(expr, None)) if answers_at_once(expr))
}
