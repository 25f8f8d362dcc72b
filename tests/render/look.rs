//! Pictures for a person to look at: `FLOWLAB_LOOK=folder cargo test --test render look`.

use crate::fixture::{self, CHECKERBOARD, MOONS, Plan};
use crate::views;
use app::settings::{DensityKind, Layer, Layers};
use app::state::State;
use flow::spec::{SampleSchedule, ScheduleKind, Target};
use protocol::LaneId;
use render::palette::{Theme, ThemeKind};
use render::scene::{Scratch, draw, draw_filmstrip};
use render::svg::Svg;
use render::view::View;

const SIZE: f32 = 560.0;

#[test]
fn look() {
    let Some(folder) = std::env::var_os("FLOWLAB_LOOK") else {
        return;
    };
    let save = |name: &str, svg: String| {
        std::fs::write(
            std::path::Path::new(&folder).join(format!("{name}.svg")),
            svg,
        )
        .unwrap();
    };
    let usual = [Layer::Density, Layer::Trajectories, Layer::Particles];
    for (name, plan) in [("board", CHECKERBOARD), ("moons", MOONS)] {
        let mut state = fixture::state(Plan {
            side: 96,
            particles: 2000,
            ..plan
        });
        state.settings.layers = Layers::of(&usual);
        for kind in [ThemeKind::Light, ThemeKind::Dark, ThemeKind::Projector] {
            for t in [0.0, 0.5, 1.0] {
                state.settings.t = t;
                save(&format!("{name}-{kind:?}-{t}"), stage(&state, kind));
            }
        }
        state.settings.t = 0.7;
        for (layers, set) in [
            ("density", &[Layer::Density][..]),
            ("arrows", &[Layer::Density, Layer::Arrows]),
            ("particles", &[Layer::Density, Layer::Particles]),
            ("data", &[Layer::Data, Layer::Trajectories]),
            ("pairs", &[Layer::Density, Layer::Pairs]),
        ] {
            state.settings.layers = Layers::of(set);
            state.lanes[0].pairs = Some(fixture::pairs(plan, name == "moons"));
            save(&format!("{name}-{layers}"), stage(&state, ThemeKind::Light));
            save(
                &format!("{name}-{layers}-dark"),
                stage(&state, ThemeKind::Dark),
            );
        }
        state.settings.layers = Layers::of(&usual);
        state.settings.density = DensityKind::Kernel;
        save(&format!("{name}-kernel"), stage(&state, ThemeKind::Light));
        save(&format!("{name}-film"), film(&state));
    }
    let plan = Plan {
        target: Target::Spirals,
        ..CHECKERBOARD
    };
    let mut state = fixture::transferred(plan, SampleSchedule::Cosine);
    state.settings.layers = Layers::of(&[Layer::Trajectories, Layer::Particles]);
    state.settings.t = 0.8;
    save("transfer", stage(&state, ThemeKind::Light));
    let plan = Plan {
        schedule: ScheduleKind::Cosine,
        ..MOONS
    };
    let mut state = fixture::state(plan);
    state.lanes[0].pairs = Some(fixture::pairs(plan, false));
    state.settings.layers = Layers::of(&[Layer::Pairs]);
    state.settings.t = 0.6;
    save("pairs-cosine", stage(&state, ThemeKind::Light));
}

#[test]
fn look_at_views() {
    let Some(folder) = std::env::var_os("FLOWLAB_LOOK") else {
        return;
    };
    for (name, plan) in [("board", CHECKERBOARD), ("moons", MOONS)] {
        let mut state = views::state(Plan {
            side: 64,
            particles: 1500,
            ..plan
        });
        state.settings.t = 0.6;
        state.settings.density = DensityKind::Learned;
        state.lanes[0].views.posterior = Some(views::posterior(&state, [0.6, 0.5], 0.6));
        for set in [
            &[Layer::Error][..],
            &[Layer::Divergence],
            &[Layer::Divergence, Layer::Particles],
            &[Layer::Grid],
            &[Layer::Density, Layer::Score],
            &[Layer::Density, Layer::Posterior],
            &[Layer::Matching],
            &[Layer::Density, Layer::Region],
            &[Layer::FlowMap],
            &[Layer::Particles],
        ] {
            state.settings.layers = Layers::of(set);
            let labelled = set == [Layer::Particles];
            state.lanes[0].views.labels = labelled.then(|| views::labels(&state, 8));
            let layers: Vec<_> = set.iter().map(|layer| layer.name()).collect();
            for kind in [ThemeKind::Light, ThemeKind::Dark] {
                let file = format!("view-{name}-{}-{kind:?}.svg", layers.join("-"));
                std::fs::write(
                    std::path::Path::new(&folder).join(file),
                    stage(&state, kind),
                )
                .unwrap();
            }
        }
    }
}

fn stage(state: &State, kind: ThemeKind) -> String {
    let view = View::new(SIZE, SIZE, state.extent);
    let mut svg = Svg::new(SIZE, SIZE);
    draw(
        state,
        LaneId::A,
        &view,
        &Theme::of(kind),
        &mut Scratch::default(),
        &mut svg,
    );
    svg.finish()
}

fn film(state: &State) -> String {
    let view = View::new(1000.0, 220.0, state.extent);
    let mut svg = Svg::new(1000.0, 220.0);
    let theme = Theme::of(ThemeKind::Light);
    draw_filmstrip(
        state,
        LaneId::A,
        &view,
        &theme,
        &mut Scratch::default(),
        &mut svg,
    );
    svg.finish()
}
