//! `flow` gives the same bits everywhere: the same digest is asked of the small engine in
//! `tests/browser/digest.test.mjs`.

#[test]
fn the_digest_of_flow_is_the_one_on_record() {
    let expected = include_str!("digest.txt").trim();
    assert_eq!(format!("{:016x}", flow::digest::digest(1)), expected);
}
