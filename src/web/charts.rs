//! The canvases of the charts.

use crate::app::state::State;
use crate::app::text::Text;
use crate::render::palette::Theme;

/// The charts on the page.
pub struct Charts {
    /// The canvases may have another size than they were drawn for.
    pub resized: bool,
}

impl Charts {
    pub fn new() -> Self {
        Self { resized: true }
    }

    /// Draws what each chart shows.
    pub fn draw(&mut self, _state: &State, _text: &Text, _theme: &Theme) {}
}
