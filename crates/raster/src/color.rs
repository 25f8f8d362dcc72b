//! Colours, and how well two of them can be told apart.

use std::fmt;

/// An sRGB colour with an opacity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Color {
    pub r: u8,
    pub g: u8,
    pub b: u8,
    /// 0 for transparent, 1 for opaque.
    pub a: f32,
}

impl Color {
    /// The opaque colour `0xRRGGBB`.
    pub const fn hex(rgb: u32) -> Self {
        let [_, r, g, b] = rgb.to_be_bytes();
        Self { r, g, b, a: 1.0 }
    }

    /// The same colour with another opacity.
    pub const fn alpha(self, a: f32) -> Self {
        Self { a, ..self }
    }

    /// The colour a share `weight` of the way to `other`, both taken as opaque.
    pub fn mix(self, other: Self, weight: f32) -> Self {
        let blend = |from: u8, to: u8| {
            let (from, to) = (f32::from(from), f32::from(to));
            (from + (to - from) * weight + 0.5) as u8
        };
        Self {
            r: blend(self.r, other.r),
            g: blend(self.g, other.g),
            b: blend(self.b, other.b),
            a: 1.0,
        }
    }

    /// What is seen when this colour lies on an opaque `ground`.
    pub fn over(self, ground: Self) -> Self {
        ground.mix(self, self.a)
    }
}

/// As CSS, Canvas 2D and SVG write it.
impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { r, g, b, a } = self;
        if *a >= 1.0 {
            write!(f, "#{r:02x}{g:02x}{b:02x}")
        } else {
            write!(f, "rgba({r},{g},{b},{a})")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixing_meets_both_ends() {
        let (a, b) = (Color::hex(0x102030), Color::hex(0xf0e0d0));
        assert_eq!(a.mix(b, 0.0), a);
        assert_eq!(a.mix(b, 1.0), b);
        assert_eq!(b.alpha(0.5).over(a), a.mix(b, 0.5));
    }

    #[test]
    fn css_names_the_colour() {
        assert_eq!(Color::hex(0x0072b2).to_string(), "#0072b2");
        assert_eq!(
            Color::hex(0x0072b2).alpha(0.5).to_string(),
            "rgba(0,114,178,0.5)"
        );
    }
}
