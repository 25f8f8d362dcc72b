//! The pixels of every mark, held against the share of a pixel that a fine grid of points finds inside it.

use proptest::prelude::*;
use raster::Raster;
use raster::color::Color;
use raster::surface::{Image, Rect, Stroke, Surface};

const SIDE: usize = 32;
/// Points along each axis of a pixel at which the oracle looks.
const FINE: usize = 16;
const INK: Color = Color::hex(0x000000);
const PAPER: Color = Color::hex(0xffffff);

fn drawn(draw: impl FnOnce(&mut Raster)) -> Raster {
    let mut raster = Raster::new(SIDE, SIDE, 1.0);
    raster.clear(PAPER);
    draw(&mut raster);
    raster
}

/// How black each pixel is, 0 to 1.
fn covers(raster: &Raster) -> Vec<f64> {
    let pixels = raster.bytes().chunks_exact(4);
    let cover = |pixel: &[u8]| {
        assert_eq!(pixel[3], 255, "a pixel that is not opaque");
        1.0 - f64::from(pixel[0]) / 255.0
    };
    pixels.map(cover).collect()
}

/// The share of each pixel whose points are inside.
fn oracle(inside: impl Fn([f64; 2]) -> bool) -> Vec<f64> {
    let share = |pixel: usize| {
        let (x, y) = ((pixel % SIDE) as f64, (pixel / SIDE) as f64);
        let at = |i: usize| (i as f64 + 0.5) / FINE as f64;
        let points = (0..FINE * FINE).filter(|i| inside([x + at(i % FINE), y + at(i / FINE)]));
        points.count() as f64 / (FINE * FINE) as f64
    };
    (0..SIDE * SIDE).map(share).collect()
}

/// The largest and the summed difference of two coverages.
fn differences(a: &[f64], b: &[f64]) -> (f64, f64) {
    let largest = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    let sum = a.iter().sum::<f64>() - b.iter().sum::<f64>();
    (largest.fold(0.0, f64::max), sum.abs())
}

fn agrees(drawn: &[f64], wanted: &[f64], most: f64, area: f64) -> Result<(), TestCaseError> {
    let (largest, sum) = differences(drawn, wanted);
    prop_assert!(largest <= most, "a pixel differs by {}", largest);
    let whole = wanted.iter().sum::<f64>();
    prop_assert!(sum <= area * whole + 0.3, "{} of {} differ", sum, whole);
    Ok(())
}

/// The area of a triangle, and how far lines `h` apart may miss it. The midpoint rule errs by `h^2 / 8` times every
/// change of slope of what it integrates, the width, and never by more than its largest value times `h`.
fn measured(corners: [f64; 6], h: f64) -> (f64, f64) {
    let [ax, ay, bx, by, cx, cy] = corners;
    let area = 0.5 * ((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)).abs();
    let mut y = [ay, by, cy];
    y.sort_by(f64::total_cmp);
    let widest = 2.0 * area / (y[2] - y[0]);
    let slopes = widest / (y[1] - y[0]) + widest / (y[2] - y[1]);
    (area, (0.25 * h * h * slopes).min(widest * h))
}

/// Whether a point is on a line with flat ends.
fn on_line(ends: [f32; 4], width: f32) -> impl Fn([f64; 2]) -> bool {
    let [ax, ay, bx, by] = ends.map(f64::from);
    let (dx, dy) = (bx - ax, by - ay);
    let length = (dx * dx + dy * dy).sqrt();
    move |[x, y]| {
        let on = ((x - ax) * dx + (y - ay) * dy) / length;
        let off = ((x - ax) * dy - (y - ay) * dx) / length;
        (0.0..=length).contains(&on) && off.abs() <= 0.5 * f64::from(width)
    }
}

