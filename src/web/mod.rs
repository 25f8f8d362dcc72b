//! Browser glue: what touches the DOM, a canvas, a worker or JavaScript, and nothing else.
//!
//! No arithmetic on points, no text for the user, no branch worth a unit test: those live in
//! [`app`], [`render`] and [`flow`], where they are tested natively.

pub mod api;
mod badge;
mod canvas;
mod centres;
mod chart_backend;
mod charts;
mod chunks;
mod clicks;
pub mod digest;
mod dom;
mod embed;
mod engine_link;
mod events;
mod export;
mod figures;
mod frame;
mod handles;
mod help;
mod host;
mod json;
mod keys;
mod language;
mod legend;
mod link;
mod measures;
mod notices;
pub mod page;
mod panel;
mod pointer;
mod scene_list;
mod stage;
mod storage;
mod story;
mod terms;
mod theme;
mod transport;
mod user_data;
mod visibility;
