//! The attribute's arguments: what is written on a trait, and what is written on a method.

mod choice;
mod entry;
mod fallback;
mod group;
mod groups;
mod off;
mod places;
mod rules;
mod value;

use proc_macro2::TokenStream;
use quote::ToTokens;
use resilient_policy::{PolicyConfig, Preset, Setting};
use syn::{Ident, Path, parse_quote};

#[cfg(test)]
pub(crate) use self::groups::parameters;
use self::{
    choice::Word,
    entry::{Entry, Value},
    group::{in_its_place, read},
    value::{CratePath, FromExpr, Switch, Text, shown},
};
pub(crate) use self::{
    choice::{PRIORITIES, Priority},
    entry::{Pattern, sample},
    fallback::Rung,
    places::Places,
    rules::Rules,
};
use crate::{
    errors::Errors,
    names::{alias, both, list, nearest, suggestion},
};

/// What one attribute says of the policies.
#[derive(Default, Clone)]
pub(crate) struct Layer {
    /// Everything that holds, a preset's policies included.
    pub(crate) config: PolicyConfig,
    /// The same as it is written, a preset by its name.
    pub(crate) written: PolicyConfig,
    pub(crate) rules: Rules,
    pub(crate) fallback: Setting<Vec<Rung>>,
    pub(crate) places: Places,
}

/// The attribute on a trait, an `impl` block or a function.
pub(crate) struct Args {
    pub(crate) layer: Layer,
    pub(crate) service: Option<String>,
    /// Whether the futures of async methods are `Send`.
    pub(crate) send: bool,
    /// The path of `resilient_runtime`.
    pub(crate) krate: Path,
}

/// What an attribute stands on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Position {
    Trait,
    Block,
    Function,
}

impl Position {
    fn skips_all(self) -> &'static str {
        match self {
            Self::Trait => {
                "`skip` stands on a method; take the attribute off the trait to skip them all"
            }
            Self::Block => {
                "`skip` stands on a method; take the attribute off the block to skip them all"
            }
            Self::Function => {
                "`skip` passes a method straight through; take the attribute off the function instead"
            }
        }
    }
}

/// The attribute on a method.
#[derive(Default)]
pub(crate) struct MethodArgs {
    pub(crate) layer: Layer,
    pub(crate) skip: Option<Ident>,
}

const POLICIES: [&str; 8] =
    ["breaker", "retry", "rate", "cache", "timeout", "bulkhead", "hedge", "fallback"];
const ON_A_TRAIT: [&str; 3] = ["service", "send", "crate"];

impl Layer {
    /// Reads an entry that is one of a policy; false if it is not.
    fn policy(&mut self, entry: &Entry, errors: &mut Errors) -> bool {
        let key = entry.key.to_string();
        if entry.is_off() {
            return self.off(&key);
        }
        macro_rules! said {
            ($policy:ident, $group:ident) => {{
                let said = groups::$group.parse(entry, &mut self.places, errors);
                self.config.$policy = Setting::On(said.config);
                self.rules = self.rules.overlaid(&said.rules);
            }};
        }
        match key.as_str() {
            "breaker" => said!(breaker, BREAKER),
            "retry" => said!(retry, RETRY),
            "rate" => said!(rate, RATE),
            "cache" => said!(cache, CACHE),
            "timeout" => said!(timeout, TIMEOUT),
            "bulkhead" => said!(bulkhead, BULKHEAD),
            "hedge" => said!(hedge, HEDGE),
            "fallback" => {
                let rungs = fallback::parse(entry, errors);
                if !rungs.is_empty() {
                    self.fallback = Setting::On(rungs);
                }
            }
            _ => return false,
        }
        true
    }