fn place() -> impl Strategy<Value = f32> {
    4.0f32..28.0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_line_covers_what_it_should(ends in [place(), place(), place(), place()], width in 0.6f32..6.0) {
        prop_assume!((ends[0] - ends[2]).hypot(ends[1] - ends[3]) > 3.0);
        let raster = drawn(|raster| raster.segments(&ends, Stroke::solid(width, INK)));
        // A pixel counts as if it were turned to lie along the line: what that misses of its corners. On a diagonal,
        // whose rows of pixels are 0.71 apart, that adds up to a sixth of the ink of a line 0.6 wide, and to less of wider ones.
        agrees(&covers(&raster), &oracle(on_line(ends, width)), 0.3, 0.18)?;
    }

    #[test]
    fn a_triangle_covers_what_it_should(corners in prop::array::uniform6(place())) {
        let raster = drawn(|raster| raster.triangles(&corners, INK));
        let c = corners.map(f64::from);
        let side = |i: usize, [x, y]: [f64; 2]| {
            let [a, b] = [2 * i, 2 * ((i + 1) % 3)];
            (c[b] - c[a]) * (y - c[a + 1]) - (c[b + 1] - c[a + 1]) * (x - c[a])
        };
        let inside = |point: [f64; 2]| {
            let sides = [0, 1, 2].map(|i| side(i, point));
            sides.iter().all(|&s| s >= 0.0) || sides.iter().all(|&s| s <= 0.0)
        };
        // A pixel has four lines, and sixteen of the oracle's.
        let drawn = covers(&raster);
        let (largest, _) = differences(&drawn, &oracle(inside));
        prop_assert!(largest <= 1.0 / 4.0 + 1.0 / 16.0, "a pixel differs by {}", largest);
        let (area, missed) = measured(c, 0.25);
        let sum = drawn.iter().sum::<f64>();
        prop_assert!((sum - area).abs() <= missed + 0.02 * area + 0.3, "{} for {}", sum, area);
    }

    #[test]
    fn a_square_covers_what_it_should(x in place(), y in place(), half in 0.2f32..6.0) {
        let raster = drawn(|raster| raster.squares(&[x, y], half, INK));
        let (x, y, half) = (f64::from(x), f64::from(y), f64::from(half));
        let inside = |[px, py]: [f64; 2]| (px - x).abs() <= half && (py - y).abs() <= half;
        agrees(&covers(&raster), &oracle(inside), 0.15, 0.08)?;
    }

    #[test]
    fn a_disc_covers_what_it_should(x in place(), y in place(), radius in 0.5f32..6.0) {
        let raster = drawn(|raster| raster.discs(&[x, y], radius, INK));
        let (x, y, radius) = (f64::from(x), f64::from(y), f64::from(radius));
        let inside = |[px, py]: [f64; 2]| (px - x).hypot(py - y) <= radius;
        // Its centre is rounded to a quarter of a pixel.
        agrees(&covers(&raster), &oracle(inside), 0.3, 0.06)?;
    }

    #[test]
    fn a_line_in_pieces_is_the_whole_line(
        ends in [place(), place(), place(), place()],
        cuts in prop::collection::vec(0.3f32..0.7, 1..5),
        width in 0.5f32..4.0,
    ) {
        // Near its ends a joint's disc would reach beyond the line's flat end.
        prop_assume!((ends[0] - ends[2]).hypot(ends[1] - ends[3]) > 9.0);
        let mut cuts = cuts;
        cuts.sort_by(f32::total_cmp);
        let at = |share: f32| [0, 1].map(|i| ends[i] + share * (ends[i + 2] - ends[i]));
        let shares = std::iter::once(0.0).chain(cuts).chain([1.0]);
        let points: Vec<f32> = shares.flat_map(at).collect();
        let stroke = Stroke::solid(width, INK.alpha(0.3));
        let whole = covers(&drawn(|raster| raster.segments(&ends, stroke)));
        let count = (points.len() / 2) as u32;
        let pieces = covers(&drawn(|raster| raster.polylines(&points, &[count], stroke)));
        prop_assert!(differences(&whole, &pieces).0 < 0.02);
    }

    #[test]
    fn a_bend_covers_what_a_disc_would(
        x in 10.0f32..22.0, y in 10.0f32..22.0, radius in 6.0f32..9.0, step in 0.17f32..0.6, width in 0.8f32..3.0,
    ) {
        // Three quarters of a circle, in pieces of a pixel and more that turn so little that nothing rounds their
        // joints, or by more.
        let count = (4.7 / step) as usize;
        let at = |i: usize| [x + radius * (i as f32 * step).cos(), y + radius * (i as f32 * step).sin()];
        let points: Vec<f32> = (0..=count).flat_map(at).collect();
        let raster = drawn(|raster| raster.polylines(&points, &[count as u32 + 1], Stroke::solid(width, INK)));
        let far = |px: f64, py: f64| {
            let off = (px - f64::from(x)).hypot(py - f64::from(y)) - f64::from(radius);
            off.abs() > f64::from(width)
        };
        let near = |[px, py]: [f64; 2]| !far(px, py) && (0..count).any(|i| {
            let [[ax, ay], [bx, by]] = [at(i), at(i + 1)].map(|p| p.map(f64::from));
            let (dx, dy) = (bx - ax, by - ay);
            let on = ((px - ax) * dx + (py - ay) * dy) / (dx * dx + dy * dy);
            let on = match i {
                0 if on < 0.0 => return false,
                last if last + 1 == count && on > 1.0 => return false,
                _ => on.clamp(0.0, 1.0),
            };
            (px - ax - on * dx).hypot(py - ay - on * dy) <= 0.5 * f64::from(width)
        });
        agrees(&covers(&raster), &oracle(near), 0.4, 0.16)?;
    }

    #[test]
    fn parts_that_abut_are_the_whole_line_and_do_not_add_up(
        ends in [place(), place(), place(), place()], cut in 0.1f32..0.9, width in 0.8f32..3.0,
    ) {
        prop_assume!((ends[0] - ends[2]).hypot(ends[1] - ends[3]) > 3.0);
        let middle = [0, 1].map(|i| ends[i] + cut * (ends[i + 2] - ends[i]));
        let stroke = Stroke::solid(width, INK.alpha(0.3)).abutting();
        let whole = covers(&drawn(|raster| raster.segments(&ends, stroke)));
        let parts = covers(&drawn(|raster| {
            raster.segments(&[ends[0], ends[1], middle[0], middle[1]], stroke);
            raster.segments(&[middle[0], middle[1], ends[2], ends[3]], stroke);
        }));
        // A pixel whose middle the cut met exactly could be of both parts or of none: random cuts meet none.
        prop_assert!(differences(&whole, &parts).0 < 0.02);
    }

    #[test]
    fn overlapping_pieces_of_a_call_do_not_add_up(points in prop::collection::vec(place(), 40)) {
        let stroke = Stroke::solid(2.0, INK.alpha(0.3));
        let raster = drawn(|raster| raster.polylines(&points, &[20], stroke));
        prop_assert!(covers(&raster).iter().all(|&cover| cover < 0.31));
    }

    #[test]
    fn dashes_are_the_pieces_they_stand_for(ends in [place(), place(), place(), place()], dash in 1.5f32..6.0) {
        let length = (ends[0] - ends[2]).hypot(ends[1] - ends[3]);
        prop_assume!(length > 1.0);
        let at = |on: f32| [0, 1].map(|i| ends[i] + (on.min(length) / length) * (ends[i + 2] - ends[i]));
        let starts = (0..).map(|k| 2.0 * dash * k as f32).take_while(|&start| start < length);
        let apart: Vec<f32> = starts.flat_map(|start| [at(start), at(start + dash)].concat()).collect();
        let stroke = Stroke::solid(1.5, INK);
        let wanted = covers(&drawn(|raster| raster.segments(&apart, stroke)));
        let dashed = covers(&drawn(|raster| raster.segments(&ends, stroke.dashed(dash))));
        prop_assert!(differences(&wanted, &dashed).0 < 0.03);
    }

    #[test]
    fn a_dense_screen_shows_the_same_larger(ends in [place(), place(), place(), place()]) {
        let mut dense = Raster::new(SIDE, SIDE, 2.0);
        dense.clear(PAPER);
        let halves = ends.map(|x| x / 2.0);
        dense.segments(&halves, Stroke::solid(1.0, INK).dashed(2.0));
        dense.discs(&halves, 1.5, INK);
        dense.squares(&halves, 1.0, INK);
        let usual = drawn(|raster| {
            raster.segments(&ends, Stroke::solid(2.0, INK).dashed(4.0));
            raster.discs(&ends, 3.0, INK);
            raster.squares(&ends, 2.0, INK);
        });
        prop_assert_eq!(dense.bytes(), usual.bytes());
    }

    #[test]
    fn marks_may_lie_anywhere(points in prop::collection::vec(-1e5f32..1e5, 24), width in 0.1f32..40.0) {
        drawn(|raster| {
            raster.segments(&points, Stroke::solid(width, INK));
            raster.polylines(&points, &[12], Stroke::solid(width, INK).dashed(3.0));
            raster.discs(&points, width, INK);
            raster.squares(&points, width, INK);
            raster.triangles(&points, INK);
        });
    }
}

