/// Random numbers that a seed repeats on every platform and in every version: `SplitMix64` (Steele, Lea and Flood,
/// 2014).
pub(super) struct Dice(u64);

impl Dice {
    /// Dice for one thing in the world of a seed; each name has its own.
    pub(super) fn new(seed: u64, name: &str) -> Self {
        // FNV-1a, so that names that differ in one letter start far apart.
        let name = name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        });
        Self(seed ^ name)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from -1 to 1.
    #[expect(clippy::cast_precision_loss, reason = "32 bits fit an f64")]
    pub(super) fn swing(&mut self) -> f64 {
        (self.next() >> 32) as f64 / f64::from(u32::MAX) * 2.0 - 1.0
    }

    /// Puts the cards into a random order (Fisher and Yates).
    pub(super) fn shuffle<T>(&mut self, cards: &mut [T]) {
        for last in (1..cards.len()).rev() {
            let other = usize::try_from(self.next() % (last as u64 + 1)).unwrap_or(last);
            cards.swap(last, other);
        }
    }
}
