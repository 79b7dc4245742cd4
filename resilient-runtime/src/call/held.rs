use std::mem;

/// What a call has come to so far.
///
/// An `Option` with a tag of its own: one that hides in the outcome's first byte is read apart from the rest whenever the
/// outcome is moved, and what was just written as a whole then comes back from memory only once it has got there. That
/// cost a call as much as a look at the clock.
#[repr(u64)]
pub(crate) enum Held<R> {
    Nothing,
    Outcome(R),
}

impl<R> Held<R> {
    #[inline]
    pub(crate) fn is_none(&self) -> bool {
        matches!(self, Self::Nothing)
    }

    #[inline]
    pub(crate) fn as_ref(&self) -> Option<&R> {
        match self {
            Self::Nothing => None,
            Self::Outcome(outcome) => Some(outcome),
        }
    }

    #[inline]
    pub(crate) fn take(&mut self) -> Self {
        mem::replace(self, Self::Nothing)
    }
}