    /// Reads the preset among the entries, if there is one, and lays it below everything else.
    fn preset(&mut self, entries: &[Entry], errors: &mut Errors) {
        self.written = self.config;
        let Some(entry) = entries.iter().find(|entry| entry.key == "preset") else { return };
        if entry.is_off() {
            errors.at(
                entry,
                "a preset cannot be off; take its policies off one by one, such as `retry = off`",
            );
            return;
        }
        let Some(Word(preset)) = setting::<Word<Preset>>(entry, errors) else { return };
        self.written.preset = Some(preset);
        self.config = self.written.resolved();
        let tokens = entry.to_token_stream();
        for policy in POLICIES {
            self.places.set_policy_below(policy, &tokens);
        }
    }

    fn off(&mut self, key: &str) -> bool {
        match key {
            "breaker" => self.config.breaker = Setting::Off,
            "retry" => self.config.retry = Setting::Off,
            "rate" => self.config.rate = Setting::Off,
            "cache" => self.config.cache = Setting::Off,
            "timeout" => self.config.timeout = Setting::Off,
            "bulkhead" => self.config.bulkhead = Setting::Off,
            "hedge" => self.config.hedge = Setting::Off,
            "fallback" => self.fallback = Setting::Off,
            _ => return false,
        }
        true
    }

    /// The trait's layer with a method's over it.
    pub(crate) fn overlaid(&self, over: &Self) -> Self {
        let mut rules = self.rules.overlaid(&over.rules);
        // A path goes with the value that it stands for.
        if over.config.timeout.as_on().is_some_and(|timeout| timeout.attempt.is_some()) {
            rules.tier.clone_from(&over.rules.tier);
        }
        if over.config.retry.as_on().is_some_and(|retry| retry.backoff.is_some()) {
            rules.backoff.clone_from(&over.rules.backoff);
        }
        let config = self.config.overlaid(&over.config);
        Self {
            config,
            written: config,
            rules,
            fallback: match &over.fallback {
                Setting::Unset => self.fallback.clone(),
                fallback => fallback.clone(),
            },
            places: self.places.overlaid(&over.places),
        }
    }

    /// What is known of the policies here: what a constant says is known at run time.
    pub(crate) fn known(&self) -> PolicyConfig {
        let mut config = self.config;
        if let (Setting::On(timeout), Some(_)) = (&mut config.timeout, &self.rules.tier) {
            timeout.attempt = None;
        }
        config
    }

    /// Whether what a caller was served is loaded anew by a task of its own.
    pub(crate) fn refreshes_in_background(&self) -> bool {
        let refreshes = self.config.cache.as_on().is_some_and(|cache| cache.refresh.is_some());
        refreshes && self.rules.background == Some(true)
    }

    /// Whether no policy is named.
    pub(crate) fn says_nothing(&self) -> bool {
        self.config == PolicyConfig::new() && self.fallback.as_on().is_none()
    }

    /// Whether a call may be made more than once.
    pub(crate) fn retries(&self) -> bool {
        self.config.retry.as_on().is_some_and(|retry| retry.settings().max > 1)
    }

    /// The rungs of the fallback, if there is one.
    pub(crate) fn rungs(&self) -> &[Rung] {
        self.fallback.as_on().map_or(&[], Vec::as_slice)
    }
}

impl Args {
    pub(crate) fn parse(tokens: TokenStream, on: Position, errors: &mut Errors) -> Self {
        let mut args = Self {
            layer: Layer::default(),
            service: None,
            send: true,
            krate: parse_quote!(::resilient_runtime),
        };
        let entries = entries(tokens, errors);
        for entry in &entries {
            if args.layer.policy(entry, errors) {
                continue;
            }
            match entry.key.to_string().as_str() {
                "preset" => {}
                "service" => args.service = setting::<Text>(entry, errors).map(|text| text.0),
                "send" if on != Position::Trait => errors.at(
                    &entry.key,
                    "`send` is a promise of a trait; the future of a function is `Send` where what it holds is, so leave it out",
                ),
                "send" => {
                    args.send = setting::<Switch>(entry, errors).is_none_or(|switch| switch.0);
                }
                "crate" => {
                    args.krate =
                        setting::<CratePath>(entry, errors).map_or(args.krate, |path| path.0);
                }
                "skip" => errors.at(&entry.key, on.skips_all()),
                _ => {
                    let outer = ON_A_TRAIT.into_iter().filter(|key| on == Position::Trait || *key != "send");
                    unknown(entry, POLICIES.into_iter().chain(["preset"]).chain(outer), errors);
                }
            }
        }
        args.layer.preset(&entries, errors);
        args
    }
}

