use super::{dice::Dice, faults::Fault};
use crate::{scenario::Scenario, service::Service};

/// What a service does to each request, decided by the scenario and the seed alone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Script {
    pub(super) scenario: Scenario,
    pub(super) seed: u64,
    pub(super) service: Service,
}

/// When a request comes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turn<'a> {
    /// Its path.
    pub(super) path: &'a str,
    /// The day of the league.
    pub(super) day: u32,
    /// How many requests for this path came before it.
    pub(super) before: usize,
    /// How many of them came today.
    pub(super) before_today: usize,
}

/// What a flaky service deals from, shuffled for each path: half of it is good.
const DECK: [Fault; 10] = [
    Fault::None,
    Fault::None,
    Fault::None,
    Fault::None,
    Fault::None,
    Fault::ServerError,
    Fault::Slow,
    Fault::Garbage,
    Fault::Drop,
    Fault::CutBody,
];

impl Script {
    /// What happens to the request of this turn.
    pub(super) fn fault(&self, turn: Turn<'_>) -> Fault {
        match self.scenario {
            Scenario::Calm => Fault::None,
            Scenario::Outage => self.outage(turn.day),
            Scenario::Flaky => self.flaky(turn),
            Scenario::RateLimited => self.rate_limited(turn),
        }
    }

    fn outage(&self, day: u32) -> Fault {
        match self.service {
            Service::Scout if (3..=5).contains(&day) => Fault::Drop,
            // Nobody notices: what the first day brought lies in memory, then on disk.
            Service::Poe2Db if day >= 2 => Fault::Drop,
            Service::Ninja if day <= 2 => Fault::ServerError,
            _ => Fault::None,
        }
    }

    fn flaky(&self, turn: Turn<'_>) -> Fault {
        let mut deck = DECK;
        Dice::new(self.seed, turn.path).shuffle(&mut deck);
        deck[turn.before % deck.len()]
    }

    fn rate_limited(&self, turn: Turn<'_>) -> Fault {
        let crowded = match self.service {
            Service::Scout => turn.day.is_multiple_of(2) && turn.before_today == 0,
            Service::Poe2Db => turn.before == 0,
            Service::Ninja => turn.before == 0 || turn.day == 4,
        };
        if crowded { Fault::TooManyRequests } else { Fault::None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(scenario: Scenario, service: Service) -> Script {
        Script { scenario, seed: 42, service }
    }

    fn turn(day: u32, before: usize, before_today: usize) -> Turn<'static> {
        Turn { path: "/market", day, before, before_today }
    }

    #[test]
    fn calm_is_calm() {
        for service in Service::ALL {
            assert_eq!(script(Scenario::Calm, service).fault(turn(3, 5, 1)), Fault::None);
        }
    }

    #[test]
    fn an_outage_begins_and_ends_on_its_days() {
        let scout = script(Scenario::Outage, Service::Scout);
        let days =
            |script: Script| (1..=7).map(|day| script.fault(turn(day, 0, 0))).collect::<Vec<_>>();
        let dark = Fault::Drop;
        assert_eq!(
            days(scout),
            [Fault::None, Fault::None, dark, dark, dark, Fault::None, Fault::None]
        );
        assert_eq!(days(script(Scenario::Outage, Service::Poe2Db))[0], Fault::None);
    }

    #[test]
    fn a_flaky_service_deals_every_fault_in_an_order_that_its_seed_decides() {
        let deal = |seed| {
            let script = Script { scenario: Scenario::Flaky, seed, service: Service::Scout };
            (0..DECK.len()).map(|n| script.fault(turn(1, n, n))).collect::<Vec<_>>()
        };
        assert_eq!(deal(42), deal(42));
        assert_ne!(deal(42), deal(43));
        for fault in DECK {
            assert!(deal(42).contains(&fault), "{fault:?} is never dealt");
        }
    }

    #[test]
    fn a_crowded_service_lets_the_second_try_in() {
        let scout = script(Scenario::RateLimited, Service::Scout);
        assert_eq!(scout.fault(turn(2, 1, 0)), Fault::TooManyRequests);
        assert_eq!(scout.fault(turn(2, 2, 1)), Fault::None);
        assert_eq!(scout.fault(turn(3, 3, 0)), Fault::None);
    }
}
