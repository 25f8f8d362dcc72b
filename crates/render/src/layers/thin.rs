//! Polylines with no more points than can be seen: every piece of a line costs something at each
//! frame, and the learned paths are nearly straight.

/// The longest run of points that is replaced by one line.
const RUN: usize = 32;

/// Names the points of a polyline (flat) that are to stay, by index and in order: so that none of
/// those left out lies further than `tolerance` from the line that replaces it. Both ends stay.
///
/// The opening window: a line is prolonged as long as it is near enough to all it passes.
pub(super) fn thin(points: &[f32], tolerance: f32, mut keep: impl FnMut(usize)) {
    let points = points.as_chunks::<2>().0;
    let Some(last) = points.len().checked_sub(1) else {
        return;
    };
    keep(0);
    let mut anchor = 0;
    for end in 1..=last {
        let (from, to) = (points[anchor], points[(end + 1).min(last)]);
        let straight = end < last
            && end - anchor < RUN
            && (anchor + 1..=end).all(|i| distance(points[i], from, to) <= tolerance);
        if !straight {
            keep(end);
            anchor = end;
        }
    }
}

/// The distance of a point from a line between two others.
fn distance(point: [f32; 2], from: [f32; 2], to: [f32; 2]) -> f32 {
    let along = [to[0] - from[0], to[1] - from[1]];
    let off = [point[0] - from[0], point[1] - from[1]];
    let square = along[0] * along[0] + along[1] * along[1];
    let share = if square > 0.0 {
        ((off[0] * along[0] + off[1] * along[1]) / square).clamp(0.0, 1.0)
    } else {
        0.0
    };
    let [x, y] = [0, 1].map(|i| off[i] - share * along[i]);
    (x * x + y * y).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn thinned(points: &[[f32; 2]], tolerance: f32) -> Vec<[f32; 2]> {
        let mut left = Vec::new();
        thin(points.as_flattened(), tolerance, |i| left.push(points[i]));
        left
    }

    #[test]
    fn a_straight_line_has_two_points_and_a_corner_stays() {
        let line: Vec<_> = (0..20).map(|i| [i as f32, 2.0 * i as f32]).collect();
        assert_eq!(thinned(&line, 0.1), [line[0], line[19]]);
        let corner = [[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [2.0, 1.0], [2.0, 2.0]];
        assert_eq!(thinned(&corner, 0.1), [corner[0], corner[2], corner[4]]);
    }

    #[test]
    fn going_back_over_the_same_line_is_not_left_out() {
        let back = [[0.0, 0.0], [5.0, 0.0], [1.0, 0.0]];
        assert_eq!(thinned(&back, 0.1), back);
    }

    #[test]
    fn short_lines_are_left_alone() {
        assert!(thinned(&[], 9.0).is_empty());
        assert_eq!(thinned(&[[1.0, 2.0]], 9.0).len(), 1);
        assert_eq!(thinned(&[[1.0, 2.0], [3.0, 4.0]], 9.0).len(), 2);
    }

    proptest! {
        #[test]
        fn no_point_is_further_from_what_is_left_than_the_tolerance(
            points in prop::collection::vec([-50.0f32..50.0, -50.0..50.0], 2..80),
            tolerance in 0.0f32..20.0,
        ) {
            let left = thinned(&points, tolerance);
            prop_assert_eq!(left[0], points[0]);
            prop_assert_eq!(left.last(), points.last());
            for point in &points {
                let near = left.windows(2).map(|pair| distance(*point, pair[0], pair[1]));
                prop_assert!(near.fold(f32::INFINITY, f32::min) <= tolerance + 1e-3);
            }
        }
    }
}
