use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::{Item, Market, Skill, Slot};

/// What an item costs of which nothing at all is known, in exalted orbs: what an ordinary unique item goes for.
const UNKNOWN: f64 = 8.0;
/// The smallest sum that the search tells apart, in exalted orbs.
const COIN: f64 = 0.5;

/// One item of an outfit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Piece {
    /// Its name.
    pub(crate) item: String,
    /// Where it is worn, where that is known.
    pub(crate) slot: Option<Slot>,
    /// How much it increases the build's damage, in percent.
    pub(crate) increase: f64,
    /// Its price in exalted orbs.
    pub(crate) exalted: f64,
    /// Whether the market quotes that price, or the program guesses it.
    pub(crate) quoted: bool,
}

/// What a build wears.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Outfit {
    /// At most one item for each slot.
    pub(crate) pieces: Vec<Piece>,
}

impl Outfit {
    /// How much it increases the build's damage, in percent.
    pub(crate) fn increase(&self) -> f64 {
        self.pieces.iter().map(|piece| piece.increase).sum()
    }

    /// What it costs, in exalted orbs.
    pub(crate) fn exalted(&self) -> f64 {
        self.pieces.iter().map(|piece| piece.exalted).sum()
    }
}

/// Where outfits are bought.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shop<'a> {
    /// What there is.
    pub(crate) items: &'a [Item],
    /// What it costs.
    pub(crate) market: &'a Market,
}

impl Shop<'_> {
    /// The outfit that increases the damage of a skill most, within a budget in exalted orbs: the items that the
    /// build does not work without, and the best that the rest of the money buys for the other slots.
    ///
    /// `Err` is the price of the items that the build does not work without, when they alone cost too much.
    pub(crate) fn outfit(
        &self,
        skill: Option<&Skill>,
        key_items: &[String],
        budget: f64,
    ) -> Result<Outfit, f64> {
        let keys: Vec<_> = key_items.iter().map(|name| self.key_piece(name, skill)).collect();
        let mut outfit = Outfit { pieces: keys };
        let left = budget - outfit.exalted();
        if left < 0.0 {
            return Err(outfit.exalted());
        }
        if let Some(skill) = skill {
            let taken: Vec<_> = outfit.pieces.iter().filter_map(|piece| piece.slot).collect();
            outfit.pieces.extend(fill(self.shelves(skill, &taken), left));
        }
        outfit.pieces.sort_by_key(|piece| piece.slot);
        Ok(outfit)
    }

    fn key_piece(&self, name: &str, skill: Option<&Skill>) -> Piece {
        match self.items.iter().find(|item| item.name == name) {
            Some(item) => self.piece(item, skill),
            None => self.priced(name, None, 0.0, UNKNOWN),
        }
    }

    fn piece(&self, item: &Item, skill: Option<&Skill>) -> Piece {
        let increase = skill.map_or(0.0, |skill| item.increase_for(skill));
        // Where the market does not list it, an item is worth what it can do: an exalted orb for each ten percent.
        self.priced(&item.name, Some(item.slot), increase, 1.0 + item.increase / 10.0)
    }

    fn priced(&self, name: &str, slot: Option<Slot>, increase: f64, guess: f64) -> Piece {
        let quote = self.market.price(name);
        let (exalted, quoted) = (quote.unwrap_or(guess), quote.is_some());
        Piece { item: name.to_owned(), slot, increase, exalted, quoted }
    }

    /// For each slot that is still free, what helps the skill, cheap items first.
    fn shelves(&self, skill: &Skill, taken: &[Slot]) -> Vec<Vec<Piece>> {
        let mut shelves = BTreeMap::<Slot, Vec<Piece>>::new();
        for item in self.items.iter().filter(|item| item.fits(skill) && !taken.contains(&item.slot))
        {
            let piece = self.piece(item, Some(skill));
            if piece.increase > 0.0 {
                shelves.entry(item.slot).or_default().push(piece);
            }
        }
        for shelf in shelves.values_mut() {
            shelf.sort_by(|a, b| a.exalted.total_cmp(&b.exalted).then_with(|| a.item.cmp(&b.item)));
        }
        shelves.into_values().collect()
    }
}

