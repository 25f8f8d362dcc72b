//! The verbs of the JavaScript API: reading and checking what a caller says. The sentences are for
//! developers and so in English.

use super::export::{Export, LARGEST_FILM, SIDES, Table, What};
use super::msg::Msg;
use super::schema::param;
use super::settings::Settings;
use super::snapshot::text_of;
use super::user_data::{Endpoint, Reading};
use flow::spec::SolverKind;
use protocol::{Floats, Job, LaneId, Method, Which};
use serde_json::{Map, Value as Json};

/// What a caller wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Call {
    /// To know when the engine can train.
    Ready,
    /// The whole state.
    Get,
    /// Settings changed; then the whole state and the notices.
    Set(Vec<(String, String)>),
    /// Something done; then the whole state.
    Tell(Msg),
    /// A lane trained this many more steps, or as far as its limit.
    Train {
        lane: LaneId,
        steps: Option<u32>,
    },
    Stop {
        lane: Option<LaneId>,
    },
    /// A question to the engine.
    Ask {
        lane: LaneId,
        job: Job,
    },
    /// The weights of a lane's network, as a file.
    Weights {
        lane: LaneId,
    },
    /// Weights from a file for a lane's network.
    Load {
        lane: LaneId,
        file: Vec<u8>,
    },
    /// Points for one end of the flow.
    Data {
        role: Endpoint,
        reading: Reading,
    },
    Export(Export),
}

/// What of a call's arguments does not fit JSON well, so that it comes beside it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Beside {
    /// Flat points.
    pub points: Option<Vec<f32>>,
    /// A file.
    pub bytes: Option<Vec<u8>>,
}

/// The verbs, and the arguments each of them takes.
pub const VERBS: &[(&str, &[&str])] = &[
    ("ready", &[]),
    ("get", &[]),
    ("set", &[]),
    ("play", &[]),
    ("pause", &[]),
    ("step", &["by"]),
    ("reset", &[]),
    ("seek", &["t"]),
    ("train", &["steps", "lane"]),
    ("stop", &["lane"]),
    (
        "sample",
        &["n", "seed", "lane", "steps", "solver", "trajectories"],
    ),
    ("field", &["t", "which", "lane"]),
    ("likelihood", &["method", "probes", "seed", "lane"]),
    ("couple", &["n", "seed", "lane"]),
    ("metrics", &["lane"]),
    ("weights", &["lane"]),
    ("load", &["lane"]),
    ("data", &["role"]),
    ("export", &["what", "lane", "table", "side", "seconds"]),
];

/// Most particles, pairs or points in one question.
const MOST: u32 = 200_000;
/// Probes for each point of a likelihood, unless said otherwise, and at most.
const PROBES: u32 = 8;
const MOST_PROBES: u32 = 1000;
/// Most steps in one `train`.
const MOST_STEPS: u32 = 100_000_000;

/// Reads a call.
///
/// # Errors
/// A sentence that names what is wrong.
pub fn read(verb: &str, json: &Json, beside: Beside, settings: &Settings) -> Result<Call, String> {
    let Some((_, names)) = VERBS.iter().find(|(name, _)| *name == verb) else {
        return Err(format!("There is no verb `{verb}`."));
    };
    let nothing = Map::new();
    let map = match json {
        Json::Object(map) => map,
        Json::Null => &nothing,
        _ => return Err(format!("`{verb}` takes its arguments as one object.")),
    };
    let args = Args { map, settings };
    if verb == "set" {
        return args.patch().map(Call::Set);
    }
    args.only(verb, names)?;
    Ok(match verb {
        "ready" => Call::Ready,
        "get" => Call::Get,
        "play" => Call::Tell(Msg::Play),
        "pause" => Call::Tell(Msg::Pause),
        "step" => Call::Tell(Msg::StepTime(args.real("by", -1.0..=1.0)?.unwrap_or(0.1))),
        "reset" => Call::Tell(Msg::Reset),
        "seek" => Call::Tell(Msg::Seek(needed("t", args.real("t", 0.0..=1.0)?)?)),
        "train" => Call::Train {
            lane: args.trained_lane()?,
            steps: args.whole("steps", 1..=MOST_STEPS)?,
        },
        "stop" => Call::Stop {
            lane: args.given_lane()?,
        },
        "weights" => Call::Weights {
            lane: args.trained_lane()?,
        },
        "load" => Call::Load {
            lane: args.trained_lane()?,
            file: needed("bytes", beside.bytes)?,
        },
        "data" => Call::Data {
            role: args.role()?,
            reading: Reading::of_flat(&needed("points", beside.points)?),
        },
        "export" => Call::Export(args.export()?),
        _ => Call::Ask {
            lane: args.lane()?,
            job: args.job(verb, beside.points)?,
        },
    })
}

