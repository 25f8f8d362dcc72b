//! How numbers are written: here and nowhere else, with three significant digits.

/// A number with three significant digits: `3.74`, `35.3`, `1540`, `0.0182`, `3.20×10⁻⁵`.
///
/// From 1000 on all digits before the point are kept, for a rounded integer looks wrong.
pub fn three(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    // What rounding makes of the number decides, so that 0.9996 is written as 1.00.
    let rounded = format!("{value:.2e}");
    let (mantissa, power) = rounded.split_once('e').unwrap_or((&rounded, "0"));
    let power: i32 = power.parse().unwrap_or(0);
    let text = match power {
        ..-3 => format!("{mantissa}×10{}", superscript(power)),
        -3..=2 => format!("{value:.*}", (2 - power) as usize),
        3..9 => format!("{value:.0}"),
        9.. => format!("{mantissa}×10{}", superscript(power)),
    };
    text.replace('-', "−")
}

/// A number with at most three significant digits and no trailing zeros, for an axis.
pub(crate) fn digits(value: f64) -> String {
    let text = three(value);
    if text.contains('.') && !text.contains('×') {
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    // On an axis stand powers of ten.
    text.replace(".00×", "×")
        .trim_start_matches("1×")
        .to_owned()
}

fn superscript(power: i32) -> String {
    let raise = |digit: char| match digit {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        // The others stand in a row.
        _ => char::from_u32('⁰' as u32 + digit as u32 - '0' as u32).unwrap_or(digit),
    };
    power.to_string().chars().map(raise).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_significant_digits() {
        for (value, text) in [
            (0.0, "0"),
            (3.737, "3.74"),
            (35.27, "35.3"),
            (999.6, "1000"),
            (0.9996, "1.00"),
            (1540.4, "1540"),
            (0.018_24, "0.0182"),
            (0.001, "0.00100"),
            (3.2e-5, "3.20×10⁻⁵"),
            (-0.5, "−0.500"),
            (6.02e23, "6.02×10²³"),
            (f64::NAN, "–"),
        ] {
            assert_eq!(three(value), text);
        }
    }

    #[test]
    fn an_axis_is_spared_trailing_zeros() {
        for (value, text) in [(0.5, "0.5"), (2.0, "2"), (100.0, "100"), (1e-4, "10⁻⁴")] {
            assert_eq!(digits(value), text);
        }
    }
}
