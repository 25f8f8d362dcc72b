//! Seeded random numbers that are the same in every build.
//!
//! The generator is PCG32 (`XSH RR 64/32`; O'Neill, *PCG: A Family of Simple Fast Space-Efficient
//! Statistically Good Algorithms for Random Number Generation*, 2014), named here so that no
//! library default can change a published link. Seed and stream number are scrambled by the
//! finaliser of SplitMix64, because PCG streams of neighbouring raw states are correlated.

use rand::Rng as _;
use rand_pcg::Pcg32;

/// A random generator: a seed, and the number of one of its independent streams.
#[derive(Clone, Debug)]
pub struct Rng {
    bits: Pcg32,
    /// The second half of the last pair of normals.
    spare: Option<f64>,
}

impl Rng {
    /// The generator of `seed` (its stream 0).
    pub fn new(seed: u64) -> Self {
        Self::stream(seed, 0)
    }

    /// Stream `stream` of `seed`: source noise, target, batches, initial weights, ... each draw
    /// from their own, so that one more draw in one of them moves none of the others.
    pub fn stream(seed: u64, stream: u64) -> Self {
        let increment = scramble(stream ^ 0x5851_f42d_4c95_7f2d);
        let state = scramble(seed.wrapping_add(scramble(stream)));
        Self {
            bits: Pcg32::new(state, increment),
            spare: None,
        }
    }

    /// 64 uniform bits.
    pub fn bits(&mut self) -> u64 {
        self.bits.next_u64()
    }

    /// Uniform on `[0, 1)`, a multiple of `2^-53`.
    pub fn uniform(&mut self) -> f64 {
        const UNIT: f64 = 1.0 / (1u64 << 53) as f64;
        (self.bits() >> 11) as f64 * UNIT
    }

    /// Uniform on `0..n` (with a bias below `n / 2^64`).
    ///
    /// # Panics
    /// If `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        assert!(n > 0, "there is no number below 0");
        ((u128::from(self.bits()) * n as u128) >> 64) as usize
    }

    /// Standard normal, by Marsaglia's polar method, which makes two at a time.
    pub fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let (u, v, square) = self.in_disc();
        let scale = (-2.0 * libm::log(square) / square).sqrt();
        self.spare = Some(v * scale);
        u * scale
    }

    /// -1 or 1, equally likely.
    pub fn rademacher(&mut self) -> f64 {
        if self.bits() >> 63 == 0 { 1.0 } else { -1.0 }
    }

    /// A point of the punctured unit disc, and its squared distance from the centre.
    fn in_disc(&mut self) -> (f64, f64, f64) {
        loop {
            let u = 2.0 * self.uniform() - 1.0;
            let v = 2.0 * self.uniform() - 1.0;
            let square = u * u + v * v;
            if square > 0.0 && square < 1.0 {
                return (u, v, square);
            }
        }
    }
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood, 2014): a bijection that mixes all bits.
fn scramble(seed: u64) -> u64 {
    let z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean of `f` over `n` draws.
    fn mean(n: usize, mut f: impl FnMut() -> f64) -> f64 {
        (0..n).map(|_| f()).sum::<f64>() / n as f64
    }

    #[test]
    fn the_generator_is_pcg32_of_its_authors_demo() {
        // pcg32-demo of the reference implementation: state 42, stream 54.
        let mut pcg = Pcg32::new(42, 54);
        let expected = [0xa15c_02b7, 0x7b47_f409, 0xba1d_3330, 0x83d2_f293];
        assert_eq!(expected.map(|_| pcg.next_u32()), expected);
    }

    #[test]
    fn moments_of_the_normal_are_those_of_the_normal() {
        let mut rng = Rng::new(7);
        let z: Vec<f64> = (0..100_000).map(|_| rng.normal()).collect();
        for (power, expected, tolerance) in [
            (1, 0.0, 0.012),
            (2, 1.0, 0.02),
            (3, 0.0, 0.05),
            (4, 3.0, 0.15),
        ] {
            let mut draws = z.iter();
            let moment = mean(z.len(), || draws.next().unwrap().powi(power));
            assert!((moment - expected).abs() < tolerance, "{power}: {moment}");
        }
    }

    #[test]
    fn uniform_below_and_rademacher_fill_their_ranges() {
        let mut rng = Rng::new(1);
        assert!((mean(50_000, || rng.uniform()) - 0.5).abs() < 0.006);
        assert!(mean(50_000, || rng.rademacher()).abs() < 0.02);
        let mut counts = [0; 5];
        (0..50_000).for_each(|_| counts[rng.below(5)] += 1);
        assert!(
            counts.iter().all(|&n| (9_500..10_500).contains(&n)),
            "{counts:?}"
        );
    }

    #[test]
    fn streams_and_neighbouring_seeds_are_uncorrelated() {
        let generators = [(1, 0), (1, 1), (2, 0), (2, 1), (1, 2)];
        for (i, &(seed_a, stream_a)) in generators.iter().enumerate() {
            for &(seed_b, stream_b) in &generators[i + 1..] {
                let mut a = Rng::stream(seed_a, stream_a);
                let mut b = Rng::stream(seed_b, stream_b);
                let correlation = mean(20_000, || a.normal() * b.normal());
                assert!(correlation.abs() < 0.03, "{correlation}");
            }
        }
    }

    #[test]
    fn a_seed_decides_everything() {
        let draw = |seed| {
            let mut rng = Rng::new(seed);
            (rng.normal().to_bits(), rng.bits(), rng.below(1000))
        };
        assert_eq!(draw(3), draw(3));
        assert_ne!(draw(3), draw(4));
    }
}
