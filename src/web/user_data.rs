//! What users bring along: files chosen, dropped or pasted; and the tools of drawing.

use super::canvas::pixels_of;
use super::chunks;
use super::dom::{
    self, after, by_id, document, listen as on, property, set_attribute, set_flag, set_shown,
    window,
};
use super::page::{App, act};
use app::msg::Msg;
use app::notice::Notice;
use app::user_data::{self, Endpoint, Imported, Pen, Reading, Refusal, image, table};
use js_sys::Uint8Array;
use protocol::LaneId;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Blob, ClipboardEvent, DataTransfer, DragEvent, Element, Event, File, HtmlElement,
    HtmlInputElement, ImageBitmap,
};

/// Pixels along the longer side of an image that is sampled.
const SIDE: f64 = 256.0;

pub fn listen() {
    let chooser: HtmlInputElement = by_id("own-file");
    on(&chooser, "change", |_: Event| {
        let chooser: HtmlInputElement = by_id("own-file");
        if let Some(file) = chooser.files().and_then(|files| files.get(0)) {
            bring_file(file);
        }
        // The same file can be chosen again.
        chooser.set_value("");
    });
    on(&document(), "dragover", |event: DragEvent| {
        if event
            .data_transfer()
            .is_some_and(|data| carries_file(&data))
        {
            event.prevent_default();
        }
    });
    on(&document(), "drop", |event: DragEvent| {
        if let Some(file) = event.data_transfer().and_then(|data| first_file(&data)) {
            event.prevent_default();
            bring_file(file);
        }
    });
    on(&document(), "paste", |event: ClipboardEvent| pasted(&event));
    on(&by_id::<Element>("drawing"), "input", |event: Event| {
        let name = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .and_then(|element| element.get_attribute("data-role"));
        if let Some(role) = name.and_then(|name| Endpoint::from_name(&name)) {
            act(move |app| app.handle(Msg::Pick(role)));
        }
    });
}

fn carries_file(data: &DataTransfer) -> bool {
    data.types().includes(&"Files".into(), 0)
}

fn first_file(data: &DataTransfer) -> Option<File> {
    data.files()?.get(0)
}

/// Opens the browser's choice of files.
pub fn choose() {
    // Later: this click reaches the listener that is at work now.
    after(0, || by_id::<HtmlElement>("own-file").click());
}

/// What is pasted outside of a text box is data.
fn pasted(event: &ClipboardEvent) {
    let typing = document()
        .active_element()
        .is_some_and(|focus| focus.matches("input, textarea").unwrap_or(false));
    let Some(data) = event.clipboard_data().filter(|_| !typing) else {
        return;
    };
    event.prevent_default();
    match first_file(&data) {
        Some(file) => bring_file(file),
        None => {
            let text = data.get_data("text").unwrap_or_default();
            chunks::use_exchange(move |exchange| {
                act(move |app| (exchange.take_text)(app, &text));
            });
        }
    }
}

fn bring_file(file: File) {
    chunks::use_exchange(move |exchange| (exchange.take_file)(file));
}

/// Reads points from a text.
pub fn take_text(app: &mut App, text: &str) {
    app.take_points(table::read(text));
}

/// Reads a file, by what it is.
pub fn take(file: File) {
    let (kind, name) = (file.type_(), file.name().to_ascii_lowercase());
    spawn_local(async move {
        if kind.starts_with("image/") {
            let seed = super::page::ask(|app| app.state.spec(LaneId::A).seed).unwrap_or(1);
            let reading = read_image(&file, seed).await;
            act(move |app| match reading {
                Ok(reading) => app.take_points(reading),
                Err(why) => app.tell(why.key()),
            });
            return;
        }
        let Some(bytes) = bytes_of(&file).await else {
            return act(|app| app.tell("user-data.unreadable"));
        };
        act(move |app| {
            if name.ends_with(".safetensors") {
                app.take_weights(&bytes);
            } else {
                app.take_points(table::read(&String::from_utf8_lossy(&bytes)));
            }
        });
    });
}

