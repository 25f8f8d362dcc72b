//! Browser glue: what touches the DOM, a canvas, a worker or JavaScript, and nothing else.
//!
//! No arithmetic on points, no text for the user, no branch worth a unit test: those live in
//! [`crate::app`], [`crate::render`] and [`crate::flow`], where they are tested natively.

#[cfg(feature = "page")]
pub mod api;
#[cfg(feature = "page")]
mod badge;
#[cfg(feature = "page")]
mod canvas;
#[cfg(feature = "page")]
mod centres;
#[cfg(feature = "page")]
mod charts;
#[cfg(feature = "page")]
mod clicks;
#[cfg(feature = "page")]
mod dom;
#[cfg(feature = "page")]
mod embed;
#[cfg(feature = "page")]
mod engine_link;
#[cfg(feature = "page")]
mod events;
#[cfg(feature = "page")]
mod export;
#[cfg(feature = "page")]
mod figures;
#[cfg(feature = "page")]
mod frame;
#[cfg(feature = "page")]
mod grips;
#[cfg(feature = "page")]
mod help;
#[cfg(feature = "page")]
mod host;
#[cfg(feature = "page")]
mod json;
#[cfg(feature = "page")]
mod keys;
#[cfg(feature = "page")]
mod language;
#[cfg(feature = "page")]
mod legend;
#[cfg(feature = "page")]
mod link;
#[cfg(feature = "page")]
mod measures;
#[cfg(feature = "page")]
mod notices;
#[cfg(feature = "page")]
mod own;
#[cfg(feature = "page")]
pub mod page;
#[cfg(feature = "page")]
mod panel;
#[cfg(feature = "page")]
mod paper;
#[cfg(feature = "page")]
mod pointer;
#[cfg(feature = "page")]
mod scene_list;
#[cfg(feature = "page")]
mod sight;
#[cfg(feature = "page")]
mod stage;
#[cfg(feature = "page")]
mod storage;
#[cfg(feature = "page")]
mod story;
#[cfg(feature = "page")]
mod terms;
#[cfg(feature = "page")]
mod theme;
#[cfg(feature = "page")]
mod transport;
#[cfg(feature = "cpu")]
pub mod worker;
