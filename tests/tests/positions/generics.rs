//! Generic functions and blocks, and what can be sent to another thread.

use std::{cell::Cell, fmt::Display, sync::Arc};

use resilient_runtime::resilient;

use super::{Calls, Fault};

/// `Send`, and not `Sync`.
#[derive(Clone)]
struct Unshared(Cell<u32>);

#[resilient(service = "generic_functions", retry(max = 2, base = "1ms"))]
async fn shown<T: Display + Clone, const N: usize>(
    value: T,
    calls: &Calls,
) -> Result<[String; N], Fault> {
    calls.after(1)?;
    Ok(std::array::from_fn(|_| value.to_string()))
}

#[resilient(service = "generic_functions", retry(max = 2, base = "1ms"))]
async fn implied(
    value: impl Display + Clone + Send,
    times: impl Fn() -> usize + Clone,
) -> Result<String, Fault> {
    Ok(value.to_string().repeat(times()))
}

#[tokio::test]
async fn a_function_may_be_generic() {
    assert_eq!(shown::<_, 2>(5, &Calls::new()).await, Ok(["5".to_owned(), "5".to_owned()]));
    assert_eq!(implied('x', || 3).await, Ok("xxx".to_owned()));
}

#[resilient(service = "generic_functions", retry(max = 2, base = "1ms"))]
async fn held(unshared: Unshared, log: &mut Vec<Unshared>) -> Result<usize, Fault> {
    tokio::task::yield_now().await;
    let (_, before) = (unshared.0.get(), log.len());
    tokio::task::yield_now().await;
    if unshared.0.get() == 0 { Err(Fault::Unknown) } else { Ok(before) }
}

struct Repository<T> {
    values: Vec<T>,
    calls: Calls,
}

#[resilient(service = "generic_blocks", retry(max = 2, base = "1ms"))]
impl<T> Repository<T>
where
    T: Clone + Send,
{
    async fn first(&mut self) -> Result<T, Fault> {
        let found = self.values.len();
        tokio::task::yield_now().await;
        self.calls.after(1)?;
        self.values.get(found - self.values.len()).cloned().ok_or(Fault::Unknown)
    }

    #[resilient(cache(memory = "5m", shared), retry = off)]
    async fn cached(&self, number: u32) -> Result<T, Fault>
    where
        T: Sync + 'static,
    {
        self.values.get(number as usize).cloned().ok_or(Fault::Unknown)
    }
}

#[tokio::test]
async fn the_types_of_a_block_do_not_share_answers() {
    let texts = Repository { values: vec!["a"], calls: Calls::new() };
    let numbers = Repository { values: vec![1], calls: Calls::new() };
    assert_eq!(texts.cached(0).await, Ok("a"));
    assert_eq!(numbers.cached(0).await, Ok(1));
    assert_eq!(texts.cached(0).await, Ok("a"));
}

trait Kind {
    const NAME: &'static str;
}

#[derive(Default)]
struct Cat;
#[derive(Default)]
struct Dog;

impl Kind for Cat {
    const NAME: &'static str = "cat";
}

impl Kind for Dog {
    const NAME: &'static str = "dog";
}

#[derive(Default, serde::Serialize)]
struct Shelter<K>(std::marker::PhantomData<K>);

impl<K: Kind> Shelter<K> {
    #[resilient(service = "shelters", cache(memory = "5m", shared))]
    fn name(&self) -> Result<&'static str, Fault> {
        Ok(K::NAME)
    }

    #[resilient(service = "shelters", cache(memory = "5m"))]
    async fn named(prefix: &str, _of: &Self) -> Result<String, Fault>
    where
        Self: serde::Serialize,
    {
        Ok(format!("{prefix} {}", K::NAME))
    }
}

#[tokio::test]
async fn nor_do_those_of_a_block_that_a_method_stands_in() {
    let (cats, dogs) = (Shelter::<Cat>::default(), Shelter::<Dog>::default());
    assert_eq!((cats.name(), dogs.name(), cats.name()), (Ok("cat"), Ok("dog"), Ok("cat")));
    assert_eq!(Shelter::named("a", &cats).await.as_deref(), Ok("a cat"));
    assert_eq!(Shelter::named("a", &dogs).await.as_deref(), Ok("a dog"));
}

struct Row<const N: usize>;

#[resilient(service = "rows", cache(memory = "5m", shared))]
impl<const N: usize> Row<N> {
    fn length(&self) -> Result<usize, Fault> {
        Ok(N)
    }
}

#[resilient(cache = "5m")]
trait Columns<const N: usize> {
    async fn width(&self) -> Result<usize, Fault>;
}

impl<const N: usize> Columns<N> for Calls {
    async fn width(&self) -> Result<usize, Fault> {
        Ok(N)
    }
}

#[tokio::test]
async fn nor_do_those_that_differ_in_a_number() {
    assert_eq!((Row::<2>.length(), Row::<3>.length()), (Ok(2), Ok(3)));
    Row::<2>.invalidate_length();
    let columns = ResilientColumns::new(Calls::new());
    assert_eq!(Columns::<2>::width(&columns).await, Ok(2));
    assert_eq!(Columns::<3>::width(&columns).await, Ok(3));
}

#[tokio::test]
async fn futures_are_send_where_what_they_hold_is() {
    let task = tokio::spawn(async {
        let mut repository =
            Repository { values: vec![Unshared(Cell::new(1))], calls: Calls::new() };
        let first = repository.first().await.map(|value| value.0.get());
        (first, held(Unshared(Cell::new(1)), &mut vec![]).await)
    });
    assert_eq!(task.await.expect("it does not panic"), (Ok(1), Ok(0)));
}

async fn in_a_task<S>(source: Arc<S>) -> Result<u32, Fault>
where
    S: Source + Send + Sync + 'static,
{
    tokio::spawn(async move { source.load().await }).await.expect("it does not panic")
}

trait Source {
    fn load(&self) -> impl Future<Output = Result<u32, Fault>> + Send;
}

#[resilient(service = "generic_sources", retry(max = 2, base = "1ms"))]
impl Source for Calls {
    async fn load(&self) -> Result<u32, Fault> {
        tokio::task::yield_now().await;
        self.after(1)
    }
}

#[tokio::test]
async fn generic_code_spawns_an_annotated_implementation() {
    assert_eq!(in_a_task(Arc::new(Calls::new())).await, Ok(2));
}
