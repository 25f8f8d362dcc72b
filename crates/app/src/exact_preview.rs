//! What the page computes by itself while there is no engine: the exact flow of each lane, in
//! slices small enough that no frame waits for them, and the arrows and pairs that go with it.

use super::settings::Layer;
use super::state::State;
use super::state::preview::ArrowsPreview;
use super::state::views::PairsView;
use flow::Point;
use flow::experiment::Experiment;
use flow::random::Rng;
use flow::spec::LaneSpec;
use flow::stream;
use protocol::LaneId;

/// Points shown by the data layer.
const DATA: usize = 600;
/// Pairs shown while there is no engine.
const PAIRS: usize = 256;

/// Carries the exact flows on by one slice.
pub(crate) fn advance(state: &mut State) {
    for (lane, own) in LaneId::ALL.into_iter().zip(&mut state.lanes) {
        let Some(math) = &own.math else { continue };
        if let Some(preview) = &mut own.preview {
            let first = preview.done == 0;
            let finished = preview.advance(math);
            if first || finished {
                own.ensemble = Some(preview.ensemble(lane, own.run));
            }
            if finished {
                own.preview = None;
            }
        } else if let Some(mut arrows) = own.arrows_preview.take() {
            if arrows.advance(math) {
                own.arrows = Some(arrows.grid());
            } else {
                own.arrows_preview = Some(arrows);
            }
        }
    }
}

/// Begins the pictures that the engine would make, as far as the exact flow allows.
pub(crate) fn refresh(state: &mut State) {
    if state.engine_ready() {
        return;
    }
    let layers = state.settings.layers;
    for lane in LaneId::ALL {
        let spec = state.spec(lane);
        let (shown, extent) = (state.shown(lane), state.extent);
        let own = &mut state.lanes[lane];
        let Some(math) = own.math.as_ref().filter(|_| shown) else {
            continue;
        };
        let stale = own.arrows.is_none() && own.arrows_preview.is_none();
        if layers.any(&[Layer::Arrows, Layer::Magnitude]) && stale {
            own.arrows_preview = Some(ArrowsPreview::new(math, extent));
        }
        if layers.has(Layer::Pairs) && own.pairs.is_none() {
            own.pairs = pairs_view(math, &spec);
        }
    }
}

/// A fixed sample of the target.
pub(crate) fn data_sample(math: &Experiment, seed: u32) -> Vec<Point> {
    let mut rng = Rng::stream(seed.into(), stream::METRICS);
    math.target().sample(&mut rng, DATA)
}

/// Pairs to see before the engine has drawn its own, which alone matches points.
fn pairs_view(math: &Experiment, spec: &LaneSpec) -> Option<PairsView> {
    let pairs = math.unmatched_pairs(PAIRS, spec.seed)?;
    let flat = |points: &[Point]| points.iter().flatten().map(|&x| x as f32).collect();
    Some(PairsView {
        x0: flat(&pairs.x0),
        x1: flat(&pairs.x1),
        cost: pairs.cost(),
        crossings: pairs.crossings(PAIRS),
    })
}
