//! Rounds of contenders, interleaved: round 1 of each, then round 2 of each, in an order that is shuffled for each round.
//! What else happens on the machine meets all of them alike, and a ratio is taken within a round. A lap in which somebody
//! else's work had the processor is run again: long laps would meet it more often than short ones.

use std::{
    fmt::Write as _,
    fs,
    time::{Duration, Instant},
};

use crate::work;

/// What a contender is to the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Ours: what the others are compared with, where it comes first of ours.
    Ours,
    /// Written by hand for this one purpose.
    Floor,
    /// Another library, or several.
    Peer,
}

/// How many calls of a contender reach the operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reaches {
    /// Every call.
    Every,
    /// None: they are rejected, or answered by a cache.
    None,
}

type Run = Box<dyn FnMut(u64) -> (Duration, Duration)>;

/// One way of doing what a scenario is about.
pub struct Contender {
    /// Its name in the table.
    pub name: String,
    /// What it is to the others.
    pub role: Role,
    run: Run,
}

impl std::fmt::Debug for Contender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Contender").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Contender {
    /// A contender whose calls take a number and return whether they came to what they should; all must. `reaches` says
    /// how many must have reached the operation.
    pub fn new(
        role: Role,
        name: impl Into<String>,
        reaches: Reaches,
        mut call: impl FnMut(u64) -> bool + 'static,
    ) -> Self {
        let name = name.into();
        let label = name.clone();
        Self::timed(role, name, move |calls| {
            let (took, good) = lap(calls, reaches, &mut call);
            assert_eq!(good, calls, "{label}: calls that came to what they should");
            (took, Duration::ZERO)
        })
    }

    /// A contender that asks one item after the other, each time from where it stopped. Before the time is taken each of
    /// them, of up to ten thousand, is asked once: else who takes long, and gets round once in a lap or less, would find
    /// in the processor's cache what all others left there, and who gets round often what it fetched itself.
    pub fn in_turn<T: 'static>(
        role: Role,
        name: &str,
        items: impl AsRef<[T]> + 'static,
        call: impl Fn(&T) -> bool + 'static,
    ) -> Self {
        let count = items.as_ref().len();
        let (name, mut next) = (format!("{name}, {count}"), 0);
        let label = name.clone();
        let mut ask = move |_| {
            next = if next + 1 == count { 0 } else { next + 1 };
            call(&items.as_ref()[next])
        };
        Self::timed(role, name, move |calls| {
            assert!((0..count.min(10_000) as u64).all(&mut ask), "{label}: the calls before");
            let (took, good) = lap(calls, Reaches::Every, &mut ask);
            assert_eq!(good, calls, "{label}: calls that came to what they should");
            (took, Duration::ZERO)
        })
    }

    /// A contender that takes the time itself, and what threads of its own waited for their processors.
    pub fn timed(
        role: Role,
        name: impl Into<String>,
        run: impl FnMut(u64) -> (Duration, Duration) + 'static,
    ) -> Self {
        Self { name: name.into(), role, run: Box::new(run) }
    }

    /// So many calls: how long they took, and what threads of its own waited for their processors.
    pub fn run(&mut self, calls: u64) -> (Duration, Duration) {
        (self.run)(calls)
    }
}

/// So many calls on this thread: how long they took, and how many came to what they should.
/// As many must have reached the operation as should.
pub fn lap(calls: u64, reaches: Reaches, mut call: impl FnMut(u64) -> bool) -> (Duration, u64) {
    let before = work::reached();
    let mut good = 0;
    let started = Instant::now();
    for number in 0..calls {
        good += u64::from(call(number));
    }
    let took = started.elapsed();
    let due = if reaches == Reaches::Every { calls } else { 0 };
    assert_eq!(work::reached() - before, due, "calls that reached the operation");
    (took, good)
}

/// Contenders for one purpose.
#[derive(Debug)]
pub struct Scenario {
    /// What it is about, in a sentence.
    pub title: &'static str,
    /// Who takes part.
    pub contenders: Vec<Contender>,
}

impl Scenario {
    /// Ours and the floor, then the peers: in this order they stand in the table.
    pub fn new(title: &'static str, mut contenders: Vec<Contender>, peers: Vec<Contender>) -> Self {
        contenders.extend(peers);
        Self { title, contenders }
    }
}

/// Numbers that look random and are the same in each run.
#[derive(Debug)]
pub struct Shuffler(u64);

impl Shuffler {
    /// Begins anew.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next one, by `SplitMix64`.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Fisher and Yates.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = usize::try_from(self.draw() % (last as u64 + 1)).expect("an index");
            items.swap(last, other);
        }
    }
}

/// A contender's time for a call in each round, in nanoseconds.
#[derive(Debug)]
pub struct Times {
    name: String,
    role: Role,
    /// `None` where it was disturbed in every try.
    rounds: Vec<Option<f64>>,
}

impl Times {
    /// Whose.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is to the others.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The median of the rounds, in nanoseconds; `None` where none was undisturbed.
    pub fn median(&self) -> Option<f64> {
        quartiles(self.rounds.iter().flatten().copied()).map(|[_, median, _]| median)
    }

