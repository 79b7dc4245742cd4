//! How values and errors go into the cache and come out of it.

use super::Outcome;
use crate::call::held::Held;

/// The witness that a method's value can be kept. Made by [`cacheable`] or [`storable`].
pub struct Cacheable<R> {
    /// How a value comes out of memory. Beside the rest, for it is asked with every look, and not kept by the call.
    serve: fn(&Kept, &mut Held<R>),
    keeper: Keeper<R>,
}

/// The rest of it, which a call keeps until it has loaded what was not there.
pub(crate) struct Keeper<R> {
    // A function and not what it returns: every call holds a copy, and its future is larger by it.
    keeping: fn() -> Keeping<R>,
}

/// An error in the cache, which must not be taken for a value of the same type.
struct Remembered<E>(E);

/// How a value goes into the cache and comes out of it.
struct Keeping<R> {
    codec: Codec,
    keep: fn(&R) -> Option<Kept>,
    serve: fn(&Kept) -> Option<R>,
    /// The same for errors, where they are remembered.
    errors: Option<Errors<R>>,
}

/// How an error goes into the cache and comes out of it.
struct Errors<R> {
    keep: fn(&R) -> Option<Kept>,
    serve: fn(&Kept) -> Option<R>,
}

impl<R> Cacheable<R> {
    /// Puts the value there, unless it is an error that is remembered. To where it stays: an outcome that is handed up
    /// from one function to the next is waited for with each copy.
    #[inline]
    pub(crate) fn serve(&self, kept: &Kept, place: &mut Held<R>) {
        (self.serve)(kept, place);
    }

    #[inline]
    pub(crate) fn keeper(self) -> Keeper<R> {
        self.keeper
    }
}

impl<R> Keeper<R> {
    pub(crate) fn codec(self) -> Codec {
        (self.keeping)().codec
    }

    pub(crate) fn keep(self, outcome: &R) -> Option<Kept> {
        ((self.keeping)().keep)(outcome)
    }

    pub(crate) fn serve(self, kept: &Kept) -> Option<R> {
        let keeping = (self.keeping)();
        (keeping.serve)(kept).or_else(|| (keeping.errors?.serve)(kept))
    }

    pub(crate) fn keep_error(self, outcome: &R) -> Option<Kept> {
        ((self.keeping)().errors?.keep)(outcome)
    }
}

/// A value as the cache holds it, whatever its type.
pub(crate) type Kept = std::sync::Arc<dyn std::any::Any + Send + Sync>;

/// How a value is written to disk and read back, where it can be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Codec {
    /// The type's name, which goes into the record: a value of another type is a miss.
    pub(crate) type_name: &'static str,
    #[cfg_attr(not(feature = "disk"), expect(dead_code, reason = "only the disk tier reads it"))]
    pub(crate) disk: Option<DiskCodec>,
}

#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(feature = "disk"), expect(dead_code, reason = "only the disk tier reads these"))]
pub(crate) struct DiskCodec {
    pub(crate) encode: fn(&Kept) -> Result<Vec<u8>, rmp_serde::encode::Error>,
    pub(crate) decode: fn(&[u8]) -> Result<Kept, rmp_serde::decode::Error>,
}

impl<R> Clone for Cacheable<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Cacheable<R> {}

impl<R> Clone for Keeper<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Keeper<R> {}

impl<R> std::fmt::Debug for Cacheable<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cacheable")
            .field("type", &self.keeper.codec().type_name)
            .finish_non_exhaustive()
    }
}

/// A value that the memory tier of a cache can hold.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be kept in a cache",
    label = "needs `Clone`, and `Send + Sync + 'static`",
    note = "add `#[derive(Clone)]` to the type, or write `#[resilient(cache = off)]` on the method"
)]
pub trait CacheValue: Clone + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Clone + Send + Sync + 'static> CacheValue for T {}

