use crate::render::scene::{Scratch, Stage};
use crate::render::surface::Surface;

pub(in crate::render) fn draw(_: &Stage, _: &mut Scratch, _: &mut dyn Surface) {}
