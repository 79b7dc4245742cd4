//! The line against naive models: who is served, when, and what newcomers are told.

use std::time::Duration;

use proptest::prelude::*;
use resilient_policy::RateConfig;
use tokio::time::{Instant, sleep_until};

use super::{
    Priority, RateLimiter,
    line::{Stand, Ticket},
    state::{Asked, State, Wakers},
};
use crate::clock::Moment;

fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// One token each 100 ms, two at once, and a class up in 500 ms.
const INTERVAL: u64 = 100;
const BURST: u64 = 2;
const STEP: u64 = 500;
const QUEUE: usize = 8;

#[derive(Debug, Clone)]
enum Step {
    Wait(u64),
    Ask(usize, u32),
    Leave(prop::sample::Index),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0_u64..250).prop_map(Step::Wait),
        (0_usize..4, 1_u32..3).prop_map(|(class, tokens)| Step::Ask(class, tokens)),
        (0_usize..4, 1_u32..3).prop_map(|(class, tokens)| Step::Ask(class, tokens)),
        any::<prop::sample::Index>().prop_map(Step::Leave),
    ]
}

/// Who waits, and since when, in milliseconds.
#[derive(Debug, Clone, Copy)]
struct Waiter {
    number: usize,
    class: usize,
    joined: u64,
    tokens: u64,
}

impl Waiter {
    /// Its class by now, and since when it stands there: a class up for each step.
    fn rank(&self, now: u64) -> (usize, u64, usize) {
        let up = usize::try_from((now - self.joined) / STEP).expect("few").min(self.class);
        (self.class - up, self.joined + up as u64 * STEP, self.number)
    }
}

/// The same, with a list that is sorted anew each time, and a bucket that is filled drop by drop.
#[derive(Default)]
struct Model {
    line: Vec<Waiter>,
    /// A token is as many drops as it takes milliseconds to come.
    drops: u64,
    now: u64,
}

impl Model {
    fn wait(&mut self, millis: u64) {
        self.now += millis;
        self.drops = (self.drops + millis).min(BURST * INTERVAL);
    }

    fn first(&self) -> Option<usize> {
        (0..self.line.len()).min_by_key(|at| self.line[*at].rank(self.now))
    }

    /// Who is served by now.
    fn serve(&mut self) -> Vec<usize> {
        let mut served = Vec::new();
        while let Some(at) =
            self.first().filter(|at| self.drops >= self.line[*at].tokens * INTERVAL)
        {
            self.drops -= self.line[at].tokens * INTERVAL;
            served.push(self.line.remove(at).number);
        }
        served
    }

    /// What those wait for who go before a newcomer.
    fn ahead(&self, class: usize) -> u64 {
        let before = self.line.iter().filter(|waiter| waiter.rank(self.now).0 <= class);
        before.map(|waiter| waiter.tokens).sum()
    }

    /// Who goes for a newcomer, where the queue is full.
    fn shed(&self, class: usize) -> Option<usize> {
        let lower = (0..self.line.len()).filter(|at| self.line[*at].rank(self.now).0 > class);
        lower.max_by_key(|at| self.line[*at].rank(self.now))
    }
}

