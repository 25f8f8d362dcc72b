//! What can be taken home: pictures, tables, the state.

use super::state::{LaneState, State};
use protocol::{Ensemble, LaneId};
use std::fmt::Write;

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Png,
    Svg,
    Csv,
    Json,
    Gif,
    Webm,
}

impl What {
    /// All kinds, in the order of the controls.
    pub const ALL: [Self; 6] = [
        Self::Png,
        Self::Svg,
        Self::Gif,
        Self::Webm,
        Self::Csv,
        Self::Json,
    ];

    /// The name in the API, and the end of the file's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Svg => "svg",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Gif => "gif",
            Self::Webm => "webm",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.name() == name)
    }

    /// The media type.
    pub fn media(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Svg => "image/svg+xml",
            Self::Csv => "text/csv",
            Self::Json => "application/json",
            Self::Gif => "image/gif",
            Self::Webm => "video/webm",
        }
    }
}

/// What a table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// Where each particle starts and ends.
    Samples,
    /// Where each particle is at every frame.
    Trajectories,
    /// The figures of training, by step.
    History,
}

impl Table {
    /// All tables, in the order of the controls.
    pub const ALL: [Self; 3] = [Self::Samples, Self::Trajectories, Self::History];

    /// The name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Samples => "samples",
            Self::Trajectories => "trajectories",
            Self::History => "history",
        }
    }

    /// The table of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.name() == name)
    }
}

/// The sides a picture can have, in pixels, and the seconds a film can take.
pub(crate) const SIDES: std::ops::RangeInclusive<u32> = 64..=4096;
/// The largest side of a moving picture: one of more pixels would take minutes to write.
pub(crate) const LARGEST_FILM: u32 = 1024;

/// A wish for a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Export {
    pub what: What,
    /// The lane of a table; pictures show every lane.
    pub lane: LaneId,
    pub table: Table,
    /// Side of a lane's picture in pixels.
    pub side: u32,
    /// Seconds of one passage in a moving picture.
    pub seconds: f64,
}

impl Export {
    /// A file of that kind as it is usually wanted.
    pub fn new(what: What) -> Self {
        Self {
            what,
            lane: LaneId::A,
            table: Table::Samples,
            side: match what {
                What::Gif => 400,
                What::Webm => 640,
                _ => 1024,
            },
            seconds: 4.0,
        }
    }

    /// The file's name.
    pub fn file_name(&self) -> String {
        let name = match self.what {
            What::Csv => self.table.name(),
            _ => "flowlab",
        };
        format!("{name}.{}", self.what.name())
    }
}

/// The times of a film's frames: one passage, with a rest at its end.
pub fn film_times(seconds: f64, frames_per_second: f64) -> Vec<f64> {
    const REST: f64 = 0.2;
    let count = (seconds * frames_per_second).round().max(2.0) as u32;
    let moving = f64::from(count - 1) * (1.0 - REST);
    (0..count)
        .map(|i| (f64::from(i) / moving).min(1.0))
        .collect()
}

/// A table of a lane as CSV, or a sentence why there is none.
///
/// # Errors
/// If the lane has no particles, or has not trained.
pub fn csv(state: &State, lane: LaneId, table: Table) -> Result<String, &'static str> {
    let own = &state.lanes[lane];
    match table {
        Table::History => history(own),
        Table::Samples => ensemble(own).map(samples),
        Table::Trajectories => ensemble(own).map(trajectories),
    }
}

fn ensemble(own: &LaneState) -> Result<&Ensemble, &'static str> {
    let complete = |e: &&Ensemble| !e.times.is_empty() && !e.frames.0.is_empty();
    own.ensemble
        .as_ref()
        .filter(complete)
        .ok_or("export.no-particles")
}

fn frames(ensemble: &Ensemble) -> impl DoubleEndedIterator<Item = &[f32]> + ExactSizeIterator {
    ensemble
        .frames
        .0
        .chunks_exact(ensemble.frames.0.len() / ensemble.times.len())
}

