use syn::{
    GenericArgument, PathArguments, PathSegment, Token, Type, TypeParamBound,
    punctuated::Punctuated,
};

use super::Flavor;
use crate::spans::{mentions, ungrouped};

/// A future that a method returns without being `async`.
pub(super) struct Returned {
    pub(super) flavor: Flavor,
    pub(super) output: Type,
    /// Whether its type says that it is `Send`.
    pub(super) sends: bool,
    /// Whether its type says that it borrows nothing.
    pub(super) owns: bool,
}

impl Returned {
    /// Reads `impl Future<Output = R>`, `Pin<Box<dyn Future<Output = R>>>`, and `BoxFuture<R>`, which is known by its
    /// name. What stands behind any other name is not known here.
    pub(super) fn of(ty: &Type) -> Option<Self> {
        match ungrouped(ty) {
            Type::ImplTrait(ty) => Self::bounded(Flavor::ImplFuture, &ty.bounds),
            Type::Path(path) => {
                let last = path.path.segments.last()?;
                match last.ident.to_string().as_str() {
                    "Pin" => match ungrouped(only_type(within("Box", only_type(last)?)?)?) {
                        Type::TraitObject(object) => Self::bounded(Flavor::Boxed, &object.bounds),
                        _ => None,
                    },
                    name @ ("BoxFuture" | "LocalBoxFuture") => {
                        let mut lifetimes =
                            arguments(last)?.filter_map(|argument| match argument {
                                GenericArgument::Lifetime(lifetime) => Some(lifetime),
                                _ => None,
                            });
                        Some(Self {
                            flavor: Flavor::Boxed,
                            output: only_type(last)?.clone(),
                            sends: name == "BoxFuture",
                            owns: lifetimes.any(|lifetime| lifetime.ident == "static"),
                        })
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn bounded(flavor: Flavor, bounds: &Punctuated<TypeParamBound, Token![+]>) -> Option<Self> {
        let output = bounds.iter().find_map(|bound| match bound {
            TypeParamBound::Trait(bound) => {
                let last = bound.path.segments.last().filter(|last| last.ident == "Future")?;
                arguments(last)?.find_map(|argument| match argument {
                    GenericArgument::AssocType(output) if output.ident == "Output" => {
                        Some(ungrouped(&output.ty).clone())
                    }
                    _ => None,
                })
            }
            _ => None,
        })?;
        let mut lifetimes = bounds.iter().filter_map(|bound| match bound {
            TypeParamBound::Lifetime(lifetime) => Some(lifetime.ident == "static"),
            _ => None,
        });
        // In a box, nothing said is `'static`.
        let owns = lifetimes.next().unwrap_or(flavor == Flavor::Boxed);
        Some(Self { flavor, output, sends: mentions(quote::quote!(#bounds), "Send"), owns })
    }
}

fn within<'a>(name: &str, ty: &'a Type) -> Option<&'a PathSegment> {
    match ungrouped(ty) {
        Type::Path(path) => path.path.segments.last().filter(|last| last.ident == name),
        _ => None,
    }
}

fn only_type(segment: &PathSegment) -> Option<&Type> {
    arguments(segment)?.find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

fn arguments(segment: &PathSegment) -> Option<impl Iterator<Item = &GenericArgument>> {
    match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => Some(arguments.args.iter()),
        _ => None,
    }
}
