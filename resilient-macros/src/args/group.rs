//! One policy's parameters: a table of what they are called and how their values are read.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use resilient_policy::Problem;
use syn::{Expr, parse_quote};

use super::{
    entry::{Entries, Entry, NO_KEY, Pattern, Value, is_off, sample},
    groups::Judged,
    off,
    places::Places,
    value::{FromExpr, Reading, exemplified, literal, shown, time_of},
};
use crate::{
    errors::Errors,
    names::{alias, both, list, nearest, suggestion},
    spans::ungrouped_expr,
};

/// One parameter: its name, and what reads its value into the group.
pub(super) struct Parameter<G: 'static> {
    pub(super) name: &'static str,
    pub(super) read: Reader<G>,
}

/// What may stand behind a parameter's name.
pub(super) enum Reader<G: 'static> {
    /// A value.
    Value(fn(&mut G, &Expr) -> Reading<()>),
    /// A value, or nothing: the name alone says enough.
    Word(fn(&mut G, Option<&Expr>) -> Reading<()>),
    /// A pattern over the error.
    Pattern(fn(&mut G, &Pattern)),
    /// Parameters of its own.
    Group(fn(&mut G, &Entry, &mut Places, &mut Errors)),
}

/// What can be written of one policy, or of a parameter that has parameters.
pub(super) struct Group<G: 'static> {
    pub(super) policy: &'static str,
    /// What the user wrote before the parentheses.
    pub(super) title: &'static str,
    pub(super) parameters: &'static [Parameter<G>],
    /// The parameter that `policy = value` gives, if there is one.
    pub(super) short: Option<&'static str>,
    /// Parameters that the contract names and that a later version brings.
    pub(super) planned: &'static [&'static str],
    /// What to write instead, where `policy = value` is written and there is no short form.
    pub(super) example: &'static str,
}

/// Reads a value of the kind `K`, at the tokens that the user typed.
pub(super) fn read<K: FromExpr>(expr: &Expr) -> Reading<K> {
    K::from_expr(ungrouped_expr(expr))
}

