//! The user's body is kept whole.

use std::fmt::Display;

use resilient_runtime::{Priority, resilient};

use super::{Calls, Fault};

macro_rules! doubled {
    ($number:expr) => {
        $number? * 2
    };
}

#[resilient(service = "bodies", retry(max = 3, base = "1ms"))]
async fn returns_early(text: &str, calls: &Calls) -> Result<i32, Fault> {
    calls.after(1)?;
    if text.is_empty() {
        return Ok(0);
    }
    // Neither `return` nor `?` of a closure leaves more than the closure.
    let parse = |text: &str| -> Result<i32, Fault> {
        if text == "one" {
            return Ok(1);
        }
        Ok(text.parse::<i32>()?)
    };
    let later = async {
        let number = parse(text)?;
        Ok::<i32, Fault>(number)
    };
    let mut sum = 0;
    'numbers: for number in 0..10 {
        for limit in 0..10 {
            if limit + number > 15 {
                break 'numbers;
            }
            sum += 1;
        }
    }
    Ok(doubled!(later.await) + sum - sum)
}

#[tokio::test]
async fn return_and_question_marks_end_the_attempt() {
    for (text, answer) in [("", Ok(0)), ("one", Ok(2)), ("21", Ok(42)), ("x", Err(Fault::Unknown))]
    {
        let calls = Calls::new();
        assert_eq!(returns_early(text, &calls).await, answer, "{text}");
        assert_eq!(calls.count(), 2, "{text}");
    }
}

#[resilient(service = "bodies", retry(max = 3, base = "1ms"))]
fn returns_early_and_blocks(text: &str, calls: &Calls) -> Result<i32, Fault> {
    calls.after(1)?;
    if text.is_empty() {
        return Ok(0);
    }
    Ok(doubled!(text.parse::<i32>()))
}

#[test]
fn in_a_function_that_blocks_too() {
    for (text, answer) in [("", Ok(0)), ("21", Ok(42)), ("x", Err(Fault::Unknown))] {
        let calls = Calls::new();
        assert_eq!(returns_early_and_blocks(text, &calls), answer, "{text}");
        assert_eq!(calls.count(), 2, "{text}");
    }
}

struct Point {
    x: i32,
    y: i32,
}

impl Clone for Point {
    fn clone(&self) -> Self {
        Self { x: self.x, y: self.y }
    }
}

#[resilient(service = "bodies", retry(max = 3, base = "1ms"))]
async fn patterns(
    Point { x, y: height }: Point,
    (first, [second, ..]): (u32, [u32; 3]),
    mut count: i32,
    mut log: &mut Vec<i32>,
    calls: &Calls,
    _: &str,
) -> Result<i32, Fault> {
    count += 1;
    log.push(count);
    log = &mut *log;
    log.push(x + height);
    calls.after(1)?;
    Ok(count + i32::try_from(first + second).map_err(|_| Fault::Unknown)?)
}

#[tokio::test]
async fn each_attempt_has_the_arguments_anew() {
    let (mut log, calls) = (Vec::new(), Calls::new());
    let point = Point { x: 1, y: 2 };
    assert_eq!(patterns(point, (3, [4, 5, 6]), 10, &mut log, &calls, "").await, Ok(18));
    assert_eq!(log, [11, 3, 11, 3]);
}

#[resilient(service = "bodies", retry = 2)]
async fn coerces(number: u32) -> Result<Box<dyn Display + Send>, Fault> {
    if number == 0 {
        return Ok(Box::new("none"));
    }
    Ok(Box::new(number))
}

#[resilient(service = "bodies", retry = 2)]
fn coerces_and_blocks(number: u32) -> Result<Box<dyn Display>, Fault> {
    if number == 0 {
        return Ok(Box::new("none"));
    }
    Ok(Box::new(number))
}

#[tokio::test]
async fn what_is_returned_is_coerced() {
    for (number, text) in [(0, "none"), (7, "7")] {
        assert_eq!(coerces(number).await.map(|it| it.to_string()), Ok(text.to_owned()));
        assert_eq!(coerces_and_blocks(number).map(|it| it.to_string()), Ok(text.to_owned()));
    }
}

#[resilient(service = "bodies", retry(max = 2, base = "1ms"))]
async fn named_like_ours(
    call: u32,
    attempt: u32,
    outcome: u32,
    failure: &Calls,
) -> Result<u32, Fault> {
    #[allow(non_upper_case_globals)]
    const PIPELINE: u32 = 1;
    failure.after(1)?;
    Ok(call + attempt + outcome + PIPELINE)
}