#[test]
fn a_corner_is_round_and_an_end_is_flat() {
    let corner = [8.0, 24.0, 16.0, 8.0, 24.0, 24.0];
    let raster = drawn(|raster| raster.polylines(&corner, &[3], Stroke::solid(6.0, INK)));
    let cover = covers(&raster);
    // The joint reaches half a width above its point, and the ends not below theirs.
    assert!(cover[6 * SIDE + 15] > 0.9 && cover[4 * SIDE + 15] < 0.1);
    assert!((0..SIDE).all(|x| cover[27 * SIDE + x] < 0.1));
    let level = drawn(|raster| raster.segments(&[8.0, 16.0, 24.0, 16.0], Stroke::solid(6.0, INK)));
    let cover = covers(&level);
    assert_eq!((cover[16 * SIDE + 7], cover[16 * SIDE + 8]), (0.0, 1.0));
}

#[test]
fn a_line_that_comes_back_has_no_notch() {
    let outline = [8.0, 8.0, 24.0, 8.0, 24.0, 24.0, 8.0, 24.0, 8.0, 8.0];
    let raster = drawn(|raster| raster.polylines(&outline, &[5], Stroke::solid(4.0, INK)));
    let cover = covers(&raster);
    let corners = [(7, 7), (24, 7), (24, 24), (7, 24)].map(|(x, y)| cover[y * SIDE + x]);
    assert!(corners.iter().all(|&c| c > 0.9), "{corners:?}");
}

