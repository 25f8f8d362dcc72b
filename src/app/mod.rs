//! The page's state machine: what the user sees is a function of [`state::State`], and the state
//! changes only in [`update`]. Pure: no clock, no browser, no randomness that is not seeded by the
//! state, so a whole visit is a `Vec<Msg>` that can be replayed in a native test.

pub mod settings;
pub mod state;
