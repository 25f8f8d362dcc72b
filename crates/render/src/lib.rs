//! From the state to a picture: the layers of the stage, the charts, the figures beside them and
//! the description that a screen reader speaks.
//!
//! Reads the state, changes nothing, and knows no browser: a drawing goes to a [`Surface`] (or to a
//! `plotters` backend), text leaves as keys of the language files with their values.
//!
//! [`Surface`]: surface::Surface

pub mod charts;

pub mod describe;
pub mod export;
pub mod figures;
pub mod frames;
pub mod gif;
mod layers;
pub mod legend;
pub mod measures;
pub mod numbers;
pub mod palette;
mod png;
pub mod scene;

pub mod svg;
mod ticks;
pub mod view;