fn needed<T>(name: &str, value: Option<T>) -> Result<T, String> {
    value.ok_or_else(|| format!("`{name}` is missing."))
}

struct Args<'a> {
    map: &'a Map<String, Json>,
    settings: &'a Settings,
}

impl Args<'_> {
    fn only(&self, verb: &str, names: &[&str]) -> Result<(), String> {
        match self.map.keys().find(|key| !names.contains(&key.as_str())) {
            Some(key) => Err(format!("`{verb}` has no argument `{key}`.")),
            None => Ok(()),
        }
    }

    fn get(&self, name: &str) -> Option<&Json> {
        self.map.get(name).filter(|value| !value.is_null())
    }

    fn real(
        &self,
        name: &str,
        range: std::ops::RangeInclusive<f64>,
    ) -> Result<Option<f64>, String> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let number = value.as_f64().filter(|x| range.contains(x));
        let (low, high) = range.into_inner();
        number
            .map(Some)
            .ok_or_else(|| format!("`{name}` must be a number from {low} to {high}."))
    }

    fn whole(
        &self,
        name: &str,
        range: std::ops::RangeInclusive<u32>,
    ) -> Result<Option<u32>, String> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        // Numbers from JavaScript may be written `5.0`.
        let number = value.as_f64().filter(|x| *x == x.trunc());
        let inside =
            number.filter(|x| *x >= f64::from(*range.start()) && *x <= f64::from(*range.end()));
        let (low, high) = range.into_inner();
        inside
            .map(|x| Some(x as u32))
            .ok_or_else(|| format!("`{name}` must be a whole number from {low} to {high}."))
    }

    fn flag(&self, name: &str) -> Result<bool, String> {
        match self.get(name) {
            None => Ok(false),
            Some(Json::Bool(on)) => Ok(*on),
            Some(_) => Err(format!("`{name}` must be true or false.")),
        }
    }

    /// The lane that is named by its number, on the stage or not.
    fn numbered_lane(&self) -> Result<Option<LaneId>, String> {
        let number = self.whole("lane", 0..=1)?;
        Ok(number.and_then(|number| LaneId::at(number as usize)))
    }

    fn given_lane(&self) -> Result<Option<LaneId>, String> {
        let lane = self.numbered_lane()?;
        match lane {
            Some(lane) if !self.settings.shown(lane) => Err(format!(
                "`lane` is {}, but there is one lane only.",
                lane.index()
            )),
            lane => Ok(lane),
        }
    }

    fn lane(&self) -> Result<LaneId, String> {
        Ok(self.given_lane()?.unwrap_or_default())
    }

    /// The lane whose network is meant.
    fn trained_lane(&self) -> Result<LaneId, String> {
        Ok(self.settings.trained_lane(self.lane()?))
    }

    fn patch(&self) -> Result<Vec<(String, String)>, String> {
        // Lane 1 can be named in the very patch that brings it.
        let lane = self.numbered_lane()?.unwrap_or_default();
        let values = self.map.iter().filter(|(name, _)| *name != "lane");
        values
            .map(|(name, value)| setting(name, value, lane))
            .collect()
    }

    fn job(&self, verb: &str, points: Option<Vec<f32>>) -> Result<Job, String> {
        let lane = self.lane()?;
        let spec = self.settings.spec(lane);
        let seed = self.whole("seed", 0..=u32::MAX)?.unwrap_or(spec.seed);
        let n = self.whole("n", 1..=MOST)?;
        Ok(match verb {
            "sample" => Job::Sample {
                n: n.unwrap_or(spec.sampling.particles),
                seed,
                sampling: self.sampling(lane)?,
                trajectories: self.flag("trajectories")?,
            },
            "couple" => Job::Couple {
                n: n.unwrap_or(spec.training.batch),
                seed,
            },
            "metrics" => Job::Metrics,
            "likelihood" => Job::Likelihood {
                points: Floats(flat(needed("points", points)?)?),
                method: self.method()?,
                probes: self.whole("probes", 1..=MOST_PROBES)?.unwrap_or(PROBES),
                seed,
            },
            _ => Job::Field {
                points: Floats(flat(needed("points", points)?)?),
                t: needed("t", self.real("t", 0.0..=1.0)?)?,
                which: self.which()?,
            },
        })
    }

    fn named<T>(
        &self,
        name: &str,
        read: fn(&str) -> Option<T>,
        names: &[&str],
    ) -> Result<Option<T>, String> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let known = value.as_str().and_then(read);
        known.map(Some).ok_or_else(|| one_of(name, names))
    }

    fn role(&self) -> Result<Endpoint, String> {
        let names = Endpoint::ALL.map(Endpoint::name);
        let role = self.named("role", Endpoint::from_name, &names)?;
        Ok(role.unwrap_or_default())
    }

    fn export(&self) -> Result<Export, String> {
        let what = self.named("what", What::from_name, &What::ALL.map(What::name))?;
        let mut export = Export::new(needed("what", what)?);
        export.lane = self.lane()?;
        let table = self.named("table", Table::from_name, &Table::ALL.map(Table::name))?;
        export.table = table.unwrap_or(export.table);
        let film = matches!(export.what, What::Gif | What::Webm);
        let sides = *SIDES.start()..=if film { LARGEST_FILM } else { *SIDES.end() };
        export.side = self.whole("side", sides)?.unwrap_or(export.side);
        export.seconds = self.real("seconds", 0.5..=20.0)?.unwrap_or(export.seconds);
        Ok(export)
    }

    fn sampling(&self, lane: LaneId) -> Result<flow::spec::SamplingSpec, String> {
        let mut sampling = self.settings.spec(lane).sampling;
        if let Some(steps) = self.whole("steps", 1..=1000)? {
            sampling.steps = steps;
        }
        let solver = self.named("solver", SolverKind::from_name, SolverKind::NAMES)?;
        sampling.solver = solver.unwrap_or(sampling.solver);
        Ok(sampling)
    }

    fn method(&self) -> Result<Method, String> {
        match self.get("method").map(Json::as_str) {
            None | Some(Some("exact")) => Ok(Method::Exact),
            Some(Some("rademacher")) => Ok(Method::Rademacher),
            Some(Some("gaussian")) => Ok(Method::Gaussian),
            Some(_) => Err(one_of("method", &["exact", "rademacher", "gaussian"])),
        }
    }

    fn which(&self) -> Result<Which, String> {
        match self.get("which").map(Json::as_str) {
            None | Some(Some("model")) => Ok(Which::Model),
            Some(Some("exact")) => Ok(Which::Exact),
            Some(_) => Err(one_of("which", &["model", "exact"])),
        }
    }
}