proptest! {
    #[test]
    fn the_line_does_what_a_sorted_list_does(steps in prop::collection::vec(step(), 1..150)) {
        let queue = u32::try_from(QUEUE).expect("few");
        let config = RateConfig::new().limit(10.0).burst(2).queue(queue);
        let settings = config.wait(millis(4 * STEP)).settings();
        let (mut state, mut wakers) = (State::new(&settings), Wakers::new());
        let mut model = Model { drops: BURST * INTERVAL, ..Model::default() };
        let mut waiting: Vec<(usize, Ticket)> = Vec::new();
        for (number, step) in steps.into_iter().enumerate() {
            if let Step::Wait(millis) = step {
                model.wait(millis);
            }
            let now = Moment::at(millis(model.now));
            state.serve(now, &mut wakers);
            let mut gone = model.serve();
            match step {
                Step::Wait(_) => {}
                Step::Ask(class, tokens) => {
                    let cost = u64::from(tokens);
                    let ahead = model.ahead(class);
                    let wait = ((ahead + cost) * INTERVAL).saturating_sub(model.drops);
                    match state.ask(tokens, Priority::ALL[class], now, None, &mut wakers) {
                        Asked::Taken(_) => {
                            prop_assert!(ahead == 0 && wait == 0);
                            model.drops -= cost * INTERVAL;
                        }
                        Asked::Refused(refused) => {
                            prop_assert_eq!(refused, millis(wait));
                            let full = model.line.len() >= QUEUE && model.shed(class).is_none();
                            prop_assert!(full || wait > 4 * STEP);
                        }
                        Asked::Waits { ticket, wait: promised, shed } => {
                            prop_assert_eq!(promised, millis(wait));
                            if model.line.len() >= QUEUE {
                                let at = model.shed(class).expect("somebody lower");
                                let waiter = model.line.remove(at);
                                prop_assert_eq!(shed, Some(Priority::ALL[waiter.class]));
                                gone.push(waiter.number);
                            }
                            model.line.push(Waiter { number, class, joined: model.now, tokens: cost });
                            waiting.push((number, ticket));
                        }
                    }
                }
                Step::Leave(index) if !model.line.is_empty() => {
                    let left = model.line.remove(index.index(model.line.len()));
                    let at = waiting.iter().position(|(number, _)| *number == left.number);
                    let (_, ticket) = waiting.swap_remove(at.expect("waits"));
                    prop_assert!(state.line.leave(ticket).is_err());
                    state.serve(now, &mut wakers);
                    gone.extend(model.serve());
                }
                Step::Leave(_) => {}
            }
            for number in gone {
                let at = waiting.iter().position(|(waiter, _)| *waiter == number).expect("waited");
                let (_, ticket) = waiting.swap_remove(at);
                prop_assert!(!matches!(state.line.stand(&ticket), Stand::Waits));
                let _ = state.line.leave(ticket);
            }
            for (_, ticket) in &waiting {
                prop_assert!(matches!(state.line.stand(ticket), Stand::Waits));
            }
            let mut by_priority = [0; 4];
            model.line.iter().for_each(|waiter| by_priority[waiter.class] += 1);
            prop_assert_eq!(state.line.waiting(), by_priority);
        }
    }

    /// With real timers: every token goes to whom the model gives it, at the very millisecond that it comes.
    #[test]
    fn nobody_is_woken_late(
        firsts in prop::collection::vec((0_usize..4, prop::option::of(0_u64..40)), 50),
        others in prop::collection::vec((0_usize..4, prop::option::of(0_u64..40)), 50),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.expect("a runtime").block_on(run(firsts, others))?;
    }
}

/// Comes at which millisecond, with which class, and goes when.
type Comer = (u64, usize, Option<u64>);

/// Fifty come at once, and fifty while those wait. Tokens come at 1 modulo 8 milliseconds; nobody comes or goes then.
async fn run(
    firsts: Vec<(usize, Option<u64>)>,
    others: Vec<(usize, Option<u64>)>,
) -> Result<(), TestCaseError> {
    let goes = |at: Option<u64>| at.map(|at| 8 * at + 7);
    let mut comers: Vec<Comer> =
        firsts.into_iter().map(|(class, left)| (1, class, goes(left))).collect();
    comers.extend((0_u64..).zip(others).map(|(number, (class, left))| {
        let comes = 8 * (number / 2) + 3 + 2 * (number % 2);
        (comes, class, goes(left).filter(|left| *left > comes))
    }));
    let config = RateConfig::new().limit(125.0).burst(1);
    let limiter = RateLimiter::new("service".into(), config.wait(millis(1_200)).settings());
    let start = Instant::now();
    let tasks: Vec<_> = comers
        .iter()
        .map(|(comes, class, left)| {
            let limiter = limiter.clone();
            let (comes, left) = (start + millis(*comes), left.map(|left| start + millis(left)));
            let priority = Priority::ALL[*class];
            tokio::spawn(async move {
                sleep_until(comes).await;
                let acquire = super::with_priority(priority, limiter.acquire(1));
                let acquired = match left {
                    Some(left) => tokio::time::timeout_at(left, acquire).await.ok()?,
                    None => acquire.await,
                };
                acquired.ok().map(|()| start.elapsed().as_millis())
            })
        })
        .collect();
    let mut served = Vec::new();
    for task in tasks {
        served.push(task.await.expect("no panic"));
    }
    prop_assert_eq!(served, expected(&comers));
    Ok(())
}

/// When each is served, by a look at all of them in every millisecond.
fn expected(comers: &[Comer]) -> Vec<Option<u128>> {
    let mut served = vec![None; comers.len()];
    let mut next = 1;
    for now in 1..2_000_u64 {
        if now < next {
            continue;
        }
        let waits = |number: &usize| {
            let (comes, _, left) = comers[*number];
            served[*number].is_none() && comes <= now && left.is_none_or(|left| left > now)
        };
        let rank = |number: &usize| {
            let (joined, class, _) = comers[*number];
            let up = usize::try_from((now - joined) / 300).expect("few").min(class);
            (class - up, joined + up as u64 * 300, *number)
        };
        // The very first finds the token before the others have come.
        let first = (0..comers.len()).filter(waits).min_by_key(rank);
        if let Some(number) = if now == 1 { Some(0) } else { first } {
            served[number] = Some(u128::from(now));
            next = now + 8;
        }
    }
    served
}
