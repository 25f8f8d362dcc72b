//! What is made of a row's samples: the median, for one run in three may meet a busy machine, and the range beside it.

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    pub median: f64,
    pub min: f64,
    pub max: f64,
}

/// `None` where there is nothing, or something that is no number.
pub fn summarise(samples: &[f64]) -> Option<Summary> {
    if samples.is_empty() || samples.iter().any(|x| !x.is_finite()) {
        return None;
    }
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (below, above) = (sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
    Some(Summary {
        median: (below + above) / 2.0,
        min: sorted[0],
        max: sorted[sorted.len() - 1],
    })
}

/// Three significant digits, no exponent: `0.0123`, `1.23`, `123`, `12,300`; small whole numbers, being counts, as they are.
pub fn short(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1000.0 {
        return value.to_string();
    }
    let exponent = value.abs().log10().floor() as i32;
    let unit = 10f64.powi(exponent - 2);
    // Rounding may carry into another digit: 9.996 is 10.0.
    let rounded = (value / unit).round() * unit;
    let decimals = (2 - rounded.abs().log10().floor() as i32).max(0) as usize;
    thousands(&format!("{rounded:.decimals$}"))
}

fn thousands(number: &str) -> String {
    let (whole, rest) = number.split_at(number.find('.').unwrap_or(number.len()));
    let digits = whole.trim_start_matches('-').len();
    let mut text = String::new();
    for (i, c) in whole.chars().enumerate() {
        let left = whole.len() - i;
        if left < digits && left.is_multiple_of(3) {
            text.push(',');
        }
        text.push(c);
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_of_odd_and_even() {
        let summary = |median, min, max| Some(Summary { median, min, max });
        assert_eq!(summarise(&[3.0, 1.0, 2.0]), summary(2.0, 1.0, 3.0));
        assert_eq!(summarise(&[4.0, 1.0, 2.0, 3.0]), summary(2.5, 1.0, 4.0));
        assert_eq!(summarise(&[7.0]), summary(7.0, 7.0, 7.0));
    }

    #[test]
    fn nothing_has_no_median() {
        assert_eq!(summarise(&[]), None);
        assert_eq!(summarise(&[1.0, f64::NAN]), None);
    }

    #[test]
    fn three_digits() {
        let said = [
            0.0, 7.0, 0.01234, 1.234, 9.996, 12.34, 123.4, 1234.5, 1234567.0, -45.67,
        ]
        .map(short);
        let expected = [
            "0",
            "7",
            "0.0123",
            "1.23",
            "10.0",
            "12.3",
            "123",
            "1,230",
            "1,230,000",
            "-45.7",
        ];
        assert_eq!(said, expected);
    }
}
