//! Sentences for the user, until dismissed.

use super::dom::{add, by_id, first, set_shown};
use app::state::State;
use app::text::Text;
use web_sys::{Element, HtmlElement};

/// Shows the notices there are.
pub fn show(state: &State, text: &Text) {
    let place: Element = by_id("notices");
    let list: Element = first(&place, "ul");
    let sentences: Vec<String> = state
        .notices
        .iter()
        .map(|notice| text.notice(notice))
        .collect();
    // Rewritten only when another sentence is said, since a screen reader speaks what is written.
    if list.text_content().as_deref() != Some(&sentences.concat()) {
        list.set_text_content(None);
        for sentence in &sentences {
            add::<HtmlElement>(&list, "li", "").set_text_content(Some(sentence));
        }
    }
    set_shown(&place, !sentences.is_empty());
}
