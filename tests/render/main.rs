//! What is drawn and said of whole states.

mod allocations;
mod charts;
mod drawing;
mod fixture;
mod legend;
mod look;
mod measures;
mod more_charts;
mod raster;
mod studies;
mod views;
mod words;
