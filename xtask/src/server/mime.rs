//! What a browser is told a file is.

/// By the ending of its name. A wrong type is not cosmetic: browsers refuse modules and streamed wasm without theirs.
pub fn of(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    match ending {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" | "md" | "csv" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn types_that_browsers_insist_on() {
        assert_eq!(of("engine_cpu_bg.wasm"), "application/wasm");
        assert_eq!(of("a/page.js"), "text/javascript; charset=utf-8");
        assert_eq!(of("index.html"), "text/html; charset=utf-8");
        assert_eq!(of("style.css"), "text/css; charset=utf-8");
        assert_eq!(of("lang/zh.json"), "application/json");
        assert_eq!(of("icon.svg"), "image/svg+xml");
        assert_eq!(of("LICENSE"), "application/octet-stream");
    }
}
