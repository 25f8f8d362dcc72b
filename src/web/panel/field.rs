//! One parameter's control.

use super::super::dom::{add, document, set_attribute, set_class, set_flag, set_shown, set_text};
use super::curve;
use super::{choice_text, value_text};
use app::panel::{differs, remark, visible};
use app::schema::Param;
use app::settings::Settings;
use app::settings::labels;
use app::sliders::{Control, position, positions, value_at};
use app::text::Text;
use app::value::{Kind, Value};
use app::word;
use protocol::LaneId;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlInputElement, HtmlOptionElement, HtmlSelectElement};

/// A control with its label.
pub struct Field {
    pub param: &'static Param,
    root: HtmlElement,
    input: HtmlElement,
    output: Option<Element>,
    /// What is to be said about the value, below the control.
    remark: HtmlElement,
    /// The sentence about what was refused last.
    refused: String,
    /// The lane whose value the control shows.
    pub shown: bool,
}

impl Field {
    /// Builds the control at the end of a group.
    pub fn build(param: &'static Param, group: &Element, text: &Text) -> Self {
        let control = Control::of(&param.kind);
        let id = format!("param-{}", param.name);
        let check = control == Control::Check;
        let root: HtmlElement = add(group, "div", if check { "check" } else { "field" });
        let (input, output) = if check {
            let input = input(&root, "checkbox");
            label(&root, param, &id, text);
            (input, None)
        } else {
            label(&root, param, &id, text);
            place(control, param, &root, &id, text)
        };
        set_attribute(&input, "id", &id);
        set_attribute(&input, "data-param", param.name);
        explain(&root, &input, param, text);
        let remark: HtmlElement = add(&root, "p", "remark");
        set_attribute(&remark, "role", "status");
        Self {
            param,
            root,
            input,
            output,
            remark,
            refused: String::new(),
            shown: true,
        }
    }

    /// The value that the control has been moved to, as the schema writes it.
    pub fn text(&self) -> Option<String> {
        let input = self.input.unchecked_ref::<HtmlInputElement>();
        match Control::of(&self.param.kind) {
            Control::Choice => Some(self.input.unchecked_ref::<HtmlSelectElement>().value()),
            Control::Slider => self.slider_value().map(|value| value.print()),
            Control::Number => Some(input.value()).filter(|text| !text.is_empty()),
            Control::Check => Some(u8::from(input.checked()).to_string()),
            Control::Word => Some(word::read(&input.value()).word).filter(|word| !word.is_empty()),
            Control::Label => Some(self.input.unchecked_ref::<HtmlSelectElement>().value()),
            Control::Curve | Control::None => None,
        }
    }

    fn slider_value(&self) -> Option<Value> {
        let at = self
            .input
            .unchecked_ref::<HtmlInputElement>()
            .value_as_number();
        value_at(&self.param.kind, at as u32)
    }

    /// Shows a lane's value.
    pub fn show(&mut self, settings: &Settings, lane: LaneId, locked: bool, text: &Text) {
        self.shown = visible(self.param, settings, lane);
        set_shown(&self.root, self.shown);
        if !self.shown {
            return;
        }
        let value = (self.param.get)(settings, lane);
        if Control::of(&self.param.kind) == Control::Label {
            fill_labels(&self.input, labels(settings, lane), text);
        }
        self.show_value(&value, locked, text);
        self.show_remark(settings, lane, text);
        if let Some(output) = &self.output {
            set_text(output, &value.print());
        }
        let differs = differs(self.param, settings);
        set_class(&self.root, "differs", differs);
        let both = || self.both(settings, text);
        set_attribute(
            &self.root,
            "title",
            &if differs { both() } else { String::new() },
        );
        set_flag(&self.input, "disabled", locked);
    }

    /// What both lanes have.
    fn both(&self, settings: &Settings, text: &Text) -> String {
        let value = |lane| value_text(self.param, &(self.param.get)(settings, lane), text);
        format!("A: {} · B: {}", value(LaneId::A), value(LaneId::B))
    }

    /// What was typed or drawn last is refused, or nothing is.
    pub fn refuse(&mut self, sentence: String) {
        self.refused = sentence;
    }

    /// What of the text in the box is refused.
    pub fn refusal(&self, text: &Text) -> String {
        if Control::of(&self.param.kind) != Control::Word {
            return String::new();
        }
        let typed = word::read(&self.input.unchecked_ref::<HtmlInputElement>().value());
        let refused = typed.refused;
        refused.map_or(String::new(), |(key, value)| text.fill(key, &[value]))
    }

