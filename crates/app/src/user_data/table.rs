//! Points from a table of numbers: CSV as programs and people write it.
//!
//! Not the `csv` crate: quoted cells with line breaks do not occur in points, while decimal commas,
//! comments and columns apart by spaces do.

use super::{Reading, Refusal};
use crate::decimal;
use flow::Point;

/// Lines that begin so are remarks.
const REMARKS: [&str; 3] = ["#", "//", "%"];

/// The first two columns of a table, separated by `;`, tabs, `,` or spaces; every line that is no
/// point is counted with the reason. A first line of words is its header, and no fault.
pub fn read(text: &str) -> Reading {
    let mut reading = Reading::default();
    let text = text.trim_start_matches('\u{feff}');
    let lines = text.lines().map(str::trim);
    let lines =
        lines.filter(|line| !line.is_empty() && !REMARKS.iter().any(|r| line.starts_with(r)));
    for (index, line) in lines.enumerate() {
        match point(line) {
            Ok(point) => reading.points.push(point),
            Err(Refusal::NotANumber) if index == 0 => {}
            Err(why) => reading.refuse(why),
        }
    }
    reading
}

fn point(line: &str) -> Result<Point, Refusal> {
    let (cells, decimal_comma) = cells(line);
    let mut numbers = cells
        .into_iter()
        .map(|cell| number(cell, decimal_comma))
        .take(2);
    let (Some(x), Some(y)) = (numbers.next(), numbers.next()) else {
        // A single word is no point for lack of a number, not for lack of a second cell.
        return Err(match number(line, decimal_comma) {
            Some(_) => Refusal::TooFew,
            None => Refusal::NotANumber,
        });
    };
    let (x, y) = (x.ok_or(Refusal::NotANumber)?, y.ok_or(Refusal::NotANumber)?);
    if x.is_finite() && y.is_finite() {
        Ok([x, y])
    } else {
        Err(Refusal::NotFinite)
    }
}

/// The cells of a line, and whether a comma in them is a decimal point.
fn cells(line: &str) -> (Vec<&str>, bool) {
    for separator in [';', '\t'] {
        if line.contains(separator) {
            return (line.split(separator).collect(), true);
        }
    }
    if line.contains(',') {
        return (line.split(',').collect(), false);
    }
    (line.split_whitespace().collect(), false)
}

fn number(cell: &str, decimal_comma: bool) -> Option<f64> {
    let cell = cell.trim().trim_matches(['"', '\'']).trim();
    if decimal_comma && cell.contains(',') {
        return decimal::read(&cell.replacen(',', ".", 1));
    }
    decimal::read(cell)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_way_to_separate_numbers_is_read() {
        for text in [
            "1.5,2\n-3,4e-1",
            "1.5;2\r\n-3;0.4\r\n",
            "1,5;2\n-3;0,4",
            "1.5\t2\n-3\t0.4",
            "  1.5   2\n-3 0.4  ",
            "\u{feff}x,y\n1.5,2\n\n# a remark\n-3,0.4",
            "\"x\";\"y\"\n\"1.5\";\"2\"\n\"-3\";\"0.4\"",
            "x y label\n1.5 2 a\n-3 0.4 b",
        ] {
            let reading = read(text);
            assert_eq!(reading.points, [[1.5, 2.0], [-3.0, 0.4]], "{text}");
            assert_eq!(reading.refused, [], "{text}");
        }
    }

    #[test]
    fn what_is_no_point_is_counted_with_the_reason() {
        let reading = read("1,2\n3\nfour,5\n6,\ninf,0\nNaN,0\n7,8\n9");
        assert_eq!(reading.points, [[1.0, 2.0], [7.0, 8.0]]);
        let expected = [
            (Refusal::TooFew, 2),
            (Refusal::NotANumber, 2),
            (Refusal::NotFinite, 2),
        ];
        assert_eq!(reading.refused, expected);
    }

    #[test]
    fn a_letter_has_no_points() {
        let reading = read("Dear all,\nplease find attached nothing.\n");
        assert!(reading.points.is_empty());
        assert_eq!(reading.refused, [(Refusal::NotANumber, 1)]);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(?s).*") {
            prop_assert!(read(&text).points.iter().flatten().all(|x| x.is_finite()));
        }

        #[test]
        fn written_numbers_come_back(points in prop::collection::vec((-1e9..1e9f64, -1e9..1e9f64), 0..20)) {
            let text: String = points.iter().map(|(x, y)| format!("{x},{y}\n")).collect();
            let points: Vec<Point> = points.into_iter().map(|(x, y)| [x, y]).collect();
            prop_assert_eq!(read(&text), Reading { points, refused: vec![] });
        }
    }
}
