//! One passage of time as a moving picture.

use super::super::canvas::Canvas;
use super::super::dom::{after, property, window};
use super::super::page::{App, ask};
use super::{blob, blob_of};
use app::export::{Export, What, film_times};
use js_sys::{Array, Promise};
use protocol::LaneId;
use render::gif::{Gif, Palette};
use render::scene::{self, Scratch};
use render::view::View;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobEvent, Event, HtmlCanvasElement, MediaRecorder, MediaRecorderOptions};

/// Side of a stage of ordinary size in CSS pixels: marks are as large beside it as on the page.
const ORDINARY: f32 = 520.0;
/// Pixels between two lanes.
const GAP: u32 = 8;
/// Frames in a second of a GIF (which counts in hundredths) and of a recording.
const GIF_RATE: f64 = 20.0;
const RECORDING_RATE: f64 = 30.0;

/// The lanes side by side on a canvas that is on no page.
pub struct Film {
    side: u32,
    whole: Option<Canvas>,
    lane: Canvas,
    scratch: Scratch,
}

impl Film {
    pub fn new(side: u32) -> Self {
        Self {
            side,
            whole: None,
            lane: Canvas::off_page(ORDINARY, ORDINARY, f64::from(side as f32 / ORDINARY)),
            scratch: Scratch::default(),
        }
    }

    /// Draws the lanes at a time.
    pub fn draw(&mut self, app: &mut App, t: f64) {
        let lanes: Vec<LaneId> = LaneId::ALL
            .into_iter()
            .filter(|&lane| app.state.shown(lane))
            .collect();
        let width = lanes.len() as u32 * (self.side + GAP) - GAP;
        // Made at the first frame and kept: a film does not change its size.
        let whole = self
            .whole
            .get_or_insert_with(|| Canvas::off_page(width as f32, self.side as f32, 1.0));
        whole.fill(app.look.theme.paper);
        let now = std::mem::replace(&mut app.state.settings.t, t);
        for (place, lane) in lanes.into_iter().enumerate() {
            let view = View::new(ORDINARY, ORDINARY, app.state.extent);
            scene::draw(
                &app.state,
                lane,
                &view,
                &app.look.theme,
                &mut self.scratch,
                &mut self.lane.raster,
            );
            self.lane.show();
            whole.lay(&self.lane, f64::from(place as u32 * (self.side + GAP)));
        }
        app.state.settings.t = now;
    }

    /// What was drawn.
    pub fn canvas(&self) -> &HtmlCanvasElement {
        &self.whole.as_ref().unwrap_or(&self.lane).element
    }

    fn pixels(&self) -> Option<Vec<u8>> {
        self.whole.as_ref()?.pixels()
    }
}

/// A film that is being made: shared with the turns in which its frames are drawn.
type Shared = Rc<RefCell<Film>>;

/// Draws a frame in a turn of its own, and gives its pixels.
async fn frame(film: &Shared, t: f64) -> Result<Vec<u8>, &'static str> {
    pause(0).await;
    draw(film, t).ok_or("export.failed")
}

fn draw(film: &Shared, t: f64) -> Option<Vec<u8>> {
    let film = film.clone();
    ask(move |app| {
        let mut film = film.borrow_mut();
        film.draw(app, t);
        film.pixels()
    })?
}

/// Lets the browser have its turn for so many milliseconds.
async fn pause(milliseconds: i32) {
    let promise = Promise::new(&mut |resolve, _| {
        after(milliseconds, move || {
            let _ = resolve.call0(&JsValue::NULL);
        });
    });
    let _ = JsFuture::from(promise).await;
}

/// A GIF, frame by frame, so that the page goes on meanwhile.
pub async fn gif(export: &Export) -> Result<Blob, &'static str> {
    let film = Rc::new(RefCell::new(Film::new(export.side)));
    // The colours of the beginning, of the middle and of the end are those of the whole.
    let mut sample = Vec::new();
    for t in [0.0, 0.5, 1.0] {
        sample.extend(frame(&film, t).await?);
    }
    let mut gif = begin(&film, &sample).ok_or("export.failed")?;
    for t in film_times(export.seconds, GIF_RATE) {
        let pixels = frame(&film, t).await?;
        // To draw and to write are two turns, so that neither is felt.
        pause(0).await;
        gif.add(&pixels).map_err(|_| "export.failed")?;
    }
    let bytes = gif.finish().map_err(|_| "export.failed")?;
    blob(&bytes, What::Gif).ok_or("export.failed")
}

fn begin(film: &Shared, sample: &[u8]) -> Option<Gif> {
    let film = film.borrow();
    let size = [film.canvas().width(), film.canvas().height()].map(|length| length as u16);
    let delay = (100.0 / GIF_RATE) as u16;
    Gif::new(size[0], size[1], delay, Palette::of(sample)).ok()
}

/// A recording by the browser, in the time that the passage takes.
pub async fn webm(export: &Export) -> Result<Blob, &'static str> {
    let film = Rc::new(RefCell::new(Film::new(export.side)));
    frame(&film, 0.0).await?;
    let recorder = recorder(&film).ok_or("export.no-webm")?;
    let recorded = recording(&recorder);
    recorder.start().map_err(|_| "export.no-webm")?;
    for t in film_times(export.seconds, RECORDING_RATE) {
        pause((1000.0 / RECORDING_RATE) as i32).await;
        draw(&film, t);
    }
    recorder.stop().map_err(|_| "export.failed")?;
    let parts = JsFuture::from(recorded)
        .await
        .map_err(|_| "export.failed")?;
    blob_of(parts.unchecked_ref(), What::Webm.media()).ok_or("export.failed")
}

/// A recorder of what is drawn, where the browser has one.
fn recorder(film: &Shared) -> Option<MediaRecorder> {
    let known = !property(&window(), "MediaRecorder").is_undefined();
    if !known || !MediaRecorder::is_type_supported(What::Webm.media()) {
        return None;
    }
    let stream = film.borrow().canvas().capture_stream().ok()?;
    let options = MediaRecorderOptions::new();
    options.set_mime_type(What::Webm.media());
    MediaRecorder::new_with_media_stream_and_media_recorder_options(&stream, &options).ok()
}

/// The parts of a recording, once it has been stopped.
fn recording(recorder: &MediaRecorder) -> Promise {
    let parts = Array::new();
    let kept = parts.clone();
    super::super::dom::listen(recorder, "dataavailable", move |event: BlobEvent| {
        if let Some(part) = event.data() {
            kept.push(&part);
        }
    });
    let recorder = recorder.clone();
    Promise::new(&mut |resolve, _| {
        let parts = parts.clone();
        super::super::dom::listen(&recorder, "stop", move |_: Event| {
            let _ = resolve.call1(&JsValue::NULL, &parts);
        });
    })
}
