//! The centres of mixtures, to be moved on the stage.

use super::dom::{self, by_id, document, listen as on, set_shown};
use super::grips::{self, Deed, Grip};
use super::page::{App, act};
use super::stage::filmstrip;
use app::centres::{self, Change};
use app::msg::Msg;
use app::own::Role;
use web_sys::{Element, Event, HtmlElement};

pub fn listen() {
    act(|app| {
        for lane in 0..2 {
            let plate = app.stage.grips(lane).clone();
            let ground: Element = plate.parent_element().expect("the plate lies on a picture");
            grips::listen(&plate, &ground, move |app, deed| {
                app.do_to_centre(lane, deed)
            });
        }
    });
    for role in Role::ALL {
        let button: HtmlElement = by_id(&format!("add-{}", role.name()));
        on(&button, "click", move |_: Event| {
            act(move |app| app.add_centre(role, [0.0, 0.0]))
        });
    }
}

impl App {
    fn do_to_centre(&mut self, lane: usize, deed: Deed) {
        let settings = &self.state.settings;
        let centre = |index: usize| centres::centres(settings, lane).get(index).copied();
        let change = match deed {
            Deed::Add(share) => {
                let at = self.stage.point_at(&self.state, lane, share);
                let roles = centres::roles(settings);
                if let Some(role) = roles.first().copied() {
                    self.add_centre(role, at);
                }
                return;
            }
            Deed::Move(index, share) => centre(index).map(|c| {
                let at = self.stage.point_at(&self.state, lane, share);
                centres::moved(settings, c.role, c.index, at)
            }),
            Deed::Nudge(index, by) => {
                centre(index).map(|c| centres::nudged(settings, &c, by, self.state.extent))
            }
            Deed::Remove(index) => {
                centre(index).and_then(|c| centres::removed(settings, c.role, c.index))
            }
        };
        self.change_centre(change);
        if matches!(deed, Deed::Remove(_)) {
            self.keep_focus(lane);
        }
    }

    fn add_centre(&mut self, role: Role, at: [f64; 2]) {
        self.change_centre(centres::added(&self.state.settings, role, at));
    }

    fn change_centre(&mut self, change: Option<Change>) {
        if let Some((name, text)) = change {
            self.handle(Msg::Set {
                lane: 0,
                name: name.to_owned(),
                text,
            });
        }
    }

    /// The button that was pressed is gone: the first one takes its place.
    fn keep_focus(&mut self, lane: usize) {
        self.show_centres();
        let lost = document()
            .active_element()
            .is_none_or(|focus| focus.tag_name() == "BODY");
        let first = self.stage.grips(lane).query_selector("[data-grip]");
        if let (true, Ok(Some(grip))) = (lost, first) {
            let _ = wasm_bindgen::JsCast::unchecked_into::<HtmlElement>(grip).focus();
        }
    }

    /// Brings the grips up to date.
    pub fn show_centres(&self) {
        for lane in 0..2 {
            let shown = if filmstrip(&self.state) {
                Vec::new()
            } else {
                centres::centres(&self.state.settings, lane)
            };
            let grips: Vec<Grip> = shown
                .iter()
                .map(|centre| Grip {
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
            let locked = Role::ALL
                .iter()
                .any(|&role| self.host.locks(centres::param(role)));
            grips::show(self.stage.grips(lane), &grips, locked);
        }
        let roles = centres::roles(&self.state.settings);
        for role in Role::ALL {
            let button: Element = by_id(&format!("add-{}", role.name()));
            set_shown(&button, roles.contains(&role));
            dom::set_flag(&button, "disabled", self.host.locks(centres::param(role)));
        }
        set_shown(&by_id("mixture"), !roles.is_empty());
    }
}
