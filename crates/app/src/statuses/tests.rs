use super::*;
use crate::text::{Language, Text};
use flow::error::TextError;

/// What a driver might say, which no sentence may contain.
const DETAIL: &str = "a driver's own words";

fn engine_faults() -> Vec<EngineFault> {
    vec![
        EngineFault::NoWorker,
        EngineFault::NotLoaded(DETAIL.into()),
        EngineFault::Crashed,
        EngineFault::Version,
    ]
}

fn cpu_reasons() -> Vec<CpuReason> {
    let plain = [
        CpuReason::Chosen,
        CpuReason::CpuOnly,
        CpuReason::NoAdapter,
        CpuReason::NoTimestamps,
        CpuReason::NotStarted(DETAIL.into()),
        CpuReason::SelfTest {
            adapter: "lavapipe".into(),
            detail: DETAIL.into(),
        },
        CpuReason::Lost(DETAIL.into()),
        CpuReason::Slower,
    ];
    let faults = engine_faults().into_iter().map(CpuReason::NoEngine);
    plain.into_iter().chain(faults).collect()
}

fn notices() -> Vec<Notice> {
    let failures = [Failure::Processor, Failure::Program, Failure::Message];
    let failures = failures.map(|kind| failure(&kind(DETAIL.into())));
    let data = [
        DataError::NothingDrawn,
        DataError::NotFinite(4),
        DataError::ScoreOfOtherNoise,
        DataError::ClassifierOfOtherNoise,
        DataError::OneLabel,
        DataError::LabelsOfAFlow,
        DataError::Text(TextError::Empty),
        DataError::Text(TextError::TooLong {
            letters: 9,
            most: 7,
        }),
        DataError::Text(TextError::Unknown('%')),
    ];
    let faults = data
        .map(LaneFault::Data)
        .into_iter()
        .chain([LaneFault::Diverged { step: 70 }, LaneFault::Checkpoint]);
    let faults = faults.map(|fault| lane_fault(LaneId::B, &fault));
    failures.into_iter().chain(faults).collect()
}

/// Every sentence of every status in a language.
fn sentences(language: Language) -> Vec<String> {
    let text = Text::new(language);
    let word = |key: &'static str| {
        let said = text
            .find(key)
            .unwrap_or_else(|| panic!("{key} has no text"));
        said.to_owned()
    };
    let faults = engine_faults().iter().map(engine_fault).collect::<Vec<_>>();
    let reasons = cpu_reasons()
        .iter()
        .filter_map(cpu_reason)
        .collect::<Vec<_>>();
    let words = faults.into_iter().chain(reasons).map(word);
    let notices = notices();
    let told = notices.iter().map(|notice| {
        word(notice.key);
        text.notice(notice)
    });
    words.chain(told).collect()
}

#[test]
fn every_status_has_a_sentence_without_gaps_and_without_a_drivers_words() {
    for language in Language::ALL {
        for sentence in sentences(language) {
            let whole = !sentence.contains(['{', '}']) && !sentence.contains(DETAIL);
            assert!(whole && !sentence.is_empty(), "{sentence}");
        }
    }
}

#[test]
fn chinese_sentences_have_no_latin_word_but_names() {
    const NAMES: [&str; 6] = ["WebGPU", "GPU", "CPU", "worker", "A", "B"];
    for sentence in sentences(Language::Chinese) {
        let words = sentence.split(|c: char| !c.is_ascii_alphabetic());
        let strange: Vec<_> = words
            .filter(|w| !w.is_empty() && !NAMES.contains(w))
            .collect();
        assert!(strange.is_empty(), "{strange:?}: {sentence}");
    }
}
