//! Drawings of whole states.

mod fixture;
mod look;
