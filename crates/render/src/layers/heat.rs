//! Heat maps: cells to shades, and shades to pixels.

use crate::scene::Stage;
use raster::color::Color;
use raster::surface::{Image, Surface};

/// Shades of a heat map: more than an eye tells apart.
pub(super) const SHADES: usize = 256;

/// The pixels of all shades, in their order.
pub(super) type Shades = [[u8; 4]; SHADES];

/// The shades that `color` gives to shares of the whole from 0 to 1.
pub(super) fn shades(color: impl Fn(f32) -> Color) -> Shades {
    std::array::from_fn(|shade| {
        let color = color(shade as f32 / (SHADES - 1) as f32);
        [color.r, color.g, color.b, 255]
    })
}

/// The shade at a share of the whole; what is not a number has the first.
pub(super) fn shade(share: f32) -> usize {
    // The conversion takes what is not a number as 0, and what is too large as the largest.
    ((share * SHADES as f32) as usize).min(SHADES - 1)
}

/// Draws cells of these shades, rows from the top, over the square `[-extent, extent]^2`.
pub(super) fn paint(
    stage: &Stage,
    (side, extent): (usize, f64),
    cells: impl Iterator<Item = usize>,
    shades: &Shades,
    pixels: &mut Vec<u8>,
    surface: &mut dyn Surface,
) {
    pixels.clear();
    cells.for_each(|shade| pixels.extend_from_slice(&shades[shade]));
    let image = Image {
        rgba: pixels,
        width: side,
        height: side,
    };
    surface.image(image, stage.view.square(extent));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_shaded_from_first_to_last() {
        for (share, wanted) in [
            (0.0, 0),
            (0.5, SHADES / 2),
            (1.0, SHADES - 1),
            (-1.0, 0),
            (7.0, SHADES - 1),
            (f32::NAN, 0),
        ] {
            assert_eq!(shade(share), wanted);
        }
    }
}
