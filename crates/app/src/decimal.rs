//! Numbers in decimal notation, read to the last bit.
//!
//! It is what `str::parse` does, with long division in place of that one's tables: with them the page weighed 11.5 kB
//! more (brotli), a twentieth of all that is fetched before it moves. A text of usual length is read without either.

/// Digits of a fraction, and the bits of a [`f64`] that hold them.
const MANTISSA: i32 = f64::MANTISSA_DIGITS as i32;
/// The smallest number is two to the minus this.
const SMALLEST: i32 = 1074;
/// Powers of ten up to this are floats.
const EXACT_POWER: i32 = 22;
/// More digits than this can only break a tie, for which one is enough.
const DIGITS: usize = 800;

/// The number that is nearest to what a text says; `None` if it says none. The grammar is that of `str::parse`.
pub fn read(text: &str) -> Option<f64> {
    let (negative, text) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let size = named(text).or_else(|| Some(Decimal::read(text)?.nearest()))?;
    Some(if negative { -size } else { size })
}

/// A number that is written as a word.
fn named(text: &[u8]) -> Option<f64> {
    let words = [
        ("inf", f64::INFINITY),
        ("infinity", f64::INFINITY),
        ("nan", f64::NAN),
    ];
    let named = |(word, _): &(&str, f64)| text.eq_ignore_ascii_case(word.as_bytes());
    words.into_iter().find(named).map(|(_, value)| value)
}

/// `0.d1 d2 d3 ... * 10^power`, without zeros at either end.
struct Decimal {
    digits: Vec<u8>,
    power: i32,
}

impl Decimal {
    fn read(text: &[u8]) -> Option<Self> {
        let end = text.iter().position(|c| matches!(c, b'e' | b'E'));
        let (fraction, exponent) = match end {
            Some(end) => (&text[..end], read_exponent(&text[end + 1..])?),
            None => (text, 0),
        };
        let mut digits = Vec::new();
        let (mut any, mut point, mut power) = (false, false, 0_i32);
        for &c in fraction {
            match c {
                b'.' if !point => point = true,
                b'0'..=b'9' => {
                    any = true;
                    let leading = digits.is_empty() && c == b'0';
                    // Before the point every digit but leading zeros counts, after it only leading zeros.
                    power = power.saturating_add(i32::from(!point) - i32::from(leading));
                    if !leading && digits.len() < DIGITS {
                        digits.push(c - b'0');
                    } else if c != b'0' && !leading {
                        digits[DIGITS - 1] = 1.max(digits[DIGITS - 1]);
                    }
                }
                _ => return None,
            }
        }
        while digits.last() == Some(&0) {
            digits.pop();
        }
        let power = power.saturating_add(exponent);
        any.then_some(Self { digits, power })
    }

    fn nearest(&self) -> f64 {
        // The value is below `10^power`, and at least a tenth of that.
        match self.power {
            _ if self.digits.is_empty() => 0.0,
            310.. => f64::INFINITY,
            ..-330 => 0.0,
            _ => self.short().unwrap_or_else(|| self.divided()),
        }
    }

    /// The power of ten that the digits, read as a whole number, are to be multiplied with.
    fn shift(&self) -> i32 {
        self.power - self.digits.len() as i32
    }

    /// The number, if both digits and power of ten are floats: then a single operation rounds it rightly (Clinger 1990).
    fn short(&self) -> Option<f64> {
        let shift = self.shift();
        if self.digits.len() > 15 || shift.abs() > EXACT_POWER {
            return None;
        }
        let digits = self
            .digits
            .iter()
            .fold(0.0, |sum, &digit| 10.0 * sum + f64::from(digit));
        let power = (0..shift.abs()).fold(1.0, |power, _| 10.0 * power);
        Some(if shift < 0 {
            digits / power
        } else {
            digits * power
        })
    }

    /// The number, by division of whole numbers: so many binary digits as a float has, and the rest decides.
    fn divided(&self) -> f64 {
        let (mut above, mut below) = (Whole::default(), Whole::one());
        for &digit in &self.digits {
            above.multiply_add(10, digit.into());
        }
        let shift = self.shift();
        let grown = if shift < 0 { &mut below } else { &mut above };
        (0..shift.abs()).for_each(|_| grown.multiply_add(10, 0));
        // The quotient has as many bits as these lengths say, or one more.
        let mut scale = (MANTISSA - (above.bits() - below.bits())).min(SMALLEST);
        let quotient = loop {
            let quotient = rounded_quotient(&above, &below, scale);
            if quotient <= 1 << MANTISSA {
                break quotient;
            }
            scale -= 1;
        };
        scaled(quotient as f64, -scale)
    }
}

/// The digits after an `e`.
fn read_exponent(text: &[u8]) -> Option<i32> {
    let (sign, digits) = match text {
        [b'-', rest @ ..] => (-1, rest),
        [b'+', rest @ ..] => (1, rest),
        rest => (1, rest),
    };
    let number = digits.iter().try_fold(0_i32, |sum, c| {
        let digit = c.is_ascii_digit().then(|| i32::from(c - b'0'))?;
        Some(sum.saturating_mul(10).saturating_add(digit).min(1_000_000))
    })?;
    (!digits.is_empty()).then_some(sign * number)
}

