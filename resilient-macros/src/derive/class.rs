//! What `#[class(...)]` says in one place.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Attribute, Expr, ExprLit, Lit, Meta, Path};

use super::entry::Entry;
use crate::{
    errors::Errors,
    names::{nearest, snake_case},
    spans::ungrouped_expr,
};

/// A kind, by the name of its variant in `ErrorKind`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind(pub(super) &'static str);

const KINDS: [(&str, Kind); 7] = [
    ("network", Kind("Network")),
    ("timeout", Kind("Timeout")),
    ("rate_limit", Kind("RateLimit")),
    ("server", Kind("Server")),
    ("client", Kind("Client")),
    ("auth", Kind("Auth")),
    ("unknown", Kind("Unknown")),
];
const KEYS: [&str; 6] = ["delegate", "status", "retry_after", "retry", "count", "unsent"];
const ON_A_TYPE: [&str; 1] = ["crate"];

/// Where an attribute stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Enum,
    Struct,
    Variant,
    Field,
}

#[derive(Default)]
pub(super) struct Class {
    /// The kind as it was written.
    kind: Option<Ident>,
    pub(super) delegate: Option<Ident>,
    /// The fields that hold them.
    pub(super) status: Option<Expr>,
    pub(super) retry_after: Option<Expr>,
    pub(super) retry: Option<bool>,
    pub(super) count: Option<bool>,
    pub(super) unsent: Option<bool>,
    pub(super) krate: Option<Path>,
}

impl Class {
    pub(super) fn kind(&self) -> Option<Kind> {
        kind_of(&self.kind.as_ref()?.to_string())
    }

    pub(super) fn parse(attrs: &[Attribute], place: Place, errors: &mut Errors) -> Self {
        let mut class = Self::default();
        let mut read: Vec<Entry> = Vec::new();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("class")) {
            for entry in entries(attr, errors) {
                if !belongs(&entry, place, errors) {
                    continue;
                }
                let Err(message) = against(&entry, &read) else {
                    class.set(&entry, errors);
                    read.push(entry);
                    continue;
                };
                errors.at(&entry.key, message);
            }
        }
        class
    }

    fn set(&mut self, entry: &Entry, errors: &mut Errors) {
        let key = entry.key.to_string();
        match key.as_str() {
            "status" => self.status = field(entry, errors),
            "retry_after" => self.retry_after = field(entry, errors),
            "retry" => self.retry = switch(entry, errors),
            "count" => self.count = switch(entry, errors),
            "unsent" if entry.value.is_none() => self.unsent = Some(true),
            "unsent" => self.unsent = switch(entry, errors),
            "crate" => self.krate = path(entry, errors),
            "delegate" => match &entry.value {
                None => self.delegate = Some(entry.key.clone()),
                Some(value) => errors.at(value, "`delegate` takes no value; write `#[class(delegate)]` on the field that it asks"),
            },
            _ => {
                if let Some(value) = &entry.value {
                    errors.at(
                        value,
                        format!("the kind `{key}` takes no value; write `#[class({key})]`"),
                    );
                }
                self.kind = Some(entry.key.clone());
            }
        }
    }

    /// Whatever gives the kind beside a wrapped error that is asked for it.
    pub(super) fn kind_beside_delegate(&self) -> Option<String> {
        match (&self.kind, &self.status) {
            (Some(kind), _) => Some(kind.to_string()),
            (None, Some(_)) => Some("status".to_owned()),
            (None, None) => None,
        }
    }
}

fn kind_of(name: &str) -> Option<Kind> {
    KINDS.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
}

fn entries(attr: &Attribute, errors: &mut Errors) -> Vec<Entry> {
    let entries = match &attr.meta {
        Meta::List(list) => errors.ok(Entry::list(list.tokens.clone())),
        Meta::Path(_) => Some(Vec::new()),
        Meta::NameValue(pair) => {
            errors.at(
                pair,
                "`class` takes what it says in parentheses; write one such as `#[class(network)]`",
            );
            None
        }
    };
    if entries.as_ref().is_some_and(Vec::is_empty) {
        errors.at(attr, "this `class` says nothing; write a kind, such as `#[class(network)]`");
    }
    entries.unwrap_or_default()
}

