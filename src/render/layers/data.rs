use crate::render::scene::{Scratch, Stage};
use crate::render::surface::Surface;

pub(super) fn draw(_: &Stage, _: &mut Scratch, _: &mut dyn Surface) {}
