use super::*;

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
        let default = (param.get)(&settings, 0);
        for value in param.kind.examples() {
            (param.set)(&mut settings, 0, value.clone());
            assert_eq!((param.get)(&settings, 0), value, "{}", param.name);
        }
        (param.set)(&mut settings, 0, default.clone());
        assert_eq!((param.get)(&settings, 0), default);
    }
}

#[test]
fn defaults_lie_within_their_range() {
    let settings = Settings::default();
    for param in PARAMS {
        let default = (param.get)(&settings, 0);
        assert_eq!(param.kind.clamp(default.clone()), default, "{}", param.name);
    }
}
