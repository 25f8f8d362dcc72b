//! The shapes of rows in the table of parameters, so that a row says only what is its own.
//!
//! The last argument of each is a sentence for who reads the table. No row compiles without one, and none is shipped: the
//! page's own texts are in the language files.

/// A parameter that is one of a named enumeration's values.
macro_rules! choice {
    ($name:literal, $group:ident, $type:ident, $($field:ident).+, $doc:literal) => {
        choice!($name, $group, $type, $($field).+, always, $doc)
    };
    ($name:literal, $group:ident, $type:ident, $($field:ident).+, $applies:expr, $doc:literal) => {
        Param {
            name: $name,
            group: Group::$group,
            per_lane: true,
            kind: Kind::Choice($type::NAMES),
            get: |s, lane| Value::Choice(s.lane[lane].$($field).+.name()),
            set: |s, lane, v| if let Some(x) = v.choice().and_then($type::from_name) { s.lane[lane].$($field).+ = x },
            applies: $applies,
        }
    };
}

/// A whole number in a range, per lane.
macro_rules! whole {
    ($name:literal, $group:ident, $min:literal..=$max:literal, $scale:expr, $($field:ident).+, $doc:literal) => {
        whole!($name, $group, $min..=$max, $scale, $($field).+, always, $doc)
    };
    ($name:literal, $group:ident, $min:literal..=$max:literal, $scale:expr, $($field:ident).+, $applies:expr, $doc:literal) => {
        Param {
            name: $name,
            group: Group::$group,
            per_lane: true,
            kind: Kind::Whole { min: $min, max: $max, scale: $scale },
            get: |s, lane| Value::Whole(s.lane[lane].$($field).+.into()),
            set: |s, lane, v| if let Value::Whole(x) = v { s.lane[lane].$($field).+ = x as u32 },
            applies: $applies,
        }
    };
}

/// A real number in a range, per lane.
macro_rules! real {
    ($name:literal, $group:ident, $min:literal..=$max:literal, $scale:expr, $($field:ident).+, $applies:expr, $doc:literal) => {
        Param {
            name: $name,
            group: Group::$group,
            per_lane: true,
            kind: Kind::Real { min: $min, max: $max, scale: $scale },
            get: |s, lane| Value::Real(s.lane[lane].$($field).+),
            set: |s, lane, v| if let Value::Real(x) = v { s.lane[lane].$($field).+ = x },
            applies: $applies,
        }
    };
}

/// What the user drew, moved or wrote: shared by both lanes, shown with the lane that uses it.
macro_rules! drawn {
    ($name:literal, $kind:ident, $field:ident, $applies:expr, $doc:literal) => {
        Param {
            name: $name,
            group: Group::Data,
            per_lane: false,
            kind: Kind::$kind,
            get: |s, _| Value::$kind(s.drawn.$field.clone()),
            set: |s, _, v| {
                if let Value::$kind(x) = v {
                    s.drawn.$field = x
                }
            },
            applies: $applies,
        }
    };
}

/// A parameter of the whole stage.
macro_rules! stage {
    ($name:literal, $kind:expr, $get:expr, $set:expr, $doc:literal) => {
        Param {
            name: $name,
            group: Group::Stage,
            per_lane: false,
            kind: $kind,
            get: $get,
            set: $set,
            applies: always,
        }
    };
}

/// A parameter of no common shape.
macro_rules! other {
    ($param:expr, $doc:literal) => {
        $param
    };
}
