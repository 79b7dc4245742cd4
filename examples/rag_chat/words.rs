//! How near two texts are: the cosine of the angle between their bags of words.

use std::collections::HashMap;

/// Words that every text has.
const COMMON: [&str; 30] = [
    "a", "an", "and", "are", "as", "at", "be", "by", "do", "does", "for", "from", "how", "i", "in",
    "is", "it", "of", "on", "or", "that", "the", "this", "to", "was", "what", "when", "who", "why",
    "with",
];

fn bag(text: &str) -> HashMap<String, f64> {
    let mut bag = HashMap::new();
    for word in text.split(|letter: char| !letter.is_alphanumeric()) {
        let word = word.to_lowercase();
        // A plural is near enough to its singular.
        let word = word.strip_suffix('s').map_or(word.as_str(), |stem| stem);
        if !word.is_empty() && !COMMON.contains(&word) {
            *bag.entry(word.to_owned()).or_default() += 1.0;
        }
    }
    bag
}

/// How near two texts are, from 0 to 1.
pub(crate) fn overlap(one: &str, other: &str) -> f64 {
    let (one, other) = (bag(one), bag(other));
    let length = |bag: &HashMap<String, f64>| bag.values().map(|n| n * n).sum::<f64>().sqrt();
    let shared: f64 =
        one.iter().filter_map(|(word, n)| other.get(word).map(|there| n * there)).sum();
    let lengths = length(&one) * length(&other);
    if lengths > 0.0 { shared / lengths } else { 0.0 }
}

/// The text that is nearest to a question; of two equals the first.
pub(crate) fn best<'t>(question: &str, texts: impl Iterator<Item = &'t str>) -> Option<&'t str> {
    let ranked = texts.map(|text| (overlap(question, text), text));
    ranked.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, text)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_as_near_as_the_words_they_share() {
        assert!((overlap("open breakers", "The breaker is open.") - 1.0).abs() < 1e-9);
        assert!(overlap("open breakers", "Grass is green.") < 1e-9);
        assert!(overlap("", "the of and") < 1e-9);
        let texts = ["Retry later.", "A breaker opens.", "Breakers close."];
        assert_eq!(best("when does a breaker close?", texts.into_iter()), Some("Breakers close."));
    }
}
