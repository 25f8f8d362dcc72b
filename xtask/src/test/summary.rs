//! How many tests passed: read from the summaries that the test runners print.

use std::fmt;
use std::iter::Sum;

#[derive(Clone, Copy, Default, PartialEq, Debug)]
pub struct Counts {
    pub passed: usize,
    pub failed: usize,
    pub skipped: usize,
}

impl Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |sum, one| Self {
            passed: sum.passed + one.passed,
            failed: sum.failed + one.failed,
            skipped: sum.skipped + one.skipped,
        })
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{} passed, {} failed", self.passed, self.failed)?;
        match self.skipped {
            0 => Ok(()),
            skipped => write!(out, ", {skipped} skipped"),
        }
    }
}

/// Adds up every summary of Cargo's test binaries and of Node's test runner in a text.
pub fn count(text: &str) -> Counts {
    text.lines()
        .filter_map(|line| cargo(line).or_else(|| node(line)))
        .sum()
}

/// `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s`
fn cargo(line: &str) -> Option<Counts> {
    let figures = line
        .trim()
        .strip_prefix("test result: ")?
        .split_once(". ")?
        .1;
    let of = |word: &str| {
        let part = figures
            .split(';')
            .find_map(|part| part.trim().strip_suffix(word))?;
        part.trim().parse().ok()
    };
    Some(Counts {
        passed: of("passed")?,
        failed: of("failed")?,
        skipped: of("ignored")?,
    })
}

/// Node says it in single lines: `ℹ pass 3`, `ℹ fail 0`, `ℹ cancelled 0`, `ℹ skipped 1`, `ℹ todo 0`.
fn node(line: &str) -> Option<Counts> {
    let (word, figure) = line.strip_prefix("ℹ ")?.split_once(' ')?;
    let figure = figure.parse().ok()?;
    let none = Counts::default();
    match word {
        "pass" => Some(Counts {
            passed: figure,
            ..none
        }),
        "fail" | "cancelled" => Some(Counts {
            failed: figure,
            ..none
        }),
        "skipped" | "todo" => Some(Counts {
            skipped: figure,
            ..none
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_up_both_runners() {
        let text = "\
running 4 tests
test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s

   Doc-tests flowlab
test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 9 filtered out; finished in 1.00s
▶ a suite
  ✔ the page loads (2.1ms)
ℹ tests 6
ℹ suites 1
ℹ pass 4
ℹ fail 0
ℹ cancelled 1
ℹ skipped 1
ℹ todo 0
ℹ duration_ms 200.5
";
        let counts = count(text);
        assert_eq!(
            counts,
            Counts {
                passed: 8,
                failed: 3,
                skipped: 2
            }
        );
        assert_eq!(counts.to_string(), "8 passed, 3 failed, 2 skipped");
    }

    #[test]
    fn nothing_is_nothing() {
        assert_eq!(
            count("error: could not compile").to_string(),
            "0 passed, 0 failed"
        );
    }
}