    /// The median of the ratios within the rounds; `None` where no round of both was undisturbed.
    pub fn ratio(&self, to: &Self) -> Option<f64> {
        let rounds = self.rounds.iter().zip(&to.rounds);
        let [_, median, _] = quartiles(rounds.filter_map(|(of, to)| Some((*of)? / (*to)?)))?;
        Some(median)
    }
}

/// How long one contender runs in one round: less than what the scheduler gives at a time, so that most laps are whole.
const ROUND: Duration = Duration::from_millis(1);

/// How often a lap is tried that is to be had undisturbed.
const TRIES: u32 = 100;

/// How long this thread could have run and did not, as Linux counts it. Elsewhere nobody says.
pub fn run_delay() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').nth(1).and_then(|field| field.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or(0))
}

/// Runs a lap until one was undisturbed; `None` where none was. A lap says how long it took, and what it waited for its
/// processor.
fn undisturbed(mut lap: impl FnMut() -> (Duration, Duration)) -> Option<Duration> {
    (0..TRIES).map(|_| lap()).find(|(took, waited)| *waited <= *took / 50).map(|(took, _)| took)
}

/// So many calls of a contender, undisturbed.
fn whole_lap(contender: &mut Contender, calls: u64) -> Option<Duration> {
    undisturbed(|| {
        let before = run_delay();
        let (took, waited) = contender.run(calls);
        (took, waited + run_delay().saturating_sub(before))
    })
}

/// Plays the rounds.
pub fn play(scenario: &mut Scenario, rounds: usize, shuffler: &mut Shuffler) -> Vec<Times> {
    let contenders = &mut scenario.contenders;
    let calls: Vec<u64> = contenders.iter_mut().map(calls_of_a_round).collect();
    let mut order: Vec<usize> = (0..contenders.len()).collect();
    let mut times: Vec<Times> = contenders
        .iter()
        .map(|contender| Times {
            name: contender.name.clone(),
            role: contender.role,
            rounds: Vec::with_capacity(rounds),
        })
        .collect();
    for _ in 0..rounds {
        shuffler.shuffle(&mut order);
        for &index in &order {
            let took = whole_lap(&mut contenders[index], calls[index]);
            times[index].rounds.push(took.map(|took| per_call(took, calls[index])));
        }
    }
    times
}

/// Warms a contender up, and finds how many calls fill a round.
fn calls_of_a_round(contender: &mut Contender) -> u64 {
    let mut calls = 16;
    loop {
        let least = |contender: &mut Contender| (0..5).map(|_| contender.run(calls).0).min();
        let took = whole_lap(contender, calls).or_else(|| least(contender)).expect("a lap");
        if took >= ROUND / 4 {
            let fits = ROUND.as_nanos() * u128::from(calls) / took.as_nanos();
            return u64::try_from(fits).expect("fewer calls than nanoseconds").max(1);
        }
        calls *= 2;
    }
}

#[allow(clippy::cast_precision_loss, reason = "a mean of nanoseconds")]
fn per_call(took: Duration, calls: u64) -> f64 {
    took.as_nanos() as f64 / calls as f64
}

/// The value in the middle, and those between which half of all lie.
fn quartiles(values: impl Iterator<Item = f64>) -> Option<[f64; 3]> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    Some([last / 4, last / 2, last - last / 4].map(|index| values[index]))
}

const HEAD: &str = "\
| contender | ns | half of the rounds | to ours | to the floor |
| --- | ---: | ---: | ---: | ---: |
";

/// The table in Markdown.
pub fn table(title: &str, times: &[Times]) -> String {
    let first = |role| times.iter().find(|times| times.role == role);
    let (ours, floor) = (first(Role::Ours), first(Role::Floor));
    let mut text = format!("{title}\n\n{HEAD}");
    let mut few = Vec::new();
    for contender in times {
        let Times { name, rounds, .. } = contender;
        let kept = rounds.iter().flatten().count();
        if kept < rounds.len() {
            few.push(format!("{name}: {kept} of {}", rounds.len()));
        }
        let Some([low, median, high]) = quartiles(rounds.iter().flatten().copied()) else {
            let _ = writeln!(text, "| {name} | never undisturbed | | | |");
            continue;
        };
        let [low, median, high] = [low, median, high].map(figure);
        let _ = write!(text, "| {name} | {median} | {low} to {high} |");
        for other in [ours, floor] {
            let _ = match other.and_then(|other| contender.ratio(other)) {
                Some(ratio) => write!(text, " {ratio:.2} |"),
                None => write!(text, " |"),
            };
        }
        text.push('\n');
    }
    if !few.is_empty() {
        let _ = writeln!(text, "\nRounds that were undisturbed: {}.", few.join("; "));
    }
    text
}

/// Three digits, as far as they mean something.
pub fn figure(nanoseconds: f64) -> String {
    if nanoseconds < 100.0 { format!("{nanoseconds:.1}") } else { format!("{nanoseconds:.0}") }
}