/// The best choice of at most one piece from each shelf: the multiple-choice knapsack, solved exactly by the amount
/// of money spent.
fn fill(shelves: Vec<Vec<Piece>>, money: f64) -> Vec<Piece> {
    let dearest =
        |shelf: &Vec<Piece>| shelf.iter().map(|piece| coins(piece.exalted)).max().unwrap_or(0);
    let budget = whole(money / COIN).min(shelves.iter().map(dearest).sum());

    let mut best = vec![0.0; budget + 1];
    let mut choices = Vec::new();
    for shelf in &shelves {
        let without = best.clone();
        let mut choice = vec![None; budget + 1];
        for (index, piece) in shelf.iter().enumerate() {
            let price = coins(piece.exalted);
            for spent in price..=budget {
                let total = without[spent - price] + piece.increase;
                if total > best[spent] {
                    best[spent] = total;
                    choice[spent] = Some(index);
                }
            }
        }
        choices.push(choice);
    }

    // From the last shelf back to the first, from the least money that buys the best.
    let mut spent = best.iter().position(|&total| total >= best[budget]).unwrap_or(budget);
    let mut pieces = Vec::new();
    for (mut shelf, choice) in shelves.into_iter().zip(choices).rev() {
        if let Some(index) = choice[spent] {
            let piece = shelf.swap_remove(index);
            spent -= coins(piece.exalted);
            pieces.push(piece);
        }
    }
    pieces
}

/// A price in coins, rounded up: an outfit never costs more than its coins.
fn coins(exalted: f64) -> usize {
    whole((exalted / COIN).ceil())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates, and that is what is meant"
)]
fn whole(number: f64) -> usize {
    number as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Element, Listing, Rarity, SkillKind};

    fn item(name: &str, slot: Slot, increase: f64) -> Item {
        Item {
            name: name.into(),
            slot,
            tier: Rarity::Unique,
            increase,
            damage_type: None,
            wield: None,
        }
    }

    fn market(prices: &[(&str, f64)]) -> Market {
        let listing = |&(name, avg_price): &(&str, f64)| Listing {
            name: name.into(),
            kind: String::new(),
            avg_price,
        };
        Market {
            currency: BTreeMap::default(),
            popular_items: prices.iter().map(listing).collect(),
        }
    }

    fn spark() -> Skill {
        Skill {
            name: "Spark".into(),
            kind: SkillKind::Spell,
            damage_type: Element::Lightning,
            hit: None,
            uses_per_second: None,
        }
    }

    fn names(outfit: &Outfit) -> Vec<&str> {
        outfit.pieces.iter().map(|piece| piece.item.as_str()).collect()
    }

    #[test]
    fn the_best_pair_beats_the_best_single_item() {
        let items = [
            item("dear", Slot::Belt, 100.0),
            item("cheap", Slot::Belt, 60.0),
            item("ring", Slot::Ring, 60.0),
        ];
        let market = market(&[("dear", 10.0), ("cheap", 5.0), ("ring", 5.0)]);
        let shop = Shop { items: &items, market: &market };
        assert_eq!(names(&shop.outfit(Some(&spark()), &[], 10.0).unwrap()), ["ring", "cheap"]);
        assert_eq!(names(&shop.outfit(Some(&spark()), &[], 15.0).unwrap()), ["ring", "dear"]);
    }

    #[test]
    fn a_build_that_needs_more_than_the_budget_is_refused_with_its_price() {
        let items = [item("key", Slot::Belt, 10.0)];
        let market = market(&[("key", 30.0)]);
        let shop = Shop { items: &items, market: &market };
        assert_eq!(shop.outfit(Some(&spark()), &["key".into()], 29.9), Err(30.0));
        assert_eq!(names(&shop.outfit(Some(&spark()), &["key".into()], 30.0).unwrap()), ["key"]);
    }

    #[test]
    fn no_outfit_costs_more_than_its_budget() {
        let slots = [Slot::Helmet, Slot::Gloves, Slot::Boots, Slot::Ring, Slot::Belt];
        let items: Vec<_> =
            slots.into_iter().map(|slot| item(&slot.to_string(), slot, 20.0)).collect();
        let prices: Vec<_> = items
            .iter()
            .zip([1.3, 2.49, 3.01, 4.7, 5.55])
            .map(|(i, p)| (i.name.as_str(), p))
            .collect();
        let market = market(&prices);
        let shop = Shop { items: &items, market: &market };
        for tenths in 0..200_u32 {
            let budget = f64::from(tenths) / 10.0;
            let outfit = shop.outfit(Some(&spark()), &[], budget).unwrap();
            assert!(outfit.exalted() <= budget, "{} for {budget}", outfit.exalted());
        }
    }

    #[test]
    fn what_does_not_help_the_skill_is_not_bought() {
        let cold = Item { damage_type: Some(Element::Cold), ..item("cold", Slot::Ring, 50.0) };
        let bow = Item { wield: Some(SkillKind::Bow), ..item("bow", Slot::Weapon, 50.0) };
        let items = [cold, bow];
        let market = market(&[]);
        let shop = Shop { items: &items, market: &market };
        assert_eq!(shop.outfit(Some(&spark()), &[], 1e12).unwrap().pieces, []);
    }
}
