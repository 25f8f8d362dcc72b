//! The controls, made from the schema.

mod curve;
mod field;
mod top;

use super::dom::{add, by_id, listen as on, set_shown, set_text};
use super::page::{App, act};
use app::msg::Msg;
use app::panel::in_a_group;
use app::schema::{Group, PARAMS, Param, param};
use app::text::Text;
use app::value::Value;
use field::Field;
use protocol::LaneId;
pub use top::show_training;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement};

/// All controls, and the lane they set.
#[derive(Default)]
pub struct Panel {
    fields: Vec<Field>,
    groups: Vec<(Group, HtmlElement)>,
    /// The lane whose values the controls show and set.
    pub lane: LaneId,
}

/// Groups that are open at first: what the first scenes speak of.
const OPEN: &[Group] = &[Group::Data, Group::Path];

/// Builds the controls, in the page's language.
pub fn build(app: &mut App) {
    let open: Vec<Group> = if app.panel.groups.is_empty() {
        OPEN.to_vec()
    } else {
        let open = app
            .panel
            .groups
            .iter()
            .filter(|(_, details)| details.has_attribute("open"));
        open.map(|(group, _)| *group).collect()
    };
    let root: Element = by_id("groups");
    root.set_text_content(None);
    app.panel.fields.clear();
    app.panel.groups.clear();
    for group in Group::ALL {
        let details: HtmlElement = add(&root, "details", "group");
        super::dom::set_flag(&details, "open", open.contains(&group));
        set_text(
            &add::<HtmlElement>(&details, "summary", ""),
            app.text.get(group.key()),
        );
        for param in PARAMS.iter().filter(|p| p.group == group && in_a_group(p)) {
            app.panel
                .fields
                .push(Field::build(param, &details, &app.text));
        }
        app.panel.groups.push((group, details));
    }
    top::build(app);
}

pub fn listen() {
    let root: Element = by_id("groups");
    on(&root, "input", |event: Event| {
        act(move |app| moved(app, &event))
    });
    // A number is taken as it is typed, and written properly when it is left.
    on(&root, "change", |_: Event| {
        act(|app| app.dirty.texts = true)
    });
    curve::listen();
    top::listen();
}

/// The name of the parameter whose control an event comes from.
fn name_of(event: &Event, attribute: &str) -> Option<String> {
    let target: Element = event.target()?.dyn_into().ok()?;
    target.get_attribute(attribute)
}

fn moved(app: &mut App, event: &Event) {
    let Some(name) = name_of(event, "data-param") else {
        return;
    };
    let mut fields = app.panel.fields.iter_mut();
    let Some(field) = fields.find(|field| field.param.name == name) else {
        return;
    };
    let (text, refusal) = (field.text(), field.refusal(&app.text));
    field.refuse(refusal);
    app.dirty.texts = true;
    if let Some(text) = text {
        app.set_value(&name, text);
    }
}

impl App {
    /// Sets a parameter of the lane that the controls set.
    fn set_value(&mut self, name: &str, text: String) {
        let lane = self.panel.lane_of(param(name));
        self.handle(Msg::Set {
            lane,
            name: name.to_owned(),
            text,
        });
    }

    /// A sentence below a control about what was refused; an empty one takes it away.
    fn refuse(&mut self, name: &str, sentence: String) {
        let mut fields = self.panel.fields.iter_mut();
        if let Some(field) = fields.find(|field| field.param.name == name) {
            field.refuse(sentence);
            self.dirty.texts = true;
        }
    }
}

impl Panel {
    fn lane_of(&self, param: Option<&Param>) -> LaneId {
        if param.is_some_and(|param| param.per_lane) {
            self.lane
        } else {
            LaneId::A
        }
    }
}

/// Brings the controls up to date.
pub fn show(app: &mut App) {
    let settings = &app.state.settings;
    if settings.lanes < 2 {
        app.panel.lane = LaneId::A;
    }
    let lane = app.panel.lane;
    for field in &mut app.panel.fields {
        field.show(settings, lane, app.host.locks(field.param.name), &app.text);
    }
    for (group, details) in &app.panel.groups {
        let mut fields = app
            .panel
            .fields
            .iter()
            .filter(|field| field.param.group == *group);
        set_shown(details, fields.any(|field| field.shown));
    }
    top::show(app);
}

/// A value as the user reads it.
pub fn value_text(param: &Param, value: &Value, text: &Text) -> String {
    match value {
        Value::Choice(name) => choice_text(param, name, text),
        Value::Flag(on) => text
            .get(if *on { "flag.on" } else { "flag.off" })
            .to_owned(),
        value => value.print(),
    }
}

/// A choice's name: that of the parameter's own choice, or of all that share it.
fn choice_text(param: &Param, name: &str, text: &Text) -> String {
    let own = text.find(&format!("choice.{}.{name}", param.name));
    let shared = || text.find(&format!("choice.{name}"));
    own.or_else(shared).unwrap_or(name).to_owned()
}
