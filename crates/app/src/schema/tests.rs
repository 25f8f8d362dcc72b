use super::*;
use protocol::LaneId;

#[test]
fn names_are_unique_and_fit_a_link() {
    for (i, param) in PARAMS.iter().enumerate() {
        assert!(PARAMS[i + 1..].iter().all(|other| other.name != param.name));
        assert!(
            param
                .name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b == b'_')
        );
    }
}

#[test]
fn what_is_set_is_what_is_got() {
    for param in PARAMS {
        let mut settings = Settings::default();
        let default = (param.get)(&settings, LaneId::A);
        for value in param.kind.examples() {
            (param.set)(&mut settings, LaneId::A, value.clone());
            assert_eq!((param.get)(&settings, LaneId::A), value, "{}", param.name);
        }
        (param.set)(&mut settings, LaneId::A, default.clone());
        assert_eq!((param.get)(&settings, LaneId::A), default);
    }
}

#[test]
fn defaults_lie_within_their_range() {
    let settings = Settings::default();
    for param in PARAMS {
        let default = (param.get)(&settings, LaneId::A);
        assert_eq!(param.kind.clamp(default.clone()), default, "{}", param.name);
    }
}