impl<G: Judged> Group<G> {
    /// Reads `policy(...)`, `policy = value` or `policy`.
    pub(super) fn parse(&self, entry: &Entry, places: &mut Places, errors: &mut Errors) -> G {
        let mut group = G::default();
        let whole = self.title == self.policy;
        if whole {
            places.set(self.policy, "", entry.key.to_token_stream());
        }
        if whole && let Some(word) = entry.is_nearly_off() {
            let title = self.title;
            errors.at(
                &entry.value,
                format!("`{word}` does not switch `{title}` off; write `{title} = off`"),
            );
            self.leave(places, &entry.value.to_token_stream());
            return group;
        }
        match (&entry.value, self.short) {
            (Value::None, _) => {}
            (Value::Unread, _) => self.leave(places, &entry.key.to_token_stream()),
            (Value::Expr(value), Some(short)) => {
                let parameter = self.parameters.iter().find(|parameter| parameter.name == short);
                if let Some(parameter) = parameter {
                    let place = value.to_token_stream();
                    self.assign(&mut group, parameter, entry, place, places, errors);
                }
            }
            (Value::Expr(_) | Value::Pattern(_), _) => {
                let title = self.title;
                errors.at(
                    &entry.value,
                    format!(
                        "`{title}` takes its parameters in parentheses; write `{}`",
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
        let Entries { entries, errors: wrong } = Entry::list(self.policy, list.clone());
        let unreadable = !wrong.is_empty();
        if unreadable && self.is_value_alone(&list, errors) {
            self.leave(places, &list);
            return;
        }
        let mut meant_elsewhere = Vec::new();
        for error in wrong {
            errors.push(if error.to_string() == NO_KEY { self.nameless(&error) } else { error });
        }
        if let [Entry { key, value: Value::None }] = &*entries
            && self.is_word_alone(key, errors)
        {
            self.leave(places, &list);
            return;
        }
        for entry in entries {
            let name = entry.key.to_string();
            let Some(parameter) = self.parameters.iter().find(|parameter| parameter.name == name)
            else {
                if let Some(meant) = self.unknown(&entry.key, errors) {
                    // What it stands for is not missing as well.
                    meant_elsewhere.push((meant, entry.key.to_token_stream()));
                }
                continue;
            };
            self.assign(group, parameter, &entry, entry.to_token_stream(), places, errors);
        }
        for (meant, place) in meant_elsewhere {
            if !places.has(self.policy, meant) {
                places.set_unread(self.policy, meant, place);
            }
        }
        if unreadable && self.short.is_some_and(|short| !places.has(self.policy, short)) {
            self.leave(places, &list);
        }
    }

    /// Whether a list is none, such as `retry(3)`; told of if so.
    fn is_value_alone(&self, list: &TokenStream, errors: &mut Errors) -> bool {
        let (Ok(value), Some(short)) = (syn::parse2::<Expr>(list.clone()), self.short) else {
            return false;
        };
        if matches!(value, Expr::Assign(_)) {
            return false;
        }
        // One that would be refused there too is no advice.
        let value = if self.short_takes(&value) {
            shown(&value)
        } else {
            literal(&value)
                .and_then(time_of)
                .map(|time| format!("\"{time}\""))
                .filter(|time| syn::parse_str(time).is_ok_and(|time| self.short_takes(&time)))
                .unwrap_or_else(|| sample(self.policy, short).to_owned())
        };
        let policy = self.title;
        let message = format!(
            "a value in parentheses has a name; write `{policy}({short} = {value})` or `{policy} = {value}`"
        );
        errors.at(list, message);
        true
    }

    /// Whether the short form takes a value.
    fn short_takes(&self, value: &Expr) -> bool {
        self.parameters.iter().any(|parameter| match parameter.read {
            Reader::Value(read) if Some(parameter.name) == self.short => {
                read(&mut G::default(), value).is_ok()
            }
            _ => false,
        })
    }

    /// Whether a list is one word that the short form takes, such as `hedge(p95)`; told of if so.
    fn is_word_alone(&self, word: &Ident, errors: &mut Errors) -> bool {
        let known = self.parameters.iter().any(|parameter| word == parameter.name);
        let (policy, Some(short)) = (self.title, self.short) else { return false };
        if known || !self.short_takes(&parse_quote!(#word)) {
            return false;
        }
        let message = format!(
            "a value in parentheses has a name; write `{policy}({short} = {word})` or `{policy} = {word}`"
        );
        errors.at(word, message);
        true
    }

    /// A value among parameters: `retry(3, base = "1s")`.
    fn nameless(&self, error: &syn::Error) -> syn::Error {
        let first = self.parameters.first().map_or("max", |parameter| parameter.name);
        let name = self.short.unwrap_or(first);
        let message = format!(
            "a value in parentheses has a name; write one such as `{name} = {}`",
            sample(self.policy, name)
        );
        syn::Error::new(error.span(), message)
    }

    /// Nothing follows from what could not be read.
    fn leave(&self, places: &mut Places, tokens: &TokenStream) {
        if let Some(short) = self.short {
            places.set(self.policy, short, tokens.clone());
        }
    }

    fn assign(
        &self,
        group: &mut G,
        parameter: &Parameter<G>,
        entry: &Entry,
        place: TokenStream,
        places: &mut Places,
        errors: &mut Errors,
    ) {
        let (policy, title, name) = (self.policy, self.title, parameter.name);
        if places.has(policy, name) {
            errors
                .at(place, format!("`{name}` of `{title}` is given twice; leave one of them out"));
            return;
        }
        places.set(policy, name, entry.value.or(&entry.key));
        let read = match (&parameter.read, &entry.value) {
            (Reader::Value(read), Value::Expr(value)) => read(group, value),
            (Reader::Word(read), Value::Expr(value)) => read(group, Some(value)),
            (Reader::Word(read), Value::None) => read(group, None),
            (Reader::Pattern(read), Value::Pattern(pattern)) => {
                read(group, pattern);
                Ok(())
            }
            (_, Value::Unread) => Ok(()),
            (Reader::Group(read), _) => {
                read(group, entry, places, errors);
                Ok(())
            }
            _ => {
                let value = match &entry.value {
                    Value::List(_, list)
                        if is_one(list) && takes(policy, group, parameter, list) =>
                    {
                        shown(list)
                    }
                    // Several values are one key.
                    Value::List(_, list) if name == "key" && !is_one(list) => shown(&entry.value),
                    _ => sample(policy, name).to_owned(),
                };
                let message = if matches!(parameter.read, Reader::Word(_)) {
                    format!(
                        "`{name}` of `{title}` takes no parentheses; write `{name}`, or `{name} = {value}`"
                    )
                } else {
                    format!("`{name}` of `{title}` needs a value; write `{name} = {value}`")
                };
                errors.at(entry, message);
                Ok(())
            }
        };
        if read.is_err() || matches!(entry.value, Value::Unread) {
            places.set_unread(policy, name, entry.value.or(&entry.key));
        }
        if let Err(error) = read {
            let off = match &entry.value {
                Value::Expr(value) => off::instead(policy, title, name, value),
                _ => None,
            };
            let message = off.unwrap_or_else(|| self.with_example(group, parameter, &error));
            errors.at(&entry.value, message);
        }
    }

    /// The message for a value, with an example that this very parameter takes.
    fn with_example(&self, group: &G, parameter: &Parameter<G>, error: &str) -> String {
        let sample = sample(self.policy, parameter.name);
        let message = exemplified(error, sample);
        // What the user probably meant, such as the number in a text.
        let Some((before, meant)) =
            message.strip_suffix('`').and_then(|message| message.rsplit_once('`'))
        else {
            return message;
        };
        let refused = |value: &str| match syn::parse_str::<Expr>(value) {
            Ok(value @ (Expr::Lit(_) | Expr::Unary(_))) => {
                !fits(self.policy, group, parameter, &value)
            }
            _ => false,
        };
        if !refused(meant) || meant == sample || refused(sample) {
            return message;
        }
        let before = before
            .replace("the number without quotes: ", "a number without quotes, such as ")
            .replace("the number alone: ", "a number alone, such as ");
        format!("{before}`{sample}`")
    }

    /// Tells of a parameter that there is not, and returns the one that was meant.
    fn unknown(&self, key: &Ident, errors: &mut Errors) -> Option<&'static str> {
        let policy = self.title;
        if self.planned.iter().any(|planned| key == planned) {
            errors
                .at(key, format!("`{key}` of `{policy}` is not in this version yet; leave it out"));
            return None;
        }
        let names = || self.parameters.iter().map(|parameter| parameter.name);
        let name = key.to_string();
        // A name that is another policy's own is no typo.
        let homes = super::groups::homes_of(key);
        let near =
            alias(policy, &name).or_else(|| nearest(&name, names()).filter(|_| homes.is_empty()));
        let message = match (near, &*homes) {
            (Some(near), _) => {
                format!("`{policy}` has no parameter `{key}`; {}", suggestion(near, names()))
            }
            (None, []) => {
                format!("`{policy}` has no parameter `{key}`; write one of {}", list(names()))
            }
            (None, [home]) => {
                let place = in_its_place(home, key);
                format!(
                    "`{key}` is a parameter of `{home}`, not of `{policy}`; write it in `{place}`"
                )
            }
            (None, [home, ..]) => {
                let (homes, place) = (both(&homes), in_its_place(home, key));
                format!(
                    "`{key}` is a parameter of {homes}, not of `{policy}`; write it where it belongs, such as `{place}`"
                )
            }
        };
        errors.at(key, message);
        // What was meant may be what the group cannot do without: that it is missing follows from this.
        near.or(self.short)
    }
}

/// A parameter where it belongs.
pub(super) fn in_its_place(home: &str, key: &Ident) -> String {
    match home {
        "adaptive" => format!("timeout(adaptive({key} = ...))"),
        home => format!("{home}({key} = ...)"),
    }
}

/// Whether what stands in parentheses would be a value without them.
fn takes<G: Judged>(
    policy: &'static str,
    group: &G,
    parameter: &Parameter<G>,
    list: &TokenStream,
) -> bool {
    let Ok(value) = syn::parse2::<Expr>(list.clone()) else { return false };
    // Whatever an expression may be, a key is over the arguments.
    let over_arguments = ["key", "priority"].contains(&parameter.name);
    let constant = is_off(&value) || matches!(value, Expr::Lit(_));
    match parameter.read {
        Reader::Pattern(_) => matches!(&value, Expr::Path(path) if path.path.segments.len() > 1),
        _ => !(over_arguments && constant) && fits(policy, group, parameter, &value),
    }
}

/// Whether a parameter takes a value, and nothing is wrong with it beside what stands before it.
fn fits<G: Judged>(
    policy: &'static str,
    group: &G,
    parameter: &Parameter<G>,
    value: &Expr,
) -> bool {
    let mut group = group.clone();
    let read = match parameter.read {
        Reader::Value(read) => read(&mut group, value).is_ok(),
        Reader::Word(read) => read(&mut group, Some(value)).is_ok(),
        Reader::Pattern(_) | Reader::Group(_) => return true,
    };
    let about = |problem: &Problem| {
        problem.parameter == (resilient_policy::Parameter { policy, field: parameter.name })
    };
    read && !group.policies().final_problems().iter().any(|it| about(it) && !it.is_missing())
}

/// Whether a list is one value.
fn is_one(list: &TokenStream) -> bool {
    let comma = |token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
    !list.is_empty() && !list.clone().into_iter().any(comma)
}
