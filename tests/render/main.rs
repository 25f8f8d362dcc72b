//! What is drawn and said of whole states.

mod charts;
mod drawing;
mod fixture;
mod look;
mod words;
