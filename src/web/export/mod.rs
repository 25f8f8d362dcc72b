//! Files to take home: made for the API, and for the dialog, which saves them.

pub mod dialog;
mod film;

use super::chart_backend::ChartBackend;
use super::dom::create;
use super::json;
use super::page::{App, ask};
use app::export::{Export, What, csv};
use app::snapshot::snapshot;
use film::Film;
use js_sys::{Array, Promise, Uint8Array};
use plotters::prelude::{IntoDrawingArea, SVGBackend};
use render;
use render::charts::{self, Chart};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, HtmlCanvasElement, Url};

/// Makes a file: a text, or a `Blob`.
///
/// # Errors
/// A sentence in the page's language.
pub async fn make(export: Export) -> Result<JsValue, String> {
    let made = match export.what {
        What::Csv | What::Json | What::Svg => {
            let text = ask(move |app| app.text_file(&export)).ok_or("export.failed");
            return text
                .map_err(spoken)
                .and_then(|text| text)
                .map(JsValue::from);
        }
        What::Png => picture(&export).await,
        What::Gif => film::gif(&export).await,
        What::Webm => film::webm(&export).await,
    };
    made.map(JsValue::from).map_err(spoken)
}

/// The sentence of a key.
fn spoken(key: &'static str) -> String {
    ask(move |app| app.text.get(key).to_owned()).unwrap_or_else(|| key.to_owned())
}

impl App {
    fn text_file(&self, export: &Export) -> Result<String, String> {
        let (state, text) = (&self.state, &self.text);
        match export.what {
            What::Csv => {
                csv(state, export.lane, export.table).map_err(|key| text.get(key).to_owned())
            }
            What::Svg => Ok(self.drawing(export.side as f32)),
            _ => Ok(json::write(&snapshot(state))),
        }
    }
}

impl App {
    /// Stage and charts as SVG.
    fn drawing(&self, side: f32) -> String {
        let theme = &self.look.theme;
        let chart = |chart: Chart, size: (u32, u32)| {
            let mut text = String::new();
            let area =
                ChartBackend::Svg(SVGBackend::with_string(&mut text, size)).into_drawing_area();
            // A chart that cannot be drawn is left out.
            let _ = charts::draw(chart, &self.state, theme, 1.0, &area);
            drop(area);
            text
        };
        render::export::svg(&self.state, theme, &self.text, side, &chart)
    }
}

async fn picture(export: &Export) -> Result<Blob, &'static str> {
    let mut film = Film::new(export.side);
    let shown = ask(move |app| {
        let t = app.state.settings.t;
        film.draw(app, t);
        film
    });
    let film = shown.ok_or("export.failed")?;
    to_blob(film.canvas(), What::Png).await
}

async fn to_blob(canvas: &HtmlCanvasElement, what: What) -> Result<Blob, &'static str> {
    let canvas = canvas.clone();
    let promise = Promise::new(&mut |resolve, _| {
        let _ = canvas.to_blob_with_type(&resolve, what.media());
    });
    let blob = JsFuture::from(promise).await.ok();
    blob.and_then(|blob| blob.dyn_into().ok())
        .ok_or("export.failed")
}

/// Bytes as a file of that kind.
fn blob(bytes: &[u8], what: What) -> Option<Blob> {
    blob_of(&Array::of1(&Uint8Array::from(bytes)), what.media())
}

fn blob_of(parts: &Array, media: &str) -> Option<Blob> {
    let options = BlobPropertyBag::new();
    options.set_type(media);
    Blob::new_with_u8_array_sequence_and_options(parts, &options).ok()
}

/// Has the browser save a file.
pub fn save(file: &JsValue, name: &str, media: &str) {
    let blob = match file.dyn_ref::<Blob>() {
        Some(blob) => Some(blob.clone()),
        None => blob_of(&Array::of1(file), media),
    };
    let Some(address) = blob.and_then(|blob| Url::create_object_url_with_blob(&blob).ok()) else {
        return;
    };
    let link: HtmlAnchorElement = create("a");
    link.set_href(&address);
    link.set_download(name);
    link.click();
    // The browser needs the address until the file is written.
    super::dom::after(60_000, move || {
        let _ = Url::revoke_object_url(&address);
    });
}