#[test]
fn triangles_that_share_an_edge_leave_no_seam() {
    // A fan around a point that is on no pixel's edge.
    let (middle, rim) = (
        [15.3, 16.8],
        [[2.2, 3.1], [29.4, 2.7], [30.1, 29.2], [1.9, 28.8]],
    );
    let fan: Vec<f32> = (0..4)
        .flat_map(|i| [middle, rim[i], rim[(i + 1) % 4]].concat())
        .collect();
    let raster = drawn(|raster| raster.triangles(&fan, INK.alpha(0.5)));
    for y in 5..27 {
        for x in 5..27 {
            let cover = covers(&raster)[y * SIDE + x];
            assert!((cover - 0.5).abs() < 0.02, "{cover} at {x}, {y}");
        }
    }
}

#[test]
fn the_last_mark_lies_on_top() {
    let red = Color::hex(0xff0000);
    let raster = drawn(|raster| {
        raster.squares(&[16.0, 16.0], 8.0, INK);
        raster.discs(&[16.0, 16.0], 4.0, red);
    });
    let pixel = |x: usize, y: usize| raster.bytes()[4 * (y * SIDE + x)..][..4].to_vec();
    assert_eq!(pixel(16, 16), [255, 0, 0, 255]);
    assert_eq!(pixel(9, 9), [0, 0, 0, 255]);
    assert_eq!(pixel(1, 1), [255, 255, 255, 255]);
}