    fn show_remark(&self, settings: &Settings, lane: LaneId, text: &Text) {
        let remark = remark(self.param, settings, lane).map_or("", |key| text.get(key));
        let said = if self.refused.is_empty() {
            remark
        } else {
            &self.refused
        };
        set_text(&self.remark, said);
        set_class(&self.remark, "refused", !self.refused.is_empty());
    }

    fn show_value(&self, value: &Value, locked: bool, text: &Text) {
        let input = self.input.unchecked_ref::<HtmlInputElement>();
        match (Control::of(&self.param.kind), value) {
            (Control::Choice, Value::Choice(name)) => {
                self.input
                    .unchecked_ref::<HtmlSelectElement>()
                    .set_value(name);
            }
            // A slider stands right as long as its place means this value: it may be in the
            // user's hand, and several places may round to one value.
            (Control::Slider, value) if self.slider_value().as_ref() != Some(value) => {
                input.set_value_as_number(f64::from(position(&self.param.kind, value)));
            }
            (Control::Slider, value) => set_attribute(input, "aria-valuetext", &value.print()),
            (Control::Check, Value::Flag(on)) => input.set_checked(*on),
            (Control::Label, value) => {
                self.input
                    .unchecked_ref::<HtmlSelectElement>()
                    .set_value(&value.print());
            }
            (Control::Curve, Value::Curve(value)) => curve::show(&self.input, value, locked, text),
            // What is being typed is left alone until it is done.
            (Control::Number | Control::Word, value)
                if document().active_element().as_ref() != Some(input) =>
            {
                input.set_value(&value.print());
            }
            _ => {}
        }
    }
}

fn label(root: &Element, param: &Param, id: &str, text: &Text) {
    let label: HtmlElement = add(root, "label", "");
    set_attribute(&label, "for", id);
    set_text(&label, text.get(&format!("param.{}", param.name)));
}

/// The sentence about a parameter, for the pointer and for a screen reader.
fn explain(root: &Element, input: &Element, param: &Param, text: &Text) {
    let help = format!("param.{}.help", param.name);
    let id = format!("help-{}", param.name);
    let sentence: HtmlElement = add(root, "span", "spoken");
    set_text(&sentence, text.get(&help));
    set_attribute(&sentence, "id", &id);
    set_attribute(input, "aria-describedby", &id);
    set_attribute(input, "title", text.get(&help));
}

fn input(root: &Element, kind: &str) -> HtmlElement {
    let input: HtmlElement = add(root, "input", "");
    set_attribute(&input, "type", kind);
    input
}

/// The control itself, and the place where its value is read.
fn place(
    control: Control,
    param: &Param,
    root: &Element,
    id: &str,
    text: &Text,
) -> (HtmlElement, Option<Element>) {
    match control {
        Control::Choice => (select(param, root, text), None),
        Control::Number => (number(param, root), None),
        Control::Word => (word_box(root), None),
        Control::Label => (add(root, "select", ""), None),
        Control::Curve => (curve::build(root, text), None),
        _ => {
            let row: HtmlElement = add(root, "div", "slider");
            let slider = input(&row, "range");
            set_attribute(&slider, "max", &positions(&param.kind).to_string());
            let output: HtmlElement = add(&row, "output", "");
            set_attribute(&output, "for", id);
            (slider, Some(output.into()))
        }
    }
}

fn select(param: &Param, root: &Element, text: &Text) -> HtmlElement {
    let select: HtmlElement = add(root, "select", "");
    if let Kind::Choice(names) = param.kind {
        for name in names {
            let option: HtmlOptionElement = add(&select, "option", "");
            option.set_value(name);
            option.set_text(&choice_text(param, name, text));
        }
    }
    select
}

/// None and the labels, by number.
fn fill_labels(select: &Element, count: u32, text: &Text) {
    if select.child_element_count() == count + 1 {
        return;
    }
    select.set_text_content(None);
    let none = std::iter::once(("none".to_owned(), text.get("label.none").to_owned()));
    let named = (0..count).map(|label| {
        let number = label.to_string();
        let name = text.fill("label.name", std::slice::from_ref(&number));
        (number, name)
    });
    for (value, name) in none.chain(named) {
        let option: HtmlOptionElement = add(select, "option", "");
        option.set_value(&value);
        option.set_text(&name);
    }
}

fn word_box(root: &Element) -> HtmlElement {
    let input = input(root, "text");
    for (name, value) in [
        ("autocapitalize", "characters"),
        ("autocomplete", "off"),
        ("spellcheck", "false"),
    ] {
        set_attribute(&input, name, value);
    }
    input
}

fn number(param: &Param, root: &Element) -> HtmlElement {
    let number = input(root, "number");
    if let Kind::Whole { min, max, .. } = param.kind {
        set_attribute(&number, "min", &min.to_string());
        set_attribute(&number, "max", &max.to_string());
    }
    number
}