/// Whether there is such a key, and here.
fn belongs(entry: &Entry, place: Place, errors: &mut Errors) -> bool {
    let key = entry.key.to_string();
    let is_kind = kind_of(&key).is_some();
    let message = match place {
        _ if !is_kind && !KEYS.contains(&&*key) && !ON_A_TYPE.contains(&&*key) => unknown(&key),
        Place::Variant | Place::Field if key == "crate" => {
            "`crate` holds for the whole type; write it above the type".to_owned()
        }
        Place::Enum if !is_kind && key != "crate" => {
            format!(
                "`{key}` stands on a variant; above the enum stands only the kind of the variants without one"
            )
        }
        Place::Field if key != "delegate" => {
            format!("`{key}` stands above the variant or the struct; a field takes only `delegate`")
        }
        _ => return true,
    };
    errors.at(&entry.key, message);
    false
}

fn unknown(key: &str) -> String {
    let snake = snake_case(key);
    if kind_of(&snake).is_some() {
        return format!("kinds are written in lower case; write `{snake}`");
    }
    let kinds = KINDS.iter().map(|(name, _)| *name);
    let keys = kinds.chain(KEYS).chain(ON_A_TYPE);
    let list = keys.clone().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
    match nearest(&snake, keys) {
        Some(near) => format!("there is no kind or key `{key}`; write `{near}`"),
        None => format!("there is no kind or key `{key}`; write one of {list}"),
    }
}

/// What speaks against `entry` beside those before it.
fn against(entry: &Entry, before: &[Entry]) -> Result<(), String> {
    let key = entry.key.to_string();
    let gives_kind = |key: &str| kind_of(key).is_some() || key == "status" || key == "delegate";
    for earlier in before {
        let earlier = earlier.key.to_string();
        if earlier == key {
            return Err(format!("`{key}` is given twice; leave one of them out"));
        }
        if gives_kind(&earlier) && gives_kind(&key) {
            return Err(match [earlier.as_str(), key.as_str()] {
                ["delegate", other] | [other, "delegate"] => delegate_beside(other),
                ["status", other] | [other, "status"] => {
                    format!(
                        "`status` gives the kind, so `{other}` says nothing; leave one of them out"
                    )
                }
                _ => format!(
                    "an error has one kind, and `{earlier}` was given; leave one of them out"
                ),
            });
        }
    }
    Ok(())
}

pub(super) fn delegate_beside(other: &str) -> String {
    format!(
        "`delegate` leaves the kind to the wrapped error, so `{other}` says nothing; leave one of them out"
    )
}

fn field(entry: &Entry, errors: &mut Errors) -> Option<Expr> {
    let key = &entry.key;
    let Some(value) = &entry.value else {
        errors.at(key, format!("`{key}` needs the field that holds it; write `{key} = ...`"));
        return None;
    };
    let value = ungrouped_expr(value);
    let message = match value {
        Expr::Path(path) if path.path.get_ident().is_some() => return Some(value.clone()),
        Expr::Lit(ExprLit { lit: Lit::Int(_), .. }) => return Some(value.clone()),
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
            format!("a field is named without quotes; write `{key} = {}`", text.value())
        }
        _ => format!("this is no field; write its name, or its number such as `{key} = 0`"),
    };
    errors.at(value, message);
    None
}

fn switch(entry: &Entry, errors: &mut Errors) -> Option<bool> {
    let key = &entry.key;
    match entry.value.as_ref().map(ungrouped_expr) {
        Some(Expr::Lit(ExprLit { lit: Lit::Bool(switch), .. })) => Some(switch.value),
        Some(other) => {
            let shown = other.to_token_stream();
            errors.at(
                other,
                format!("`{shown}` is neither `true` nor `false`; write `{key} = false`"),
            );
            None
        }
        None => {
            errors
                .at(key, format!("`{key}` needs a value; write `{key} = true` or `{key} = false`"));
            None
        }
    }
}

fn path(entry: &Entry, errors: &mut Errors) -> Option<Path> {
    match entry.value.as_ref().map(ungrouped_expr) {
        Some(Expr::Path(path)) if path.qself.is_none() => Some(path.path.clone()),
        _ => {
            errors.at(
                entry,
                "`crate` is the path of `resilient_runtime`; write one such as `crate = ::my_name`",
            );
            None
        }
    }
}