#[test]
fn nothing_is_drawn_outside_a_clip() {
    let clip = Rect {
        x: 8.0,
        y: 4.0,
        width: 10.0,
        height: 20.0,
    };
    let everything = |raster: &mut Raster| {
        raster.segments(&[0.0, 0.0, 32.0, 32.0], Stroke::solid(5.0, INK));
        raster.discs(&[8.0, 4.0, 18.0, 24.0], 6.0, INK);
        raster.squares(&[18.0, 10.0], 6.0, INK);
        raster.triangles(&[0.0, 0.0, 31.0, 5.0, 5.0, 31.0], INK);
        let black = Image {
            rgba: &[0, 0, 0, 255],
            width: 1,
            height: 1,
        };
        raster.image(
            black,
            Rect {
                x: 0.0,
                y: 12.0,
                width: 32.0,
                height: 5.0,
            },
        );
    };
    let free = drawn(everything);
    let clipped = drawn(|raster| {
        raster.clip(Some(clip));
        everything(raster);
        raster.clip(None);
        raster.squares(&[31.5, 31.5], 0.5, INK);
    });
    let (free, clipped) = (covers(&free), covers(&clipped));
    for (i, (free, clipped)) in free.into_iter().zip(clipped).enumerate() {
        let (x, y) = (i % SIDE, i / SIDE);
        let inside = (8..18).contains(&x) && (4..24).contains(&y);
        let wanted = if inside {
            free
        } else {
            f64::from(u8::from(i == SIDE * SIDE - 1))
        };
        assert_eq!(clipped, wanted, "{x}, {y}");
    }
}

#[test]
fn a_picture_is_interpolated_between_the_middles_of_its_pixels() {
    let (wide, high) = (5, 3);
    let value = |x: usize, y: usize| (40 * x + 30 * y) as u8;
    let rgba: Vec<u8> = (0..wide * high)
        .flat_map(|i| {
            [
                value(i % wide, i / wide),
                255 - value(i % wide, i / wide),
                7,
                255,
            ]
        })
        .collect();
    let image = Image {
        rgba: &rgba,
        width: wide,
        height: high,
    };
    let place = Rect {
        x: 1.0,
        y: 2.0,
        width: 30.0,
        height: 27.0,
    };
    let raster = drawn(|raster| raster.image(image, place));
    for (i, pixel) in raster.bytes().chunks_exact(4).enumerate() {
        let (x, y) = ((i % SIDE) as f64 + 0.5, (i / SIDE) as f64 + 0.5);
        if !(1.0..31.0).contains(&x) || !(2.0..29.0).contains(&y) {
            assert_eq!(pixel, [255; 4]);
            continue;
        }
        let u = ((x - 1.0) / 6.0 - 0.5).clamp(0.0, 4.0);
        let v = ((y - 2.0) / 9.0 - 0.5).clamp(0.0, 2.0);
        // The values are linear in both, so that interpolation gives them back.
        let wanted = 40.0 * u + 30.0 * v;
        assert!(
            (f64::from(pixel[0]) - wanted).abs() < 1.5,
            "{pixel:?} {wanted}"
        );
        assert!((f64::from(pixel[1]) - (255.0 - wanted)).abs() < 1.5);
        assert_eq!(pixel[2..], [7, 255]);
    }
}

#[test]
fn labels_are_handed_on_until_the_next_picture() {
    let mut raster = drawn(|raster| {
        raster.label("t = 0", [3.0, 4.0], 13.0, INK);
        raster.label("0.5", [5.0, 6.0], 9.0, PAPER);
    });
    let texts: Vec<_> = raster
        .labels()
        .map(|(text, label)| (text, label.size))
        .collect();
    assert_eq!(texts, [("t = 0", 13.0), ("0.5", 9.0)]);
    raster.clear(PAPER);
    assert_eq!(raster.labels().count(), 0);
}

#[test]
fn pixels_without_size_do_no_harm() {
    let mut raster = Raster::default();
    raster.clear(PAPER);
    raster.discs(&[1.0, 1.0], 2.0, INK);
    raster.segments(&[0.0, 0.0, 9.0, 9.0], Stroke::solid(1.0, INK));
    assert!(raster.bytes().is_empty());
}
