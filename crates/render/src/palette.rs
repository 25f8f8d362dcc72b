//! The colours of the three themes.
//!
//! Lane A and the source are blue, lane B and the target vermilion: the pair of Okabe and Ito
//! (*Color Universal Design*, 2008) that stays apart under every common colour blindness. On a
//! dark ground their lighter siblings, sky blue and orange, take over. Colour is never alone: marks
//! also differ in shape, lines in dashes.
//!
//! The hues of the particles are an eighth of the OKLCH circle apart (Ottosson 2020) and of one
//! luminance, so that none stands out; the ramps of the density climb evenly in OKLCH lightness.

use raster::color::Color;

/// A look of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThemeKind {
    Light,
    Dark,
    /// For a lecture hall: the strongest contrast, and larger marks.
    Projector,
}

/// Classes that particles are told apart by.
pub(crate) const CLASSES: usize = 8;

/// Directions that particles are told apart by.
pub(crate) const HUES: usize = 8;

/// Everything a drawing needs to know about its look.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    pub kind: ThemeKind,
    /// The ground.
    pub paper: Color,
    /// Text, and marks that belong to no side.
    pub ink: Color,
    /// Frames and grids: seen when looked for.
    pub faint: Color,
    /// Lane A (and what starts), lane B (and what ends).
    pub lane: [Color; 2],
    /// Where a particle started, anticlockwise from the right.
    pub hues: [Color; HUES],
    /// The classes of labelled particles: the colours of Okabe and Ito at one luminance, where they
    /// had to be darkened or lightened to stand out; each class also has a shape of its own.
    pub classes: [Color; CLASSES],
    /// The greatest error of a field.
    pub fault: Color,
    /// Density from none (the paper) to the most.
    pub ramp: [Color; 9],
    /// How much of the ramp is used where something is drawn on top.
    pub ground: f32,
    /// How much larger and thicker than usual marks and lines are.
    pub scale: f32,
}

impl Theme {
    /// The theme of that name.
    pub const fn of(kind: ThemeKind) -> Self {
        match kind {
            ThemeKind::Light => LIGHT,
            ThemeKind::Dark => DARK,
            ThemeKind::Projector => PROJECTOR,
        }
    }

    /// The colour of a density, given as a share of the most there is.
    pub fn density(&self, share: f32) -> Color {
        let last = self.ramp.len() - 1;
        let place = share.clamp(0.0, 1.0) * last as f32;
        let low = (place as usize).min(last - 1);
        self.ramp[low].mix(self.ramp[low + 1], place - low as f32)
    }

    /// The colour of a value of either sign, given as a share of the scale: the two lanes' colours,
    /// blue below zero and vermilion above, which stay apart under every common colour blindness.
    pub(crate) fn signed(&self, share: f32) -> Color {
        let end = self.lane[usize::from(share > 0.0)];
        self.paper.mix(end, share.abs().min(1.0))
    }

    /// The colour of an error, given as a share of the scale.
    pub fn error(&self, share: f32) -> Color {
        self.paper.mix(self.fault, share.clamp(0.0, 1.0))
    }

    /// What the source is drawn in.
    pub fn source(&self) -> Color {
        self.lane[0]
    }

    /// What the target is drawn in.
    pub fn target(&self) -> Color {
        self.lane[1]
    }
}

const fn colors<const N: usize>(rgb: [u32; N]) -> [Color; N] {
    let mut colors = [Color::hex(0); N];
    let mut i = 0;
    while i < N {
        colors[i] = Color::hex(rgb[i]);
        i += 1;
    }
    colors
}

const LIGHT: Theme = Theme {
    kind: ThemeKind::Light,
    paper: Color::hex(0xfbfaf7),
    ink: Color::hex(0x23262f),
    faint: Color::hex(0xb9bcc4),
    lane: colors([0x0072b2, 0xd55e00]),
    hues: colors([
        0xc6423b, 0x9c6400, 0x6a7700, 0x038057, 0x017c89, 0x0071cc, 0x8259cb, 0xb64592,
    ]),
    classes: colors([
        0x0072b2, 0xb64f00, 0x007d5b, 0x995a7d, 0x946500, 0x357498, 0x76701c, 0x23262f,
    ]),
    fault: Color::hex(0x8a1c5c),
    ramp: colors([
        0xfbfaf7, 0xc8e1ee, 0x9dc9e3, 0x78afd9, 0x5c94ca, 0x4b7ab5, 0x41609a, 0x39497a, 0x2f3557,
    ]),
    ground: 0.2,
    scale: 1.0,
};