#[tokio::test]
async fn names_of_the_body_are_the_users() {
    assert_eq!(named_like_ours(1, 2, 3, &Calls::new()).await, Ok(7));
}

#[resilient(service = "bodies", retry = 2)]
async fn attributes_inside(_unused: u32) -> Result<u32, Fault> {
    #![allow(unused_variables)]
    let unused = 5;
    Ok(1)
}

#[tokio::test]
async fn attributes_of_the_body_stay_its() {
    assert_eq!(attributes_inside(1).await, Ok(1));
}

/// Can be had once.
struct Once;

#[resilient(
    service = "bodies_that_leave",
    retry(max = 2, base = "1ms"),
    rate(limit = 100, priority = priority),
    breaker(key = host),
    fallback(|failure| async move { drop(host); Err(failure.error) }, value = host.len()),
)]
async fn leaves(
    host: String,
    priority: Priority,
    calls: &Calls,
    _once: Once,
    _: Once,
) -> Result<usize, Fault> {
    calls.after(3)?;
    Ok(0)
}

#[tokio::test]
async fn what_a_body_leaves_alone_is_not_cloned_for_it() {
    let calls = Calls::new();
    let answer = leaves("eu".to_owned(), Priority::High, &calls, Once, Once).await;
    assert_eq!((answer, calls.count()), (Ok(2), 2));
}

macro_rules! endpoint {
    ($vis:vis fn $name:ident($($arg:ident: $ty:ty),*) -> $returns:ty $body:block) => {
        #[resilient(service = "bodies", retry(max = 2, base = "1ms"))]
        $vis fn $name($($arg: $ty),*) -> $returns $body
    };
}

endpoint!(
    fn of_a_macro(text: String, calls: &Calls) -> Result<u32, Fault> {
        calls.after(1)?;
        Ok(text.parse()?)
    }
);

#[test]
fn a_body_that_a_macro_was_given() {
    let calls = Calls::new();
    assert_eq!((of_a_macro("7".to_owned(), &calls), calls.count()), (Ok(7), 2));
}

struct Owner {
    name: String,
    last: u32,
}

#[resilient(service = "bodies_of_a_block", retry(max = 2, base = "1ms"))]
impl Owner {
    async fn borrowed(&self, other: &str) -> Result<&str, Fault> {
        if other.is_empty() { Err(Fault::Unknown) } else { Ok(&self.name) }
    }

    fn borrowed_and_blocks<'a>(&'a self, other: &'a str) -> Result<&'a str, Fault> {
        Ok(if other.is_empty() { &self.name } else { other })
    }

    #[resilient(retry = off, timeout = "1s")]
    async fn exclusively(&mut self) -> Result<&mut u32, Fault> {
        self.last += 1;
        Ok(&mut self.last)
    }

    #[resilient(retry = off, timeout = "1s")]
    async fn taken(mut self, name: String) -> Result<String, Fault> {
        self.name.push_str(&name);
        Ok(self.name)
    }

    async fn recursive(&self, depth: u32) -> Result<u32, Fault> {
        match depth {
            0 => Ok(0),
            _ => Ok(Box::pin(self.recursive(depth - 1)).await? + 1),
        }
    }
}

#[tokio::test]
async fn what_is_borrowed_may_be_returned() {
    let mut owner = Owner { name: "Una".to_owned(), last: 1 };
    assert_eq!(owner.borrowed("x").await, Ok("Una"));
    assert_eq!(owner.borrowed("").await, Err(Fault::Unknown));
    assert_eq!(owner.borrowed_and_blocks(""), Ok("Una"));
    *owner.exclusively().await.expect("it answers") += 5;
    assert_eq!((owner.last, owner.recursive(3).await), (7, Ok(3)));
    assert_eq!(owner.taken("!".to_owned()).await, Ok("Una!".to_owned()));
}

#[test]
fn a_panic_in_a_body_is_the_callers() {
    #[resilient(service = "bodies_that_panic", bulkhead = 1)]
    fn panics(now: bool) -> Result<u32, Fault> {
        assert!(!now, "as told");
        Ok(1)
    }
    let panicked = std::panic::catch_unwind(|| panics(true)).expect_err("it was told to");
    assert_eq!(panicked.downcast_ref::<&str>(), Some(&"as told"));
    assert_eq!(panics(false), Ok(1)); // its place in the bulkhead is free
}
