//! The stage: two figures, of which one or both are shown, each with its picture, the words over
//! it and the figures below.

use super::canvas::Canvas;
use super::dom::{self, by_id, first, set_attribute, set_class, set_shown, set_text};
use super::figures::{Description, Figures};
use super::legend::Legend;
use super::page::{Dirty, act};
use app::overlay::{Overlay, overlay};
use app::panel::shown_differences;
use app::schema::Param;
use app::state::State;
use app::text::Text;
use app::user_data;
use flow::Point;
use protocol::LaneId;
use render::describe;
use render::palette::Theme;
use render::scene::{self, Scratch};
use render::view::View;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, ResizeObserver};

/// Both lanes' places on the page.
pub struct Stage {
    root: HtmlElement,
    lanes: [Place; 2],
    scratch: Scratch,
    description: Description,
    /// The canvases may have another size than they were drawn for.
    resized: bool,
}

/// A lane's place.
struct Place {
    figure: HtmlElement,
    difference: Element,
    picture: HtmlElement,
    canvas: Canvas,
    overlay: HtmlElement,
    /// Where what can be taken hold of lies.
    handles: HtmlElement,
    figures: Figures,
    legend: Legend,
}

/// Whether a filmstrip stands for the animation.
pub fn filmstrip(state: &State) -> bool {
    state.reduced_motion && !state.playing
}

impl Stage {
    pub fn new() -> Self {
        let root: HtmlElement = by_id("stage");
        let lanes = LaneId::ALL.map(|lane| Place::new(&root, lane));
        observe(&lanes);
        Self {
            root,
            lanes,
            scratch: Scratch::default(),
            description: Description::default(),
            resized: true,
        }
    }

    /// Draws the lanes that are shown.
    pub fn draw(&mut self, state: &State, theme: &Theme) {
        self.lay_out(state);
        for (lane, place) in LaneId::ALL.into_iter().zip(&mut self.lanes) {
            if !state.shown(lane) {
                continue;
            }
            let view = place.view(state);
            let draw = if filmstrip(state) {
                scene::draw_filmstrip
            } else {
                scene::draw
            };
            draw(
                state,
                lane,
                &view,
                theme,
                &mut self.scratch,
                &mut place.canvas.raster,
            );
            place.canvas.show();
        }
    }

    fn lay_out(&mut self, state: &State) {
        set_attribute(
            &self.root,
            "data-lanes",
            if state.settings.lanes == 2 { "2" } else { "1" },
        );
        for (lane, place) in LaneId::ALL.into_iter().zip(&mut self.lanes) {
            set_shown(&place.figure, state.shown(lane));
            set_class(&place.picture, "strip", filmstrip(state));
        }
        if std::mem::take(&mut self.resized) {
            self.lanes
                .iter_mut()
                .for_each(|place| place.canvas.measure());
        }
    }

    /// The words around the pictures.
    pub fn show_texts(&mut self, state: &State, text: &Text) {
        let differences = shown_differences(&state.settings);
        for (lane, place) in LaneId::ALL.into_iter().zip(&self.lanes) {
            set_text(&place.difference, &named(&differences, state, lane, text));
            place.show_overlay(state, lane, text);
            let name = text.notice(&describe::name(state, lane));
            set_attribute(&place.canvas.element, "aria-label", &name);
            let draws = state.shown(lane)
                && user_data::role(&state.settings, lane, state.drawing).is_some();
            set_class(&place.picture, "draws", draws);
        }
    }

    /// The figures below the pictures.
    pub fn show_figures(&mut self, state: &State, text: &Text) {
        for (lane, place) in LaneId::ALL.into_iter().zip(&mut self.lanes) {
            if state.shown(lane) {
                place.figures.show(state, lane, text);
            }
        }
    }

    /// What the marks in the pictures mean.
    pub fn show_legends(&mut self, state: &State, text: &Text, theme: &Theme) {
        for (lane, place) in LaneId::ALL.into_iter().zip(&mut self.lanes) {
            if state.shown(lane) {
                place.legend.show(state, lane, text, theme);
            }
        }
    }

