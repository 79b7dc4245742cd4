/// Defines the layer type of one policy: every parameter optional, one setter each, and the merge of two layers.
///
/// The setters of what stands under `by hand` are written beside it: they take another type than the field has.
macro_rules! layer {
    (
        $(#[$meta:meta])*
        pub struct $name:ident { $( $(#[$doc:meta])* $field:ident: $ty:ty, )+ }
        $( by hand { $( $(#[$hand_doc:meta])* $hand:ident: $hand_ty:ty, )+ } )?
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Default)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize))]
        #[non_exhaustive]
        pub struct $name {
            $( $(#[$doc])* pub $field: Option<$ty>, )+
            $( $( $(#[$hand_doc])* pub $hand: Option<$hand_ty>, )+ )?
        }

        impl $name {
            /// No parameter given: each comes from the layer below, or from its default.
            #[must_use]
            pub const fn new() -> Self {
                Self { $( $field: None, )+ $( $( $hand: None, )+ )? }
            }

            $(
                $(#[$doc])*
                #[must_use]
                pub const fn $field(mut self, $field: $ty) -> Self {
                    self.$field = Some($field);
                    self
                }
            )+

            /// These parameters, with those that `over` gives in their place.
            #[must_use]
            pub fn overlaid(&self, over: &Self) -> Self {
                Self {
                    $( $field: over.$field.or(self.$field), )+
                    $( $( $hand: over.$hand.or(self.$hand), )+ )?
                }
            }
        }
    };
}

pub(crate) use layer;
