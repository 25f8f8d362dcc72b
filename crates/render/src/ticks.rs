//! Round numbers for axes.

/// The smallest of 1, 2, 5 and 10 times a power of ten that is at least `rough`.
pub(crate) fn round_step(rough: f64) -> f64 {
    let power = libm::pow(10.0, libm::floor(libm::log10(rough)));
    // Rounding must not turn a round number into the next one.
    let fits = |factor: &f64| factor * power >= rough * (1.0 - 1e-9);
    [1.0, 2.0, 5.0].into_iter().find(fits).unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::round_step;

    #[test]
    fn steps_are_round_numbers() {
        for (rough, step) in [
            (1.0, 1.0),
            (1.2, 2.0),
            (4.9, 5.0),
            (6.0, 10.0),
            (0.03, 0.05),
        ] {
            assert!((round_step(rough) - step).abs() < 1e-12, "{rough}");
        }
    }
}