async fn bytes_of(blob: &Blob) -> Option<Vec<u8>> {
    let buffer = JsFuture::from(blob.array_buffer()).await.ok()?;
    Some(Uint8Array::new(&buffer).to_vec())
}

/// The points of an image file, which is made smaller first.
async fn read_image(file: &Blob, seed: u32) -> Result<Reading, Refusal> {
    let promise = window()
        .create_image_bitmap_with_blob(file)
        .map_err(|_| Refusal::NotAnImage)?;
    let bitmap = JsFuture::from(promise)
        .await
        .map_err(|_| Refusal::NotAnImage)?;
    let bitmap: ImageBitmap = bitmap.unchecked_into();
    let (width, pixels) = pixels_of(&bitmap, SIDE).ok_or(Refusal::NotAnImage)?;
    image::sample(&pixels, width, app::points::MOST, seed)
}

impl App {
    /// Points take the place of the drawing at hand.
    fn take_points(&mut self, reading: Reading) {
        let role = self.state.drawing;
        if let Err(why) = self.bring(role, reading) {
            self.tell(why.key());
        }
    }

    /// Points for one end of the flow.
    ///
    /// # Errors
    /// If there is none.
    pub fn bring(&mut self, role: Endpoint, reading: Reading) -> Result<Imported, Refusal> {
        let imported = user_data::bring(reading, self.state.spec(LaneId::A).seed)?;
        self.handle(Msg::Bring {
            role,
            imported: imported.clone(),
        });
        Ok(imported)
    }

    fn take_weights(&mut self, bytes: &[u8]) {
        if let Err(fault) = self.load_weights(LaneId::A, bytes) {
            self.handle(Msg::Notify(fault.notice()));
        }
    }

    fn tell(&mut self, key: &'static str) {
        let values = Vec::new();
        self.handle(Msg::Notify(Notice { key, values }));
    }

    /// Takes the other of pen and eraser.
    pub fn turn_pen(&mut self) {
        let pen = match self.state.pen {
            Pen::Draw => Pen::Erase,
            Pen::Erase => Pen::Draw,
        };
        self.handle(Msg::Take(pen));
    }

    /// Brings the tools of drawing up to date.
    pub fn show_drawing(&self) {
        let settings = &self.state.settings;
        let drawn = Endpoint::ALL.map(|role| role.in_use(settings));
        set_shown(&by_id("drawing"), drawn.contains(&true));
        set_shown(&by_id("draw-role"), drawn == [true, true]);
        for role in Endpoint::ALL {
            let choices: Element = by_id("draw-role");
            let input: HtmlInputElement =
                dom::first(&choices, &format!("[data-role='{}']", role.name()));
            input.set_checked(self.state.drawing == role);
        }
        let erase: Element = by_id("erase");
        let pressed = self.state.pen == Pen::Erase;
        set_attribute(
            &erase,
            "aria-pressed",
            if pressed { "true" } else { "false" },
        );
        let locked = Endpoint::ALL
            .iter()
            .any(|role| self.host.locks(role.param()));
        for button in dom::all("#drawing button") {
            set_flag(&button, "disabled", locked);
        }
    }
}

/// The bytes of a file that a caller of the API gives: a buffer, a view of one, or a list of numbers.
pub fn bytes(value: &JsValue) -> Option<Vec<u8>> {
    let buffer = value.is_instance_of::<js_sys::ArrayBuffer>();
    let list = js_sys::Array::is_array(value);
    if buffer || list {
        return Some(Uint8Array::new(value).to_vec());
    }
    js_sys::ArrayBuffer::is_view(value).then(|| {
        let number = |name: &str| property(value, name).as_f64().unwrap_or(0.0) as u32;
        let (offset, length) = (number("byteOffset"), number("byteLength"));
        Uint8Array::new_with_byte_offset_and_length(&property(value, "buffer"), offset, length)
            .to_vec()
    })
}
