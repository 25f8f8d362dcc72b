//! The page's state machine: what the user sees is a function of [`state::State`], and the state
//! changes only in [`update::update`]. Pure: no clock, no browser, no randomness that is not seeded
//! by the state, so a whole visit is a `Vec<Msg>` that can be replayed in a native test.

pub mod api;
pub mod api_error;
pub mod badge;
pub mod centres;
pub mod curve;
pub mod decimal;
mod exact_preview;
pub mod export;
pub mod handover;
pub mod host;
pub mod keys;
pub mod link;
pub mod msg;
pub mod notice;
pub mod overlay;
pub mod panel;
pub mod pictures;
pub mod points;
mod posterior;
pub mod replies;
mod rules;
pub mod scenes;
pub mod schema;
pub mod settings;
pub mod settle;
pub mod sliders;
pub mod snapshot;
pub mod state;
mod statuses;
pub mod stroke;
mod suspend;
pub mod terms;
pub mod text;
pub mod tour;
pub mod update;
pub mod user_data;
pub mod value;
pub mod wait;
pub mod weights;
pub mod word;
