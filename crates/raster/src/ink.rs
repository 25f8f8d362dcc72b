//! Colours of opaque pixels, and how one is laid over another.

use crate::color::Color;

/// Every other byte of a pixel.
const PAIR: u32 = 0x00ff_00ff;
/// A half of what the shift behind the product leaves, in both halves.
const HALF: u32 = 0x0080_0080;

/// An opaque pixel.
pub(crate) fn opaque([r, g, b]: [u8; 3]) -> u32 {
    u32::from_le_bytes([r, g, b, 255])
}

/// The pixel `share / 256` of the way from one to another: two bytes in one multiplication.
#[inline(always)]
pub(crate) fn mix(from: u32, to: u32, share: u32) -> u32 {
    let keep = 256 - share;
    let low = ((from & PAIR) * keep + (to & PAIR) * share + HALF) >> 8;
    let high = (from >> 8 & PAIR) * keep + (to >> 8 & PAIR) * share + HALF;
    low & PAIR | high & !PAIR
}

/// The same for four pixels. In WebAssembly they are one register, whatever the compiler makes of loops.
#[cfg(target_arch = "wasm32")]
#[inline(always)]
pub(crate) fn mix_four(from: [u32; 4], to: [u32; 4], share: u32) -> [u32; 4] {
    use core::arch::wasm32::*;
    let [from, to] = [from, to].map(|p| u32x4(p[0], p[1], p[2], p[3]));
    let (keep, share) = (u16x8_splat(256 - share as u16), u16x8_splat(share as u16));
    let mix = |from, to| {
        let sum = i16x8_add(i16x8_mul(from, keep), i16x8_mul(to, share));
        u16x8_shr(i16x8_add(sum, u16x8_splat(128)), 8)
    };
    let low = mix(u16x8_extend_low_u8x16(from), u16x8_extend_low_u8x16(to));
    let high = mix(u16x8_extend_high_u8x16(from), u16x8_extend_high_u8x16(to));
    let mixed = u8x16_narrow_i16x8(low, high);
    [
        u32x4_extract_lane::<0>(mixed),
        u32x4_extract_lane::<1>(mixed),
        u32x4_extract_lane::<2>(mixed),
        u32x4_extract_lane::<3>(mixed),
    ]
}

/// The same for four pixels.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn mix_four(from: [u32; 4], to: [u32; 4], share: u32) -> [u32; 4] {
    std::array::from_fn(|i| mix(from[i], to[i], share))
}

/// A colour that is about to be laid over pixels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ink {
    pixel: u32,
    /// What a coverage of 1 / 255 counts, in 1 / 65536 of the whole.
    strength: u32,
}

impl Ink {
    pub(crate) fn of(color: Color) -> Self {
        Self {
            pixel: opaque([color.r, color.g, color.b]),
            strength: (color.a.clamp(0.0, 1.0) * 257.0 + 0.5) as u32,
        }
    }

    /// The ink over a pixel of which it covers `cover / 255`.
    #[inline(always)]
    pub(crate) fn over(self, pixel: u32, cover: u8) -> u32 {
        let share = (u32::from(cover) * self.strength + 128) >> 8;
        mix(pixel, self.pixel, share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_to_the_nearest() {
        for share in 0..=256u32 {
            for (from, to) in [(0u8, 255u8), (255, 0), (17, 200), (90, 91)] {
                let mixed = mix(opaque([from, to, from]), opaque([to, from, to]), share);
                let part = f64::from(share) / 256.0;
                let wanted =
                    |from: u8, to: u8| f64::from(from) + (f64::from(to) - f64::from(from)) * part;
                let [r, g, b, a] = mixed.to_le_bytes();
                assert!((f64::from(r) - wanted(from, to)).abs() <= 0.5);
                assert!((f64::from(g) - wanted(to, from)).abs() <= 0.5);
                assert_eq!((b, a), (r, 255));
            }
        }
    }

    #[test]
    fn ink_covers_as_it_says() {
        let paper = opaque([251, 250, 247]);
        let red = Color::hex(0xc6423b);
        assert_eq!(
            Ink::of(red).over(paper, 255).to_le_bytes(),
            [0xc6, 0x42, 0x3b, 255]
        );
        assert_eq!(Ink::of(red).over(paper, 0), paper);
        assert_eq!(Ink::of(red.alpha(0.0)).over(paper, 255), paper);
        let half = red.alpha(0.5).over(Color::hex(0xfbfaf7));
        let [r, g, b, _] = Ink::of(red.alpha(0.5)).over(paper, 255).to_le_bytes();
        for (byte, wanted) in [(r, half.r), (g, half.g), (b, half.b)] {
            assert!(byte.abs_diff(wanted) <= 1);
        }
    }
}
