//! A regular grid of the source, carried along by the flow. A cell's colour is the logarithm of its
//! area over the one it began with: by the change of variables the density in it was divided by just
//! that. Blue cells have shrunk, vermilion ones have spread; the size says so too.

use crate::frames::Bracket;
use crate::scene::{Scratch, Stage};
use app::state::views::MeshView;
use raster::surface::{Stroke, Surface};

/// Colours of the cells, and the binary logarithm of the area ratio at the last one.
pub(crate) const TONES: usize = 9;
pub(crate) const OCTAVES: f32 = 3.0;
/// The colour of a cell without area.
const NONE: u32 = u32::MAX;

pub(super) fn draw(stage: &Stage, scratch: &mut Scratch, surface: &mut dyn Surface) {
    let Some(mesh) = stage
        .lane
        .views
        .mesh
        .as_ref()
        .and_then(|view| Mesh::of(view, stage.t))
    else {
        return;
    };
    let Scratch {
        points, lengths, ..
    } = scratch;
    // The colour of every cell, found once for all colours.
    let cells = (mesh.side - 1) * (mesh.side - 1);
    lengths.clear();
    lengths.extend((0..cells).map(|cell| mesh.tone(cell).map_or(NONE, |tone| tone as u32)));
    for tone in 0..TONES {
        fill(stage, &mesh, (tone, lengths), points);
        let color = stage.theme.signed(share(tone)).alpha(0.5);
        surface.triangles(points, color);
    }
    lines(stage, &mesh, scratch, surface);
}

/// Where a tone lies on the scale, from -1 to 1.
pub(crate) fn share(tone: usize) -> f32 {
    2.0 * tone as f32 / (TONES - 1) as f32 - 1.0
}

/// The grid between two of its frames.
struct Mesh<'a> {
    side: usize,
    first: &'a [f32],
    low: &'a [f32],
    high: &'a [f32],
    bracket: Bracket,
}

impl<'a> Mesh<'a> {
    /// The grid at time `t`, if it has the points that it should.
    fn of(view: &'a MeshView, t: f64) -> Option<Self> {
        let size = view.side.checked_mul(view.side)?.checked_mul(2)?;
        let sound = view.side >= 2 && size.checked_mul(view.times.len())? == view.points.len();
        let bracket = Bracket::of(&view.times, t).filter(|_| sound)?;
        let frame = |time: usize| &view.points[time * size..(time + 1) * size];
        Some(Self {
            side: view.side,
            first: frame(0),
            low: frame(bracket.low),
            high: frame(bracket.high),
            bracket,
        })
    }

    fn point(&self, index: usize) -> [f32; 2] {
        [2 * index, 2 * index + 1].map(|i| self.bracket.blend(self.low[i], self.high[i]))
    }

    /// The indices of a cell's corners, around it.
    fn corners(&self, cell: usize) -> [usize; 4] {
        let at = cell / (self.side - 1) * self.side + cell % (self.side - 1);
        [at, at + 1, at + self.side + 1, at + self.side]
    }

    /// Which colour a cell has; `None` where its area is no number.
    fn tone(&self, cell: usize) -> Option<usize> {
        let corners = self.corners(cell);
        let before = corners.map(|i| [self.first[2 * i], self.first[2 * i + 1]]);
        let ratio = (area(corners.map(|i| self.point(i))) / area(before)).abs();
        let place = libm::log2f(ratio) / OCTAVES;
        // A cell that was folded flat has shrunk to nothing.
        (!place.is_nan()).then(|| {
            let share = 0.5 + 0.5 * place.clamp(-1.0, 1.0);
            (share * (TONES - 1) as f32 + 0.5) as usize
        })
    }
}

/// The area of a polygon, by the shoelace formula; its sign says which way round it goes.
fn area(corners: [[f32; 2]; 4]) -> f32 {
    let edges = (0..4).map(|i| (corners[i], corners[(i + 1) % 4]));
    edges.map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum::<f32>() / 2.0
}

/// The cells of a colour, two triangles each.
fn fill(stage: &Stage, mesh: &Mesh, (tone, tones): (usize, &[u32]), out: &mut Vec<f32>) {
    out.clear();
    let of_tone = tones.iter().enumerate().filter(|(_, t)| **t == tone as u32);
    for (cell, _) in of_tone {
        let corners = mesh.corners(cell).map(|i| stage.pixel(mesh.point(i)));
        if let [Some(a), Some(b), Some(c), Some(d)] = corners {
            for corner in [a, b, c, a, c, d] {
                out.extend(corner);
            }
        }
    }
}

/// Rows and columns.
fn lines(stage: &Stage, mesh: &Mesh, scratch: &mut Scratch, surface: &mut dyn Surface) {
    let Scratch {
        points, lengths, ..
    } = scratch;
    points.clear();
    lengths.clear();
    for line in 0..2 * mesh.side {
        let (i, across) = (line / 2, line % 2 == 1);
        let along = |k: usize| {
            if across {
                k * mesh.side + i
            } else {
                i * mesh.side + k
            }
        };
        let kept = points.len();
        for k in 0..mesh.side {
            points.extend(stage.pixel(mesh.point(along(k))).into_iter().flatten());
        }
        // A line with a point that cannot be drawn is left out.
        if points.len() - kept == 2 * mesh.side {
            lengths.push(mesh.side as u32);
        } else {
            points.truncate(kept);
        }
    }
    let stroke = Stroke::solid(stage.px(0.9), stage.theme.ink.alpha(0.65));
    surface.polylines(points, lengths, stroke);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A unit square of four points, then the same scaled.
    fn scaled(factor: f32) -> MeshView {
        let square = [0.0, 1.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0];
        let after = square.map(|x| factor * x);
        MeshView {
            side: 2,
            times: vec![0.0, 1.0],
            points: [square, after].concat(),
        }
    }

    #[test]
    fn tones_follow_the_logarithm_of_the_area() {
        for (factor, tone) in [
            (1.0, TONES / 2),
            // Areas of 1/8 and of 8, then beyond.
            (0.353_553_4, 0),
            (2.828_427, TONES - 1),
            (0.0, 0),
            (100.0, TONES - 1),
        ] {
            let view = scaled(factor);
            assert_eq!(
                Mesh::of(&view, 1.0).unwrap().tone(0),
                Some(tone),
                "{factor}"
            );
        }
        let view = scaled(f32::NAN);
        assert_eq!(Mesh::of(&view, 1.0).unwrap().tone(0), None);
    }

    #[test]
    fn a_mesh_without_its_points_is_none() {
        let mut view = scaled(1.0);
        view.points.pop();
        assert!(Mesh::of(&view, 0.5).is_none());
        view.side = usize::MAX;
        assert!(Mesh::of(&view, 0.5).is_none());
    }
}
