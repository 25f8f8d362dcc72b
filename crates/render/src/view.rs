//! Between the plane and the pixels of a stage.

use flow::Point;
use raster::surface::Rect;

/// Shows the square `[-extent, extent]^2` of the plane as large as a rectangle of pixels allows,
/// centred. In the plane y points up, in pixels down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// The rectangle, in CSS pixels.
    pub rect: Rect,
    /// Half-width of the square of the plane that is certain to be seen.
    pub extent: f64,
}

impl View {
    /// A view that fills a canvas of this size.
    pub fn new(width: f32, height: f32, extent: f64) -> Self {
        let rect = Rect {
            x: 0.0,
            y: 0.0,
            width,
            height,
        };
        Self { rect, extent }
    }

    /// Pixels per unit of the plane.
    pub fn scale(&self) -> f32 {
        (f64::from(self.side()) / (2.0 * self.extent)) as f32
    }

    /// The side of the shown square in pixels.
    pub fn side(&self) -> f32 {
        self.rect.width.min(self.rect.height)
    }

    /// Whether there is something to draw on, and to draw.
    pub(crate) fn is_sound(&self) -> bool {
        let Rect { width, height, .. } = self.rect;
        let positive = |length: f32| length > 0.0 && length.is_finite();
        positive(width) && positive(height) && positive(self.scale())
    }

    /// The pixel at the plane's origin.
    pub fn centre(&self) -> [f32; 2] {
        let Rect {
            x,
            y,
            width,
            height,
        } = self.rect;
        [x + width / 2.0, y + height / 2.0]
    }

    /// The pixel of a point of the plane; not finite where the point is not.
    pub fn pixel(&self, x: f32, y: f32) -> [f32; 2] {
        let ([cx, cy], scale) = (self.centre(), self.scale());
        [cx + x * scale, cy - y * scale]
    }

    /// The point of the plane under a pixel.
    pub fn point(&self, x: f32, y: f32) -> Point {
        let ([cx, cy], scale) = (self.centre(), f64::from(self.scale()));
        [f64::from(x - cx) / scale, f64::from(cy - y) / scale]
    }

    /// The point of the plane at a share of the rectangle's width and height, from its top left.
    pub fn point_at(&self, share: [f64; 2]) -> Point {
        let Rect {
            x,
            y,
            width,
            height,
        } = self.rect;
        self.point(x + share[0] as f32 * width, y + share[1] as f32 * height)
    }

    /// The share of the rectangle's width and height at which a point of the plane lies.
    pub fn share(&self, at: Point) -> [f64; 2] {
        let Rect {
            x,
            y,
            width,
            height,
        } = self.rect;
        let [px, py] = self.pixel(at[0] as f32, at[1] as f32);
        [
            f64::from((px - x) / width.max(1.0)),
            f64::from((py - y) / height.max(1.0)),
        ]
    }

    /// The pixels that the square `[-extent, extent]^2` of the plane covers.
    pub fn square(&self, extent: f64) -> Rect {
        let [cx, cy] = self.centre();
        let half = extent as f32 * self.scale();
        Rect {
            x: cx - half,
            y: cy - half,
            width: 2.0 * half,
            height: 2.0 * half,
        }
    }

    /// How much larger than on a stage of ordinary size (520 pixels) a mark should be.
    ///
    /// Marks grow more slowly than the stage: a wall needs larger ones, a thumbnail legible ones.
    pub fn mark(&self) -> f32 {
        (self.side() / 520.0).clamp(0.16, 4.0).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_comes_back_from_its_pixel() {
        let mut view = View::new(640.0, 480.0, 4.0);
        view.rect.x = 100.0;
        for point in [[0.0, 0.0], [4.0, 4.0], [-1.5, 3.25]] {
            let [x, y] = view.pixel(point[0] as f32, point[1] as f32);
            let back = view.point(x, y);
            assert!((back[0] - point[0]).abs() < 1e-5 && (back[1] - point[1]).abs() < 1e-5);
            let back = view.point_at(view.share(point));
            assert!((back[0] - point[0]).abs() < 1e-5 && (back[1] - point[1]).abs() < 1e-5);
        }
    }

    #[test]
    fn y_points_up() {
        let view = View::new(200.0, 200.0, 1.0);
        assert_eq!(view.pixel(-1.0, 1.0), [0.0, 0.0]);
        assert_eq!(view.pixel(1.0, -1.0), [200.0, 200.0]);
    }

    #[test]
    fn the_square_fits_the_shorter_side() {
        let view = View::new(300.0, 100.0, 2.0);
        let square = view.square(2.0);
        assert_eq!((square.x, square.width), (100.0, 100.0));
        assert_eq!((square.y, square.height), (0.0, 100.0));
    }
}