impl MethodArgs {
    /// Reads the attribute's arguments, over what an attribute before it on the same method says.
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut args = Self::default();
        let entries = entries(tokens, errors);
        for entry in &entries {
            if args.layer.policy(entry, errors) {
                continue;
            }
            match entry.key.to_string().as_str() {
                "preset" => {}
                "skip" if matches!(entry.value, Value::None) => args.skip = Some(entry.key.clone()),
                "skip" => errors.at(entry, "`skip` takes no value; write `#[resilient(skip)]`"),
                key if ON_A_TRAIT.contains(&key) => {
                    errors.at(
                        &entry.key,
                        format!(
                            "`{key}` holds for all methods; write it in the attribute around them"
                        ),
                    );
                }
                _ => unknown(entry, POLICIES.into_iter().chain(["preset", "skip"]), errors),
            }
        }
        if let (Some(skip), Some(other)) =
            (&args.skip, entries.iter().find(|entry| entry.key != "skip"))
        {
            let message = format!(
                "`skip` takes every policy away, so `{}` says nothing; leave one of them out",
                other.key
            );
            errors.at(skip, message);
        }
        args.layer.preset(&entries, errors);
        args
    }
}

/// The entries of an attribute, each key once.
fn entries(tokens: TokenStream, errors: &mut Errors) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let list = Entry::list("", tokens);
    list.errors.into_iter().for_each(|error| errors.push(error));
    for entry in list.entries {
        if entries.iter().any(|before| before.key == entry.key) {
            let cure = match entry.value {
                Value::List(..) => "write its parameters in one place",
                _ => "leave one of them out",
            };
            errors.at(&entry.key, format!("`{}` is given twice; {cure}", entry.key));
        } else {
            entries.push(entry);
        }
    }
    entries
}

/// The value of `key = value`.
fn setting<K: FromExpr>(entry: &Entry, errors: &mut Errors) -> Option<K> {
    match &entry.value {
        Value::Expr(expr) => match read::<K>(expr) {
            Ok(value) => Some(value),
            Err(error) => {
                errors.at(expr, error);
                None
            }
        },
        Value::Unread => None,
        Value::None | Value::List(..) | Value::Pattern(_) => {
            let sample = match &entry.value {
                Value::List(_, list) if fits::<K>(list) => shown(list),
                _ => sample("", &entry.key.to_string()).to_owned(),
            };
            errors.at(entry, format!("`{0}` needs a value; write `{0} = {sample}`", entry.key));
            None
        }
    }
}

/// Whether what stands in parentheses would be a value without them.
fn fits<K: FromExpr>(list: &TokenStream) -> bool {
    syn::parse2::<syn::Expr>(list.clone()).is_ok_and(|expr| read::<K>(&expr).is_ok())
}

fn unknown<'a>(entry: &Entry, keys: impl Iterator<Item = &'a str> + Clone, errors: &mut Errors) {
    let key = entry.key.to_string();
    let near = alias("", &key).or_else(|| nearest(&key, keys.clone()));
    let homes = groups::homes_of(&entry.key);
    let message = match (&*homes, near) {
        ([home], _) => {
            let place = in_its_place(home, &entry.key);
            format!("`{key}` is a parameter of `{home}`; write it in `{place}`")
        }
        ([], Some(near)) => format!("there is no key `{key}`; {}", suggestion(near, keys)),
        ([], None) => format!("there is no key `{key}`; write one of {}", list(keys)),
        ([home, ..], _) => {
            let (homes, place) = (both(&homes), in_its_place(home, &entry.key));
            format!(
                "`{key}` is a parameter of {homes}; write it where it belongs, such as `{place}`"
            )
        }
    };
    errors.at(&entry.key, message);
}
