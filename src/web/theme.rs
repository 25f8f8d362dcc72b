//! The look of the page: the visitor's choice, the host's wish, or the system's.

use super::dom::{by_id, listen as on, media, on_media, root, set_attribute};
use super::page::{App, Dirty, act};
use super::storage;
use app::host::Host;
use render::palette::{Theme, ThemeKind};
use web_sys::{Element, Event, HtmlSelectElement};

const DARK: &str = "(prefers-color-scheme: dark)";
const NAMES: [&str; 4] = ["system", "light", "dark", "projector"];

/// The chosen look and the colours that follow from it.
pub struct Look {
    name: &'static str,
    pub theme: Theme,
}

fn known(name: &str) -> Option<&'static str> {
    NAMES.into_iter().find(|known| *known == name)
}

impl Look {
    /// The host's wish, else what was chosen before, else the system's.
    pub fn new(host: &Host) -> Self {
        let wished = host.theme.as_deref().and_then(known);
        let stored = || storage::read("theme").as_deref().and_then(known);
        Self::named(wished.or_else(stored).unwrap_or("system"))
    }

    fn named(name: &'static str) -> Self {
        let kind = match name {
            "dark" => ThemeKind::Dark,
            "projector" => ThemeKind::Projector,
            "system" if media(DARK) => ThemeKind::Dark,
            _ => ThemeKind::Light,
        };
        set_attribute(&root(), "data-theme", name);
        by_id::<HtmlSelectElement>("theme").set_value(name);
        Self {
            name,
            theme: Theme::of(kind),
        }
    }
}

pub fn listen() {
    on(&by_id::<Element>("theme"), "input", |_: Event| {
        let chosen = by_id::<HtmlSelectElement>("theme").value();
        storage::write("theme", &chosen);
        act(move |app| choose(app, known(&chosen).unwrap_or("system")));
    });
    on_media(DARK, |_| act(|app| choose(app, app.look.name)));
}

fn choose(app: &mut App, name: &'static str) {
    app.look = Look::named(name);
    app.dirty = Dirty::ALL;
}