fn samples(ensemble: &Ensemble) -> String {
    let mut text = String::from("x0,y0,x1,y1\n");
    let (Some(first), Some(last)) = (frames(ensemble).next(), frames(ensemble).next_back()) else {
        return text;
    };
    for (p, q) in first.chunks_exact(2).zip(last.chunks_exact(2)) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{},{},{},{}", p[0], p[1], q[0], q[1]);
    }
    text
}

fn trajectories(ensemble: &Ensemble) -> String {
    let mut text = String::from("particle,t,x,y\n");
    for (frame, t) in frames(ensemble).zip(&ensemble.times) {
        for (particle, p) in frame.chunks_exact(2).enumerate() {
            let _ = writeln!(text, "{particle},{t},{},{}", p[0], p[1]);
        }
    }
    text
}

/// One line a step at which anything was measured; what was not measured then is left empty.
fn history(own: &LaneState) -> Result<String, &'static str> {
    let curves = [
        &own.history.loss,
        &own.history.excess,
        &own.history.straightness,
    ];
    let mut steps: Vec<u64> = curves
        .iter()
        .flat_map(|curve| curve.iter().map(|row| row.0.into()))
        .collect();
    steps.sort_unstable();
    steps.dedup();
    if steps.is_empty() {
        return Err("export.no-history");
    }
    let mut text = String::from("step,loss,excess,straightness\n");
    for step in steps {
        let cells = curves.map(|curve| {
            let row = curve.iter().find(|row| u64::from(row.0) == step);
            row.map_or(String::new(), |row| row.1.to_string())
        });
        let _ = writeln!(text, "{step},{}", cells.join(","));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;
    use crate::user_data::table;
    use protocol::Floats;

    fn state() -> State {
        let mut state = State::new(Settings::default());
        state.lanes[0].ensemble = Some(Ensemble {
            lane: LaneId::A,
            run: 1,
            step: Some(3),
            times: vec![0.0, 0.5, 1.0],
            frames: Floats((0..12).map(|i| i as f32 / 2.0).collect()),
            nfe: 2,
        });
        state
    }

    #[test]
    fn samples_are_a_table_that_can_be_read_again() {
        let text = csv(&state(), LaneId::A, Table::Samples).unwrap();
        assert_eq!(text, "x0,y0,x1,y1\n0,0.5,4,4.5\n1,1.5,5,5.5\n");
        // Read back by the reader of tables.
        assert_eq!(table::read(&text).points, [[0.0, 0.5], [1.0, 1.5]]);
    }

    #[test]
    fn trajectories_have_a_line_for_each_particle_and_time() {
        let text = csv(&state(), LaneId::A, Table::Trajectories).unwrap();
        assert_eq!(text.lines().count(), 1 + 6);
        assert!(text.contains("\n1,0.5,3,3.5\n"), "{text}");
    }

    #[test]
    fn a_history_leaves_empty_what_was_not_measured() {
        let mut state = state();
        assert_eq!(
            csv(&state, LaneId::A, Table::History),
            Err("export.no-history")
        );
        state.lanes[0].history.loss = vec![(1, 4.0), (5, 3.5)];
        state.lanes[0].history.excess = vec![(5, 0.25)];
        let text = csv(&state, LaneId::A, Table::History).unwrap();
        assert_eq!(text, "step,loss,excess,straightness\n1,4,,\n5,3.5,0.25,\n");
    }

    #[test]
    fn a_film_runs_from_0_to_1_and_rests() {
        let times = film_times(4.0, 15.0);
        assert_eq!(
            (times.len(), times[0], *times.last().unwrap()),
            (60, 0.0, 1.0)
        );
        assert!(times.windows(2).all(|w| w[0] <= w[1]));
        assert_eq!(times.iter().filter(|&&t| t == 1.0).count(), 12);
        assert!(film_times(0.0, 15.0).iter().all(|t| t.is_finite()));
    }
}
