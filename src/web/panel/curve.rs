//! The control of a curve: the two coefficients, and the points that bend them.

use super::super::dom::{self, add, set_attribute, set_flag, set_text};
use super::super::handles::{self, Edit, Handle};
use super::super::page::{App, act};
use app::curve::{self, NUDGE};
use app::text::Text;
use flow::custom::{Curve, CurveError};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement};

/// The parameter of the only curve there is.
const NAME: &str = "curve";
/// Side of the plate in the SVG's own units.
const SIDE: f64 = 100.0;

/// Builds the control.
pub fn build(root: &Element, text: &Text) -> HtmlElement {
    root.class_list().add_1("wide").expect("a valid class");
    let control: HtmlElement = add(root, "div", "curve");
    set_attribute(&control, "role", "group");
    set_attribute(&control, "aria-label", text.get("param.curve"));
    let plate: HtmlElement = add(&control, "div", "plate");
    // All of it our own words. The SVG stretches with the plate, and its lines do not.
    plate.set_inner_html(
        "<svg viewBox=\"0 0 100 100\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
         <path class=\"sigma\"/><path class=\"alpha\"/></svg>",
    );
    let row: HtmlElement = add(&control, "div", "row");
    for (name, key) in [("more", "curve.add"), ("straight", "curve.straight")] {
        let button: HtmlElement = add(&row, "button", "");
        set_attribute(&button, "type", "button");
        set_attribute(&button, "data-curve", name);
        set_text(&button, text.get(key));
    }
    handles::listen(&plate, &plate, |app, edit| app.bend(edit));
    control
}

pub fn listen() {
    dom::listen(
        &dom::by_id::<Element>("groups"),
        "click",
        |event: Event| match super::name_of(&event, "data-curve").as_deref() {
            Some("more") => act(|app| app.add_to_curve()),
            Some("straight") => act(|app| app.take_curve(Ok(Curve::line()))),
            _ => {}
        },
    );
}

/// Shows a curve.
pub fn show(control: &Element, value: &Curve, locked: bool, text: &Text) {
    let plate: Element = dom::first(control, ".plate");
    for (class, sigma) in [(".alpha", false), (".sigma", true)] {
        let path: Element = dom::first(&plate, class);
        set_attribute(&path, "d", &curve::path(value, sigma, SIDE));
    }
    let handles: Vec<Handle> = curve::inner(value)
        .into_iter()
        .enumerate()
        .map(|(index, (t, alpha))| Handle {
            at: curve::share((t, alpha)),
            class: "target",
            label: text.fill(
                "curve.point",
                &[(index + 1).to_string(), t.to_string(), alpha.to_string()],
            ),
        })
        .collect();
    handles::show(&plate, &handles, locked);
    let buttons = control
        .query_selector_all("[data-curve]")
        .expect("a valid selector");
    for button in (0..buttons.length()).filter_map(|i| buttons.get(i)) {
        set_flag(button.unchecked_ref::<Element>(), "disabled", locked);
    }
}

impl App {
    fn curve(&self) -> Curve {
        self.state.spec(self.panel.lane).path.curve
    }

    fn bend(&mut self, edit: Edit) {
        let now = self.curve();
        let bent = match edit {
            Edit::Add(share) => curve::added(&now, curve::point(share)).map(|(curve, _)| curve),
            Edit::Move(index, share) => curve::moved(&now, index, curve::point(share)),
            Edit::Nudge(index, by) => curve::nudged(&now, index, by.map(|x| NUDGE * x)),
            Edit::Remove(index) => Ok(curve::removed(&now, index)),
        };
        self.take_curve(bent);
    }

    fn add_to_curve(&mut self) {
        let now = self.curve();
        let more = curve::added(&now, curve::place_for_more(&now));
        self.take_curve(more.map(|(curve, _)| curve));
    }

    /// Sets a curve, or says why it is none.
    fn take_curve(&mut self, bent: Result<Curve, CurveError>) {
        match bent {
            Ok(bent) => {
                self.refuse(NAME, String::new());
                self.set_value(NAME, app::value::Value::Curve(bent).print());
            }
            Err(error) => {
                let (key, value) = curve::reason(error);
                self.refuse(NAME, self.text.fill(key, &[value]));
            }
        }
    }
}