const DARK: Theme = Theme {
    kind: ThemeKind::Dark,
    paper: Color::hex(0x12141b),
    ink: Color::hex(0xe8e9ee),
    faint: Color::hex(0x4a4e5c),
    lane: colors([0x56b4e9, 0xe69f00]),
    hues: colors([
        0xff9388, 0xe7a445, 0xa9b94d, 0x4ac692, 0x14c3d5, 0x73b5ff, 0xbea2fe, 0xf192cf,
    ]),
    classes: colors([
        0x93accd, 0xe09884, 0x79b69c, 0xd598b8, 0xe69f00, 0x56b4e9, 0xf0e442, 0xe8e9ee,
    ]),
    fault: Color::hex(0xf192cf),
    ramp: colors([
        0x12141b, 0x1d2548, 0x1c3d6c, 0x00588b, 0x06759b, 0x0b93ac, 0x2bb0ba, 0x6bc9c2, 0xa4e0ce,
    ]),
    ground: 0.38,
    scale: 1.0,
};

const PROJECTOR: Theme = Theme {
    kind: ThemeKind::Projector,
    paper: Color::hex(0xffffff),
    ink: Color::hex(0x000000),
    faint: Color::hex(0x8c8f98),
    lane: colors([0x0072b2, 0xd55e00]),
    hues: colors([
        0xba1e20, 0x855500, 0x5a6500, 0x036d4a, 0x006974, 0x0060af, 0x7342c2, 0xa92684,
    ]),
    classes: colors([
        0x00649d, 0x9f4400, 0x006d4e, 0x864d6d, 0x815700, 0x2d6584, 0x676117, 0x000000,
    ]),
    fault: Color::hex(0x7a1050),
    ramp: colors([
        0xffffff, 0xc6e6f5, 0x94ccec, 0x69b1e3, 0x4994d5, 0x3778c0, 0x315da3, 0x2d447f, 0x262f58,
    ]),
    ground: 0.28,
    scale: 1.5,
};

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [ThemeKind; 3] = [ThemeKind::Light, ThemeKind::Dark, ThemeKind::Projector];

    /// Relative luminance, 0 for black to 1 for white (WCAG 2.2).
    fn luminance(color: Color) -> f64 {
        let linear = |channel: u8| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.04045 {
                c / 12.92
            } else {
                libm::pow((c + 0.055) / 1.055, 2.4)
            }
        };
        0.2126 * linear(color.r) + 0.7152 * linear(color.g) + 0.0722 * linear(color.b)
    }

    /// The contrast ratio of two opaque colours, 1 to 21 (WCAG 2.2); marks need 3.
    fn contrast(a: Color, b: Color) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn contrast_agrees_with_the_published_extremes() {
        let (black, white) = (Color::hex(0), Color::hex(0xffffff));
        assert!((contrast(black, white) - 21.0).abs() < 1e-9);
        assert!((contrast(white, white) - 1.0).abs() < 1e-9);
        // The grey that WCAG's own material names as just passing 4.5 on white.
        assert!((contrast(Color::hex(0x767676), white) - 4.54).abs() < 0.01);
    }

    #[test]
    fn marks_stand_out_from_the_paper() {
        for theme in ALL.map(Theme::of) {
            let marks = theme.lane.iter().chain(&theme.hues);
            for mark in marks.chain(&theme.classes).chain([&theme.fault]) {
                let found = contrast(*mark, theme.paper);
                assert!(found >= 3.0, "{:?} {mark} {found}", theme.kind);
            }
            assert!(contrast(theme.ink, theme.paper) >= 12.0);
        }
    }

    #[test]
    fn marks_stand_out_from_the_density_below_them() {
        for theme in ALL.map(Theme::of) {
            let densest = theme.density(theme.ground);
            let grounds = [
                densest,
                theme.signed(theme.ground),
                theme.signed(-theme.ground),
                theme.error(theme.ground),
            ];
            let marks = theme.hues.iter().chain(&theme.classes);
            for mark in marks.chain([&theme.ink]) {
                let found = grounds.map(|ground| contrast(*mark, ground));
                let enough = found.iter().all(|&contrast| contrast >= 3.0);
                assert!(enough, "{:?} {mark} {found:?}", theme.kind);
            }
        }
    }

    #[test]
    fn density_leaves_the_paper_in_even_steps() {
        for theme in ALL.map(Theme::of) {
            assert_eq!(theme.density(0.0), theme.paper);
            let contrast_at = |i: u32| contrast(theme.density(i as f32 / 32.0), theme.paper);
            assert!((0..32).all(|i| contrast_at(i) < contrast_at(i + 1)));
            assert!(contrast_at(32) > 7.0);
        }
    }

    #[test]
    fn signed_values_leave_the_paper_both_ways() {
        for theme in ALL.map(Theme::of) {
            assert_eq!(theme.signed(0.0), theme.paper);
            assert_eq!([-1.0, 2.0].map(|share| theme.signed(share)), theme.lane);
            for sign in [-1.0, 1.0] {
                let contrast_at =
                    |i: u32| contrast(theme.signed(sign * i as f32 / 16.0), theme.paper);
                assert!((0..16).all(|i| contrast_at(i) < contrast_at(i + 1)));
            }
        }
    }

    #[test]
    fn the_two_lanes_differ_in_more_than_hue() {
        for theme in ALL.map(Theme::of) {
            let [a, b] = theme.lane;
            assert!(a.b > a.r && b.r > b.b);
        }
    }
}
