//! The centres of mixtures, to be moved on the stage.

use super::dom::{self, by_id, document, listen as on, set_shown};
use super::handles::{self, Edit, Handle};
use super::page::{App, act};
use super::stage::filmstrip;
use app::centres::{self, Change};
use app::msg::Msg;
use app::user_data::Endpoint;
use protocol::LaneId;
use web_sys::{Element, Event, HtmlElement};

pub fn listen() {
    act(|app| {
        for lane in LaneId::ALL {
            let plate = app.stage.handles(lane).clone();
            let ground: Element = plate.parent_element().expect("the plate lies on a picture");
            handles::listen(&plate, &ground, move |app, edit| {
                app.do_to_centre(lane, edit)
            });
        }
    });
    for role in Endpoint::ALL {
        let button: HtmlElement = by_id(&format!("add-{}", role.name()));
        on(&button, "click", move |_: Event| {
            act(move |app| app.add_centre(role, [0.0, 0.0]))
        });
    }
}

impl App {
    fn do_to_centre(&mut self, lane: LaneId, edit: Edit) {
        let settings = &self.state.settings;
        let centre = |index: usize| centres::centres(settings, lane).get(index).copied();
        let change = match edit {
            Edit::Add(share) => {
                let at = self.stage.point_at(&self.state, lane, share);
                let roles = centres::roles(settings);
                if let Some(role) = roles.first().copied() {
                    self.add_centre(role, at);
                }
                return;
            }
            Edit::Move(index, share) => centre(index).map(|c| {
                let at = self.stage.point_at(&self.state, lane, share);
                centres::moved(settings, c.role, c.index, at)
            }),
            Edit::Nudge(index, by) => {
                centre(index).map(|c| centres::nudged(settings, &c, by, self.state.extent))
            }
            Edit::Remove(index) => {
                centre(index).and_then(|c| centres::removed(settings, c.role, c.index))
            }
        };
        self.change_centre(change);
        if matches!(edit, Edit::Remove(_)) {
            self.keep_focus(lane);
        }
    }

    fn add_centre(&mut self, role: Endpoint, at: [f64; 2]) {
        self.change_centre(centres::added(&self.state.settings, role, at));
    }

    fn change_centre(&mut self, change: Option<Change>) {
        if let Some((name, text)) = change {
            self.handle(Msg::Set {
                lane: LaneId::A,
                name: name.to_owned(),
                text,
            });
        }
    }

    /// The button that was pressed is gone: the first one takes its place.
    fn keep_focus(&mut self, lane: LaneId) {
        self.show_centres();
        let lost = document()
            .active_element()
            .is_none_or(|focus| focus.tag_name() == "BODY");
        let first = self.stage.handles(lane).query_selector("[data-handle]");
        if let (true, Ok(Some(handle))) = (lost, first) {
            let _ = wasm_bindgen::JsCast::unchecked_into::<HtmlElement>(handle).focus();
        }
    }

    /// Brings the handles up to date.
    pub fn show_centres(&self) {
        for lane in LaneId::ALL {
            let shown = if filmstrip(&self.state) {
                Vec::new()
            } else {
                centres::centres(&self.state.settings, lane)
            };
            let handles: Vec<Handle> = shown
                .iter()
                .map(|centre| Handle {
                    at: self.stage.share(&self.state, lane, centre.at),
                    class: centre.role.name(),
                    label: self.text.fill(
                        &format!("centre.{}", centre.role.name()),
                        &[
                            (centre.index + 1).to_string(),
                            format!("{:.2}", centre.at[0]),
                            format!("{:.2}", centre.at[1]),
                        ],
                    ),
                })
                .collect();
            let locked = Endpoint::ALL
                .iter()
                .any(|&role| self.host.locks(centres::param(role)));
            handles::show(self.stage.handles(lane), &handles, locked);
        }
        let roles = centres::roles(&self.state.settings);
        for role in Endpoint::ALL {
            let button: Element = by_id(&format!("add-{}", role.name()));
            set_shown(&button, roles.contains(&role));
            dom::set_flag(&button, "disabled", self.host.locks(centres::param(role)));
        }
        set_shown(&by_id("mixture"), !roles.is_empty());
    }
}
