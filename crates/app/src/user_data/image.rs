//! Points from an image: the darker a pixel, the likelier.

use super::{Reading, Refusal};
use flow::Point;
use flow::random::Rng;

/// Half the longer side of the image on the stage.
const HALF: f64 = 3.5;
/// Paper is seldom quite white, least of all in a photograph: what is no darker than this is paper.
const PAPER: f64 = 1.0 / 16.0;

/// Darkness of each pixel, 0 for white (and for what shines through: the page behind is white) to 1
/// for black. `rgba`: four bytes a pixel, not premultiplied.
pub(crate) fn darkness(rgba: &[u8]) -> Vec<f64> {
    let pixel = |p: &[u8]| {
        let [r, g, b, a] = [p[0], p[1], p[2], p[3]].map(|byte| f64::from(byte) / 255.0);
        // The luma of Rec. 709.
        let dark = a * (1.0 - (0.2126 * r + 0.7152 * g + 0.0722 * b));
        if dark > PAPER { dark } else { 0.0 }
    };
    rgba.chunks_exact(4).map(pixel).collect()
}

/// `n` points of an image of `width` pixels a row, rows from the top, centred on the stage: a pixel
/// is drawn with probability proportional to its darkness, a point lies evenly within its pixel.
///
/// # Errors
/// If the image is blank.
pub fn sample(rgba: &[u8], width: usize, n: usize, seed: u32) -> Result<Reading, Refusal> {
    let mut total = 0.0;
    let sums: Vec<f64> = darkness(rgba)
        .into_iter()
        .map(|dark| {
            total += dark;
            total
        })
        .collect();
    if total <= 0.0 || width == 0 {
        return Err(Refusal::Blank);
    }
    let height = sums.len() / width;
    let unit = 2.0 * HALF / width.max(height) as f64;
    let mut rng = Rng::new(seed.into());
    let points = (0..n).map(|_| {
        let mark = rng.uniform() * total;
        let pixel = sums.partition_point(|&sum| sum <= mark).min(sums.len() - 1);
        let (column, row) = ((pixel % width) as f64, (pixel / width) as f64);
        let x = column + rng.uniform() - width as f64 / 2.0;
        let y = height as f64 / 2.0 - row - rng.uniform();
        [x * unit, y * unit]
    });
    Ok(Reading {
        points: points.collect::<Vec<Point>>(),
        refused: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHITE: [u8; 4] = [255; 4];
    const BLACK: [u8; 4] = [0, 0, 0, 255];

    #[test]
    fn transparent_and_nearly_white_pixels_are_paper() {
        let dark = darkness(&[0, 0, 0, 0, 250, 250, 250, 255, 0, 0, 0, 255, 0, 0, 0, 128]);
        assert_eq!(&dark[..2], [0.0, 0.0]);
        assert!((dark[2] - 1.0).abs() < 1e-12 && (dark[3] - 128.0 / 255.0).abs() < 1e-12);
    }

    #[test]
    fn a_blank_image_is_refused() {
        assert_eq!(sample(&WHITE.repeat(12), 4, 10, 1), Err(Refusal::Blank));
        assert_eq!(sample(&[], 0, 10, 1), Err(Refusal::Blank));
    }

    #[test]
    fn the_upper_left_pixel_is_the_upper_left_of_the_stage() {
        // Two rows of four: only the first pixel is dark. It covers x -3.5..-1.75 and y 0..1.75.
        let image = [BLACK.to_vec(), WHITE.repeat(7)].concat();
        let points = sample(&image, 4, 200, 1).unwrap().points;
        assert!(
            points
                .iter()
                .all(|p| (-3.5..-1.75).contains(&p[0]) && p[1] > 0.0 && p[1] <= 1.75)
        );
        let mean = points.iter().map(|p| p[0]).sum::<f64>() / 200.0;
        // Uniform within the pixel: mean -2.625, standard error 0.036.
        assert!((mean + 2.625).abs() < 0.15, "{mean}");
    }

    #[test]
    fn pixels_are_drawn_as_often_as_they_are_dark() {
        // Darkness 1 and 1/3 (grey 170): shares 3/4 and 1/4, standard error 0.0068.
        let grey = [170, 170, 170, 255];
        let image = [BLACK, grey].concat();
        let points = sample(&image, 2, 4000, 7).unwrap().points;
        let left = points.iter().filter(|p| p[0] < 0.0).count() as f64 / 4000.0;
        assert!((left - 0.75).abs() < 0.03, "{left}");
    }

    #[test]
    fn a_seed_gives_the_same_points() {
        let image = BLACK.repeat(9);
        assert_eq!(sample(&image, 3, 50, 3), sample(&image, 3, 50, 3));
        assert_ne!(sample(&image, 3, 50, 3), sample(&image, 3, 50, 4));
    }
}
