//! Moving pictures as GIF files, written frame by frame so that no step takes long.

use gif::{Encoder, EncodingError, Frame, Repeat};
use std::borrow::Cow;
use std::collections::BinaryHeap;

/// Levels of a channel that colours are told apart by: five bits.
const LEVELS: usize = 32;
/// Entries of a palette.
const COLOURS: usize = 256;

/// The colours of a picture and the nearest of them to any colour.
pub struct Palette {
    /// Three bytes an entry.
    rgb: Vec<u8>,
    nearest: Vec<u8>,
}

/// The cell of a colour in a cube of [`LEVELS`] a side.
fn cell(pixel: &[u8]) -> usize {
    let level = |byte: u8| usize::from(byte >> 3);
    (level(pixel[0]) * LEVELS + level(pixel[1])) * LEVELS + level(pixel[2])
}

impl Palette {
    /// The commonest colours of these pixels (four bytes each), every one the mean of its cell.
    pub fn of(pixels: &[u8]) -> Self {
        let mut sums = vec![[0u64; 4]; LEVELS * LEVELS * LEVELS];
        for pixel in pixels.chunks_exact(4) {
            let sum = &mut sums[cell(pixel)];
            (0..3).for_each(|k| sum[k] += u64::from(pixel[k]));
            sum[3] += 1;
        }
        // The commonest first: sorted by count, with the cell in the lower bits. By a heap, which is the smaller program.
        let common: BinaryHeap<u64> = (0u64..)
            .zip(&sums)
            .map(|(cell, sum)| !(sum[3] << 16 | cell))
            .collect();
        let common = common.into_sorted_vec();
        let cells = common
            .into_iter()
            .map(|key| &sums[(!key & 0xffff) as usize]);
        let mean = |sum: &[u64; 4]| [0, 1, 2].map(|k| (sum[k] / sum[3]) as u8);
        let colours: Vec<[u8; 3]> = cells
            .take(COLOURS)
            .filter(|sum| sum[3] > 0)
            .map(mean)
            .collect();
        Self {
            nearest: nearest_in(&colours),
            rgb: colours.concat(),
        }
    }

    fn indices(&self, pixels: &[u8]) -> Vec<u8> {
        let index = |pixel: &[u8]| self.nearest[cell(pixel)];
        pixels.chunks_exact(4).map(index).collect()
    }
}

/// The index of the nearest of the colours to the middle of each cell.
fn nearest_in(colours: &[[u8; 3]]) -> Vec<u8> {
    let middle = |level: usize| (8 * level + 4) as i32;
    let distance = |c: &[u8; 3], m: [i32; 3]| -> i32 {
        (0..3)
            .map(|k| (i32::from(c[k]) - m[k]) * (i32::from(c[k]) - m[k]))
            .sum()
    };
    (0..LEVELS * LEVELS * LEVELS)
        .map(|cell| {
            let levels = [
                cell / (LEVELS * LEVELS),
                cell / LEVELS % LEVELS,
                cell % LEVELS,
            ];
            let m = levels.map(middle);
            let best = colours
                .iter()
                .enumerate()
                .min_by_key(|(_, c)| distance(c, m));
            best.map_or(0, |(index, _)| index as u8)
        })
        .collect()
}

/// A GIF that is being written; it repeats for ever.
pub struct Gif {
    encoder: Encoder<Vec<u8>>,
    palette: Palette,
    size: (u16, u16),
    /// Hundredths of a second.
    delay: u16,
}

impl Gif {
    /// An empty one, of that size in pixels, each frame shown for `delay` hundredths of a second.
    ///
    /// # Errors
    /// What the encoder says.
    pub fn new(
        width: u16,
        height: u16,
        delay: u16,
        palette: Palette,
    ) -> Result<Self, EncodingError> {
        let mut encoder = Encoder::new(Vec::new(), width, height, &palette.rgb)?;
        encoder.set_repeat(Repeat::Infinite)?;
        Ok(Self {
            encoder,
            palette,
            size: (width, height),
            delay,
        })
    }

    /// Adds a frame: four bytes a pixel, rows from the top.
    ///
    /// # Errors
    /// If the frame has another size, or what the encoder says.
    pub fn add(&mut self, pixels: &[u8]) -> Result<(), EncodingError> {
        let frame = Frame {
            width: self.size.0,
            height: self.size.1,
            delay: self.delay,
            buffer: Cow::Owned(self.palette.indices(pixels)),
            ..Frame::default()
        };
        self.encoder.write_frame(&frame)
    }

    /// The file.
    ///
    /// # Errors
    /// What the encoder says.
    pub fn finish(self) -> Result<Vec<u8>, EncodingError> {
        self.encoder.into_inner()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RED: [u8; 4] = [200, 10, 10, 255];
    const BLUE: [u8; 4] = [10, 10, 200, 255];

    fn read_back(file: &[u8]) -> Vec<Vec<u8>> {
        let mut options = gif::DecodeOptions::new();
        options.set_color_output(gif::ColorOutput::RGBA);
        let mut decoder = options.read_info(file).unwrap();
        let mut frames = Vec::new();
        while let Some(frame) = decoder.read_next_frame().unwrap() {
            frames.push(frame.buffer.to_vec());
        }
        frames
    }

    #[test]
    fn a_decoder_reads_back_what_was_drawn() {
        let (first, second) = ([RED, RED, BLUE, RED].concat(), [BLUE; 4].concat());
        let palette = Palette::of(&first);
        let mut gif = Gif::new(2, 2, 5, palette).unwrap();
        gif.add(&first).unwrap();
        gif.add(&second).unwrap();
        let file = gif.finish().unwrap();
        assert_eq!(&file[..6], b"GIF89a");
        assert_eq!(read_back(&file), [first, second]);
    }

    #[test]
    fn a_colour_that_is_not_in_the_palette_becomes_the_nearest() {
        let palette = Palette::of(&[RED, BLUE].concat());
        let mut gif = Gif::new(1, 1, 5, palette).unwrap();
        gif.add(&[230, 40, 30, 255]).unwrap();
        assert_eq!(read_back(&gif.finish().unwrap()), [RED]);
    }

    #[test]
    fn a_frame_of_another_size_is_an_error() {
        let mut gif = Gif::new(2, 2, 5, Palette::of(&RED)).unwrap();
        assert!(gif.add(&RED).is_err());
    }
}
