//! What the page that embeds this one asks for in the `?` query. The `#` fragment says what is
//! shown, these options say how; an unknown option or value is ignored.

use super::link::pairs;

/// The host's wishes.
#[derive(Clone, Debug, PartialEq)]
pub struct Host {
    /// Without the header, and in touch with the page around it.
    pub embed: bool,
    pub lang: Option<String>,
    pub theme: Option<String>,
    /// Parts of the page that are not shown: `panel story charts bar transport`.
    pub hide: Vec<String>,
    /// Parameters that the visitor cannot change, by schema name; `all` for every one.
    pub lock: Vec<String>,
    /// Whether it plays and trains without being asked.
    pub autoplay: bool,
    pub start: Start,
    /// A filmstrip instead of an animation.
    pub still: bool,
    pub backend: BackendWish,
    pub stepper: StepperWish,
    /// The page's width in CSS pixels, at most.
    pub width: Option<u32>,
}

/// When the visit begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    Now,
    /// As soon as the stage is on the screen.
    Visible,
    /// At the first click or key.
    Click,
}

/// Which engine may train.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackendWish {
    /// The CPU at first, WebGPU where it is faster.
    Auto,
    WebGpu,
    Cpu,
}

/// Which way training steps may be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepperWish {
    /// The fastest that agrees with Burn's module, autodiff and Adam.
    Auto,
    /// Burn's alone.
    Burn,
}

impl StepperWish {
    /// Its name in the page's and the engine's address.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Burn => "burn",
        }
    }
}

/// Parts of the page that a host may hide, and the ids of their elements.
pub(crate) const PARTS: &[&str] = &["panel", "story", "charts", "bar", "transport"];

impl Host {
    /// Reads a query, with or without its `?`.
    pub fn parse(query: &str) -> Self {
        let pairs = pairs(query);
        let get = |name: &str| {
            let found = pairs.iter().find(|(key, _)| key == name);
            found.map(|(_, value)| value.as_str())
        };
        let embed = get("embed") == Some("1");
        Self {
            embed,
            lang: get("lang").map(str::to_owned),
            theme: get("theme").map(str::to_owned),
            hide: list(get("hide"), |part| PARTS.contains(&part)),
            lock: list(get("lock"), |_| true),
            autoplay: get("autoplay") != Some("0"),
            start: match get("start") {
                Some("visible") => Start::Visible,
                Some("click") => Start::Click,
                _ if embed => Start::Visible,
                _ => Start::Now,
            },
            still: get("motion") == Some("reduce"),
            backend: match get("backend") {
                Some("webgpu") => BackendWish::WebGpu,
                Some("cpu") => BackendWish::Cpu,
                _ => BackendWish::Auto,
            },
            stepper: match get("stepper") {
                Some("burn") => StepperWish::Burn,
                _ => StepperWish::Auto,
            },
            width: get("width")
                .and_then(|text| text.parse().ok())
                .filter(|width| *width >= 200),
        }
    }

    /// Whether a part of the page is not shown.
    pub fn hides(&self, part: &str) -> bool {
        self.hide.iter().any(|hidden| hidden == part)
    }

    /// Whether the visitor may change a parameter.
    pub fn locks(&self, name: &str) -> bool {
        self.lock.iter().any(|lock| lock == name || lock == "all")
    }
}

fn list(text: Option<&str>, keep: impl Fn(&str) -> bool) -> Vec<String> {
    let names = text.unwrap_or("").split(',').map(str::trim);
    names
        .filter(|name| !name.is_empty() && keep(name))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_query_the_page_begins_at_once() {
        let host = Host::parse("");
        assert!(!host.embed && host.autoplay && !host.still && !host.locks("lr"));
        assert_eq!((host.start, host.backend), (Start::Now, BackendWish::Auto));
    }

    #[test]
    fn an_embed_begins_when_it_is_seen() {
        assert_eq!(Host::parse("?embed=1").start, Start::Visible);
        assert_eq!(Host::parse("?embed=1&start=click").start, Start::Click);
    }

    #[test]
    fn burn_takes_the_steps_where_it_is_asked_to() {
        for (query, wish) in [
            ("?stepper=burn&backend=cpu", "burn"),
            ("?stepper=x", "auto"),
        ] {
            assert_eq!(Host::parse(query).stepper.name(), wish);
        }
    }

    #[test]
    fn lists_keep_what_they_know() {
        let host = Host::parse("?hide=panel,moon,%20story&lock=lr,batch&width=7");
        assert_eq!(host.hide, ["panel", "story"]);
        assert!(host.hides("story") && !host.hides("charts"));
        assert!(host.locks("batch") && !host.locks("width"));
        assert_eq!(host.width, None);
        assert!(Host::parse("?lock=all").locks("width"));
    }
}