/// `above * 2^scale / below`, to the nearest whole number, ties to the even one.
fn rounded_quotient(above: &Whole, below: &Whole, scale: i32) -> u64 {
    let (mut rest, mut step) = (above.clone(), below.clone());
    rest.double(scale.max(0));
    step.double((-scale).max(0));
    // From the highest bit to the lowest, each is in the quotient if the divisor still fits.
    let places = (rest.bits() - step.bits()).max(0);
    step.double(places);
    let mut quotient = 0;
    for _ in 0..=places {
        quotient *= 2;
        if rest.reduce(&step) {
            quotient += 1;
        }
        rest.double(1);
    }
    // The rest has been doubled once more than the quotient was: it is compared with a half.
    let up = match rest.compare(&step) {
        std::cmp::Ordering::Less => 0,
        std::cmp::Ordering::Equal => quotient % 2,
        std::cmp::Ordering::Greater => 1,
    };
    quotient + up
}

/// `x * 2^power`, in two steps, since the power alone may be no float.
fn scaled(x: f64, power: i32) -> f64 {
    let two = |power: i32| f64::from_bits(((power + 1023) as u64) << 52);
    let half = power / 2;
    x * two(half) * two(power - half)
}

/// A whole number of any size, its lowest 32 bits first, the highest not zero.
#[derive(Clone, Default)]
struct Whole(Vec<u32>);

impl Whole {
    fn one() -> Self {
        Self(vec![1])
    }

    fn bits(&self) -> i32 {
        let top = self.0.last().map_or(0, |top| top.leading_zeros());
        32 * self.0.len() as i32 - top as i32
    }

    fn multiply_add(&mut self, factor: u32, summand: u32) {
        let mut carry = u64::from(summand);
        for part in &mut self.0 {
            carry += u64::from(*part) * u64::from(factor);
            *part = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    /// Multiplies by two, so many times.
    fn double(&mut self, times: i32) {
        (0..times / 31).for_each(|_| self.multiply_add(1 << 31, 0));
        self.multiply_add(1 << (times % 31), 0);
    }

    fn compare(&self, other: &Self) -> std::cmp::Ordering {
        let length = self.0.len().cmp(&other.0.len());
        length.then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }

    /// Subtracts the other, if it is not greater; returns whether it did.
    fn reduce(&mut self, other: &Self) -> bool {
        if self.compare(other).is_lt() {
            return false;
        }
        let mut borrow = 0;
        for (i, part) in self.0.iter_mut().enumerate() {
            let taken = i64::from(*part) - i64::from(other.0.get(i).copied().unwrap_or(0)) - borrow;
            *part = taken as u32;
            borrow = i64::from(taken < 0);
        }
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn same(text: &str) {
        let (ours, theirs) = (read(text), text.parse::<f64>().ok());
        assert_eq!(ours.map(f64::to_bits), theirs.map(f64::to_bits), "{text}");
    }

    #[test]
    fn what_a_number_looks_like() {
        for text in [
            "0",
            "-0",
            "1",
            "+1",
            ".5",
            "5.",
            "1e3",
            "1E-3",
            "1e+3",
            "007",
            "0.001",
            "-3.25",
            "1e22",
            "1e23",
            "9007199254740993",
            "9007199254740992.5",
            "123456789012345678",
            "1e400",
            "-1e400",
            "1e-400",
            "0e999999999",
            "1e-99999999999",
            "inf",
            "-Infinity",
            "5e-324",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "2.2250738585072011e-308",
            "2.2250738585072014e-308",
            "1.7976931348623157e308",
            "1.7976931348623159e308",
            "0.000000000000000000000000000000000000000000001",
            "",
            "+",
            "-",
            ".",
            "e5",
            "1e",
            "1e+",
            "1.2.3",
            "1,2",
            "0x1",
            " 1",
            "1 ",
            "--1",
            "one",
            "1e5.5",
            "in",
            "infinit",
        ] {
            same(text);
        }
        assert!(read("nan").is_some_and(f64::is_nan));
    }

    #[test]
    fn a_digit_far_behind_breaks_a_tie() {
        let tie = format!("9007199254740993{}", "0".repeat(30));
        for tail in ["", ".0", ".0000000000000000000000000000001"] {
            same(&format!("{tie}{tail}"));
        }
        same(&format!("1.{}1e0", "0".repeat(2000)));
        same(&format!("9007199254740993.{}1", "0".repeat(2000)));
    }

    proptest! {
        #[test]
        fn every_number_comes_back(bits: u64) {
            let x = f64::from_bits(bits);
            prop_assume!(!x.is_nan());
            for text in [x.to_string(), format!("{x:e}")] {
                prop_assert_eq!(read(&text).map(f64::to_bits), Some(bits), "{}", text);
            }
        }

        #[test]
        fn digits_are_read_as_the_library_reads_them(digits in "[0-9]{1,40}", point in 0..40usize, power in -400..400i32) {
            let point = point.min(digits.len());
            same(&format!("{}.{}e{power}", &digits[..point], &digits[point..]));
        }

        #[test]
        fn middles_between_two_numbers_are_read_as_the_library_reads_them(bits: u64) {
            // All digits of the middle: a tie.
            let x = f64::from_bits((bits & !(0x7ff << 52)) | (1060 << 52));
            let middle = (u128::from(x.abs() as u64) << 1) + 1;
            same(&format!("{}", middle));
            same(&format!("{}.5", x.abs() as u64));
        }

        #[test]
        fn any_text_is_read_as_the_library_reads_it(text in "[-+.e0-9naif]{0,12}") {
            let (ours, theirs) = (read(&text), text.parse::<f64>().ok());
            let nan = ours.is_some_and(f64::is_nan) && theirs.is_some_and(f64::is_nan);
            prop_assert!(nan || ours.map(f64::to_bits) == theirs.map(f64::to_bits), "{}: {:?} {:?}", text, ours, theirs);
        }
    }
}
