//! What the marks on a stage mean, below it.

use super::dom::{set_attribute, set_shown};
use app::state::State;
use app::text::{Language, Text};
use protocol::LaneId;
use render::legend::{Mark, legend};
use render::palette::Theme;
use web_sys::HtmlElement;

/// The list of a lane's marks.
pub struct Legend {
    list: HtmlElement,
    said: Option<(Language, Vec<Mark>)>,
}

impl Legend {
    pub fn new(list: HtmlElement) -> Self {
        Self { list, said: None }
    }

    /// Shows the marks of a lane's stage; as long as they are the same ones, nothing changes.
    pub fn show(&mut self, state: &State, lane: LaneId, text: &Text, theme: &Theme) {
        let said = Some((text.language, legend(state, lane, theme)));
        if said == self.said {
            return;
        }
        self.said = said;
        let marks = self.said.iter().flat_map(|(_, marks)| marks);
        let markup: String = marks.map(|mark| item(mark, text)).collect();
        self.list.set_inner_html(&markup);
        set_attribute(&self.list, "aria-label", text.get("legend.title"));
        set_shown(&self.list, !markup.is_empty());
    }
}

/// A line of the legend. All its parts are our own words, numbers and colours.
fn item(mark: &Mark, text: &Text) -> String {
    format!(
        "<li>{}{}</li>",
        mark.look.picture(),
        text.notice(&mark.text)
    )
}
