use std::collections::{HashMap, HashSet};

use proc_macro2::TokenStream;
use resilient_policy::Parameter;

/// Where in the attribute each parameter was given.
#[derive(Default, Clone)]
pub(crate) struct Places(HashMap<Field, TokenStream>, HashSet<Field>);

/// A policy and its parameter; nothing is the policy itself.
type Field = (&'static str, &'static str);

impl Places {
    pub(super) fn set(&mut self, policy: &'static str, field: &'static str, tokens: TokenStream) {
        self.0.insert((policy, field), tokens);
    }

    /// A parameter that was given, and could not be read.
    pub(super) fn set_unread(
        &mut self,
        policy: &'static str,
        field: &'static str,
        tokens: TokenStream,
    ) {
        self.0.entry((policy, field)).or_insert(tokens);
        self.1.insert((policy, field));
    }

    /// Whether a parameter was given and could not be read: nothing follows from its absence.
    pub(crate) fn unread(&self, parameter: Parameter) -> bool {
        self.1.contains(&(parameter.policy, parameter.field))
    }

    /// Blames what stands here for whatever it says of a policy that has no place of its own.
    pub(super) fn set_policy_below(&mut self, policy: &'static str, tokens: &TokenStream) {
        self.0.entry((policy, "")).or_insert_with(|| tokens.clone());
    }

    pub(super) fn has(&self, policy: &'static str, field: &'static str) -> bool {
        self.0.contains_key(&(policy, field))
    }

    /// The tokens to blame for a parameter: its value, or its policy's key where it was not given.
    pub(crate) fn of(&self, parameter: Parameter) -> Option<&TokenStream> {
        self.value(parameter.policy, parameter.field)
            .or_else(|| self.0.get(&(parameter.policy, "")))
    }

    /// The tokens of the value itself.
    pub(crate) fn value(&self, policy: &'static str, field: &'static str) -> Option<&TokenStream> {
        // What an attempt may take is said in one of three ways.
        let ways: &[&'static str] =
            if field == "attempt" { &["attempt", "tier", "adaptive"] } else { &[field] };
        ways.iter().find_map(|field| self.0.get(&(policy, *field)))
    }

    /// Whether any of a policy's parameters that must not all be missing was given, readable or not.
    pub(crate) fn any_value(&self, policy: &'static str) -> bool {
        let required: &[&'static str] = match policy {
            "rate" => &["limit"],
            "cache" => &["memory", "disk"],
            "timeout" => &["attempt", "tier", "call", "adaptive"],
            "bulkhead" => &["max", "adaptive"],
            "hedge" => &["after"],
            _ => &[],
        };
        required.iter().any(|field| self.has(policy, field))
    }

    /// These places, with those of `over` in their stead.
    pub(crate) fn overlaid(&self, over: &Self) -> Self {
        let mut places = self.clone();
        places.1.retain(|field| !over.0.contains_key(field));
        places.1.extend(&over.1);
        places.0.extend(over.0.iter().map(|(key, tokens)| (*key, tokens.clone())));
        places
    }
}