    /// Renews the description that a screen reader speaks, unless it is too early; returns whether
    /// it is up to date.
    pub fn describe(&mut self, state: &State, text: &Text, now: f64) -> bool {
        self.description.show(state, text, now)
    }

    /// The point of the plane at an offset in a lane's canvas, and the length of a pixel there.
    pub fn point(&self, state: &State, lane: LaneId, x: f32, y: f32) -> (Point, f64) {
        let mut view = self.lanes[lane].view(state);
        if filmstrip(state) {
            let panels = scene::film_panels(view.rect);
            let under = panels
                .into_iter()
                .find(|rect| x < rect.x + rect.width && y < rect.y + rect.height);
            view.rect = under.unwrap_or(view.rect);
        }
        (view.point(x, y), 1.0 / f64::from(view.scale()))
    }

    /// The point of the plane at a share of a lane's picture, from its top left.
    pub fn point_at(&self, state: &State, lane: LaneId, share: [f64; 2]) -> Point {
        self.lanes[lane].view(state).point_at(share)
    }

    /// The share of a lane's picture, from its top left, at which a point of the plane lies.
    pub fn share(&self, state: &State, lane: LaneId, at: Point) -> [f64; 2] {
        self.lanes[lane].view(state).share(at)
    }

    /// The plate of a lane on which its handles lie.
    pub fn handles(&self, lane: LaneId) -> &HtmlElement {
        &self.lanes[lane].handles
    }

    /// The canvas of a lane.
    pub fn canvas(&self, lane: LaneId) -> &web_sys::HtmlCanvasElement {
        &self.lanes[lane].canvas.element
    }
}

impl Place {
    fn new(stage: &Element, lane: LaneId) -> Self {
        let figure: HtmlElement = first(stage, &format!("[data-lane='{}']", lane.index()));
        Self {
            difference: first(&figure, ".difference"),
            picture: first(&figure, ".picture"),
            canvas: Canvas::new(first(&figure, "canvas")),
            overlay: first(&figure, ".overlay"),
            handles: first(&figure, ".handles"),
            figures: Figures::new(first(&figure, ".figures")),
            legend: Legend::new(first(&figure, ".legend")),
            figure,
        }
    }

    fn view(&self, state: &State) -> View {
        View::new(self.canvas.width, self.canvas.height, state.extent)
    }

    fn show_overlay(&self, state: &State, lane: LaneId, text: &Text) {
        let overlay = overlay(state, lane);
        set_shown(&self.overlay, overlay.is_some());
        set_class(
            &self.overlay,
            "problem",
            matches!(overlay, Some(Overlay::Problem(_))),
        );
        match overlay {
            Some(Overlay::Problem(notice)) => set_text(&self.overlay, &text.notice(&notice)),
            Some(Overlay::Remark(key)) => set_text(&self.overlay, text.get(key)),
            None => {}
        }
    }
}

/// What this lane has of what the lanes differ in.
fn named(differences: &[&Param], state: &State, lane: LaneId, text: &Text) -> String {
    let names = differences.iter().map(|param| {
        let value = super::panel::value_text(param, &(param.get)(&state.settings, lane), text);
        format!("{}: {value}", text.get(&format!("param.{}", param.name)))
    });
    names.collect::<Vec<_>>().join(" · ")
}

/// Has the stage measured again whenever the layout gives it another size.
fn observe(lanes: &[Place; 2]) {
    let resized = Closure::<dyn FnMut()>::new(|| {
        act(|app| {
            app.stage.resized = true;
            app.charts.resized = true;
            app.dirty = Dirty::ALL;
        });
    });
    if let Ok(observer) = ResizeObserver::new(resized.as_ref().unchecked_ref()) {
        for place in lanes {
            observer.observe(&place.picture);
        }
        observer.observe(&by_id::<Element>("charts"));
        // The observer lives as long as the page.
        std::mem::forget(observer);
    }
    // Another screen, or another zoom, may change the density of pixels alone.
    dom::on_media("(min-resolution: 1.5dppx)", |_| {
        act(|app| app.stage.resized = true)
    });
    resized.forget();
}