/// A value that the disk tier of a cache can hold.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be kept in a cache on disk",
    label = "needs serde's `Serialize` and `Deserialize`",
    note = "add `#[derive(serde::Serialize, serde::Deserialize)]` to the type, switch on the serde feature of the crate it comes from, or leave `disk` out of `cache(...)`"
)]
pub trait DiskValue: serde::Serialize + serde::de::DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: serde::Serialize + serde::de::DeserializeOwned> DiskValue for T {}

/// An error that the memory tier of a cache can hold.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be remembered by a cache",
    label = "needs `Clone`, and `Send + Sync + 'static`",
    note = "add `#[derive(Clone)]` to the type, or leave `negative` out of `cache(...)`"
)]
pub trait CacheError: Clone + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<E: Clone + Send + Sync + 'static> CacheError for E {}

fn keeping<R>(disk: Option<DiskCodec>, errors: Option<Errors<R>>) -> Keeping<R>
where
    R: Outcome,
    R::Value: CacheValue,
{
    Keeping {
        codec: Codec { type_name: std::any::type_name::<R::Value>(), disk },
        keep: |outcome| {
            outcome.as_result().ok().map(|value| std::sync::Arc::new(value.clone()) as Kept)
        },
        serve: |kept| {
            kept.downcast_ref::<R::Value>().map(|value| R::from_result(Ok(value.clone())))
        },
        errors,
    }
}

fn serve<R>(kept: &Kept, place: &mut Held<R>)
where
    R: Outcome,
    R::Value: CacheValue,
{
    if let Some(value) = kept.downcast_ref::<R::Value>() {
        *place = Held::Outcome(R::from_result(Ok(value.clone())));
    }
}

fn on_disk<V: CacheValue + DiskValue>() -> DiskCodec {
    DiskCodec {
        encode: |kept| match kept.downcast_ref::<V>() {
            Some(value) => rmp_serde::to_vec_named(value),
            None => Err(rmp_serde::encode::Error::Syntax("a value of another type".to_owned())),
        },
        decode: |bytes| {
            rmp_serde::from_slice::<V>(bytes).map(|value| std::sync::Arc::new(value) as Kept)
        },
    }
}

fn errors<R>() -> Errors<R>
where
    R: Outcome,
    R::Error: CacheError,
{
    Errors {
        keep: |outcome| {
            let error = outcome.as_result().err()?;
            Some(std::sync::Arc::new(Remembered(error.clone())) as Kept)
        },
        serve: |kept| {
            let Remembered(error) = kept.downcast_ref::<Remembered<R::Error>>()?;
            Some(R::from_result(Err(error.clone())))
        },
    }
}

/// Shows that the value in `R` can be kept in memory (`Clone`).
pub const fn cacheable<R>() -> Cacheable<R>
where
    R: Outcome,
    R::Value: CacheValue,
{
    Cacheable { serve: serve::<R>, keeper: Keeper { keeping: || keeping::<R>(None, None) } }
}

/// Shows that the value in `R` can be kept in memory (`Clone`) and on disk (serde).
pub const fn storable<R>() -> Cacheable<R>
where
    R: Outcome,
    R::Value: CacheValue + DiskValue,
{
    let keeper = Keeper { keeping: || keeping::<R>(Some(on_disk::<R::Value>()), None) };
    Cacheable { serve: serve::<R>, keeper }
}

/// Like [`cacheable`], and shows that the error in `R` can be [remembered](crate::CacheConfig::negative).
pub const fn cacheable_result<R>() -> Cacheable<R>
where
    R: Outcome,
    R::Value: CacheValue,
    R::Error: CacheError,
{
    let keeper = Keeper { keeping: || keeping::<R>(None, Some(errors())) };
    Cacheable { serve: serve::<R>, keeper }
}

/// Like [`storable`], and shows that the error in `R` can be [remembered](crate::CacheConfig::negative).
pub const fn storable_result<R>() -> Cacheable<R>
where
    R: Outcome,
    R::Value: CacheValue + DiskValue,
    R::Error: CacheError,
{
    let keeper = Keeper { keeping: || keeping::<R>(Some(on_disk::<R::Value>()), Some(errors())) };
    Cacheable { serve: serve::<R>, keeper }
}