fn one_of(name: &str, names: &[&str]) -> String {
    format!("`{name}` must be one of {}.", names.join(", "))
}

fn setting(name: &str, value: &Json, lane: LaneId) -> Result<(String, String), String> {
    let bare = name.strip_prefix("b.").unwrap_or(name);
    let Some(known) = param(bare) else {
        return Err(format!("There is no parameter `{name}`."));
    };
    if bare != name && !known.per_lane {
        return Err(format!("`{bare}` is the same for both lanes."));
    }
    let text = text_of(value)
        .ok_or_else(|| format!("`{name}` must be a text, a number, a truth value or a list."))?;
    let own = lane == LaneId::B && known.per_lane && bare == name;
    Ok((
        if own {
            format!("b.{name}")
        } else {
            name.to_owned()
        },
        text,
    ))
}

fn flat(points: Vec<f32>) -> Result<Vec<f32>, String> {
    if !points.len().is_multiple_of(2) {
        return Err("`points` must hold two numbers for each point.".into());
    }
    if points.len() > 2 * MOST as usize {
        return Err(format!("`points` must hold at most {MOST} points."));
    }
    if points.iter().any(|x| !x.is_finite()) {
        return Err("`points` must hold finite numbers, x and y of each point in turn.".into());
    }
    Ok(points)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn reading(verb: &str, json: Json) -> Result<Call, String> {
        read(verb, &json, Beside::default(), &Settings::default())
    }

    #[test]
    fn what_is_wrong_is_named() {
        let wrong = [
            ("fly", json!({}), "`fly`"),
            ("train", json!({"steps": 0}), "`steps`"),
            ("train", json!({"steps": 2.5}), "`steps`"),
            ("train", json!({"step": 2}), "`step`"),
            ("train", json!({"lane": 1}), "`lane`"),
            ("seek", json!({}), "`t`"),
            ("seek", json!({"t": 7}), "`t`"),
            ("seek", json!(0.5), "object"),
            ("set", json!({"colour": "red"}), "`colour`"),
            ("set", json!({"lr": {}}), "`lr`"),
            ("set", json!({"b.speed": 2}), "`speed`"),
            ("sample", json!({"n": 1e9}), "`n`"),
            ("sample", json!({"solver": "magic"}), "`solver`"),
            ("sample", json!({"trajectories": 1}), "`trajectories`"),
            ("field", json!({"t": 0.5}), "`points`"),
            ("likelihood", json!({}), "`points`"),
            ("likelihood", json!({"probes": 0}), "`points`"),
            ("load", json!({}), "`bytes`"),
            ("data", json!({"role": "middle"}), "`role`"),
            ("data", json!({}), "`points`"),
            ("export", json!({}), "`what`"),
            ("export", json!({"what": "pdf"}), "`what`"),
            ("export", json!({"what": "gif", "side": 4096}), "`side`"),
            ("export", json!({"what": "csv", "table": "all"}), "`table`"),
        ];
        for (verb, args, named) in wrong {
            let error = reading(verb, args).unwrap_err();
            assert!(error.contains(named), "{error}");
        }
    }

    #[test]
    fn points_come_in_pairs_of_finite_numbers() {
        let field = |points: Vec<f32>| {
            read(
                "field",
                &json!({"t": 0.5}),
                Beside {
                    points: Some(points),
                    bytes: None,
                },
                &Settings::default(),
            )
        };
        assert!(field(vec![1.0, 2.0]).is_ok());
        assert!(field(vec![1.0]).is_err() && field(vec![1.0, f32::NAN]).is_err());
    }

    #[test]
    fn a_lane_in_a_patch_is_a_prefix() {
        let patch = reading(
            "set",
            json!({"lane": 1, "lr": 0.01, "lanes": 2, "b.batch": 64}),
        );
        let Ok(Call::Set(mut pairs)) = patch else {
            panic!("{patch:?}");
        };
        pairs.sort();
        let names: Vec<_> = pairs.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["b.batch", "b.lr", "lanes"]);
    }

    #[test]
    fn a_borrowing_lane_trains_the_lender() {
        let settings = Settings {
            lanes: 2,
            borrow: true,
            ..Settings::default()
        };
        let args = json!({"steps": 5.0, "lane": 1});
        let call = read("train", &args, Beside::default(), &settings);
        assert_eq!(
            call,
            Ok(Call::Train {
                lane: LaneId::A,
                steps: Some(5)
            })
        );
    }

    #[test]
    fn without_arguments_most_verbs_have_an_idea() {
        for (verb, _) in VERBS.iter().filter(|(verb, _)| {
            !["seek", "field", "likelihood", "load", "data", "export"].contains(verb)
        }) {
            assert!(reading(verb, Json::Null).is_ok(), "{verb}");
        }
    }
}
