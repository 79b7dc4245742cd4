//! One policy's parameters: a table of what they are called and how their values are read.

use darling::FromMeta;
use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::Expr;

use super::{
    entry::{Entry, Value},
    places::Places,
};
use crate::{errors::Errors, names::nearest, spans::ungrouped_expr};

/// One parameter: its name, and what reads its value into the group.
pub(super) struct Parameter<G> {
    pub(super) name: &'static str,
    pub(super) read: fn(&mut G, &Expr) -> darling::Result<()>,
}

/// What can be written of one policy.
pub(super) struct Group<G: 'static> {
    pub(super) policy: &'static str,
    pub(super) parameters: &'static [Parameter<G>],
    /// The parameter that `policy = value` gives, if there is one.
    pub(super) short: Option<&'static str>,
    /// Parameters that the contract names and that a later version brings.
    pub(super) planned: &'static [&'static str],
    /// What to write instead, where `policy = value` is written and there is no short form.
    pub(super) example: &'static str,
}

/// Reads a value of the kind `K`, at the tokens that the user typed.
pub(super) fn read<K: FromMeta>(expr: &Expr) -> darling::Result<K> {
    K::from_expr(ungrouped_expr(expr))
}

impl<G: Default> Group<G> {
    /// Reads `policy(...)`, `policy = value` or `policy`.
    pub(super) fn parse(&self, entry: &Entry, places: &mut Places, errors: &mut Errors) -> G {
        let mut group = G::default();
        places.set(self.policy, "", entry.key.to_token_stream());
        match (&entry.value, self.short) {
            (Value::None, _) => {}
            (Value::Expr(value), Some(short)) => {
                self.assign(&mut group, short, value, value.to_token_stream(), places, errors);
            }
            (Value::Expr(value), None) => {
                let policy = self.policy;
                errors.at(
                    value,
                    format!(
                        "`{policy}` takes its parameters in parentheses; write `{}`",
                        self.example
                    ),
                );
            }
            (Value::List(_, list), _) => self.parse_list(&mut group, list.clone(), places, errors),
        }
        group
    }

    fn parse_list(
        &self,
        group: &mut G,
        list: TokenStream,
        places: &mut Places,
        errors: &mut Errors,
    ) {
        let policy = self.policy;
        let entries = Entry::list(list.clone()).unwrap_or_else(|error| {
            self.unreadable(&list, error, places, errors);
            Vec::new()
        });
        for entry in entries {
            let name = entry.key.to_string();
            let Some(parameter) = self.parameters.iter().find(|parameter| parameter.name == name)
            else {
                self.unknown(&entry.key, errors);
                continue;
            };
            match &entry.value {
                Value::Expr(value) => self.assign(
                    group,
                    parameter.name,
                    value,
                    entry.to_token_stream(),
                    places,
                    errors,
                ),
                Value::None | Value::List(..) => {
                    errors.at(
                        &entry,
                        format!("`{name}` of `{policy}` needs a value; write `{name} = ...`"),
                    );
                }
            }
        }
    }

    /// A list that is none, such as `retry(3)`.
    fn unreadable(
        &self,
        list: &TokenStream,
        error: syn::Error,
        places: &mut Places,
        errors: &mut Errors,
    ) {
        match (syn::parse2::<Expr>(list.clone()), self.short) {
            (Ok(value), Some(short)) => {
                let policy = self.policy;
                let value = value.to_token_stream();
                let message = format!(
                    "a value in parentheses has a name; write `{policy}({short} = {value})` or `{policy} = {value}`"
                );
                errors.at(list, message);
            }
            _ => errors.push(error),
        }
        // Nothing follows from what could not be read.
        if let Some(short) = self.short {
            places.set(self.policy, short, list.clone());
        }
    }

    fn assign(
        &self,
        group: &mut G,
        name: &'static str,
        value: &Expr,
        place: TokenStream,
        places: &mut Places,
        errors: &mut Errors,
    ) {
        let policy = self.policy;
        if places.has(policy, name) {
            errors
                .at(place, format!("`{name}` of `{policy}` is given twice; leave one of them out"));
            return;
        }
        places.set(policy, name, value.to_token_stream());
        let parameter = self.parameters.iter().find(|parameter| parameter.name == name);
        if let Some(Err(error)) = parameter.map(|parameter| (parameter.read)(group, value)) {
            errors.at(value, error);
        }
    }

    fn unknown(&self, key: &Ident, errors: &mut Errors) {
        let policy = self.policy;
        if self.planned.iter().any(|planned| key == planned) {
            errors
                .at(key, format!("`{key}` of `{policy}` is not in this version yet; leave it out"));
            return;
        }
        let names = || self.parameters.iter().map(|parameter| parameter.name);
        let list = names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let near = nearest(&key.to_string(), names());
        errors.at(
            key,
            match (near, super::groups::home_of(key)) {
                (Some(near), _) => format!("`{policy}` has no parameter `{key}`; did you mean `{near}`? It has {list}"),
                (None, Some(home)) => {
                    format!("`{key}` is a parameter of `{home}`, not of `{policy}`; write it in `{home}({key} = ...)`")
                }
                (None, None) => format!("`{policy}` has no parameter `{key}`; write one of {list}"),
            },
        );
    }
}
