//! From the address in a request to the name of a file: pure, and with no way out of the site.

/// The site also answers below this path, so that tests can check that it works from any base.
pub const DEEP_BASE: &str = "/any/base%20path/";

/// The site's name for a request's target, or `None` for what cannot be one.
pub fn name_of(target: &str) -> Option<String> {
    let path = target.split(['?', '#']).next()?;
    let path = path
        .strip_prefix(DEEP_BASE)
        .or_else(|| path.strip_prefix('/'))?;
    let mut name = decode(path)?;
    if name.is_empty() || name.ends_with('/') {
        name.push_str("index.html");
    }
    name.split('/').all(is_plain).then_some(name)
}

/// A part of a path that names something inside the folder it stands in. Hidden files are not served.
fn is_plain(part: &str) -> bool {
    !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', '\0', ':'])
}

/// Undoes percent-encoding. `None` where it is malformed or no UTF-8.
fn decode(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        if first == b'%' {
            let digits = std::str::from_utf8(tail.get(..2)?).ok()?;
            let both_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            bytes.push(u8::from_str_radix(digits, 16).ok().filter(|_| both_hex)?);
            rest = &tail[2..];
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(target: &str) -> Option<String> {
        name_of(target)
    }

    #[test]
    fn plain_names() {
        assert_eq!(resolved("/"), Some("index.html".into()));
        assert_eq!(resolved("/page.js"), Some("page.js".into()));
        assert_eq!(resolved("/lang/zh.json?v=1"), Some("lang/zh.json".into()));
        assert_eq!(resolved("/?embed=1"), Some("index.html".into()));
        assert_eq!(resolved("/docs/"), Some("docs/index.html".into()));
        assert_eq!(resolved("/a%20b.txt"), Some("a b.txt".into()));
    }

    #[test]
    fn the_same_below_a_deep_base() {
        assert_eq!(resolved(DEEP_BASE), Some("index.html".into()));
        assert_eq!(resolved("/any/base%20path/page.js"), Some("page.js".into()));
    }

    #[test]
    fn no_way_out() {
        for target in [
            "/../Cargo.toml",
            "/%2e%2e/Cargo.toml",
            "/a/%2E./b",
            "/..%2fCargo.toml",
            "/a//b",
            "//etc/passwd",
            "/..\\Cargo.toml",
            "/%5c..%5cx",
            "/c:/x",
            "/a%00b",
            "/.git/config",
            "/any/base%20path/../x",
        ] {
            assert_eq!(resolved(target), None, "{target}");
        }
    }

    #[test]
    fn malformed_is_refused() {
        for target in ["", "page.js", "/%", "/%4", "/%zz", "/%+1", "/%ff"] {
            assert_eq!(resolved(target), None, "{target}");
        }
    }
}
