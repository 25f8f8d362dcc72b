//! A small static file server on the loopback address, for `serve` and for the browser tests.

pub mod mime;
pub mod resolve;

use anyhow::{Result, anyhow};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tiny_http::{Header, Method, Request, Response};

use crate::program;

/// Browsers open six connections to a host; a long answer must not block the others.
const THREADS: usize = 8;

/// A running server; dropping it stops it.
pub struct Server {
    http: Arc<tiny_http::Server>,
    pub port: u16,
}

impl Server {
    /// Serves `folder` on 127.0.0.1, at the first free port from `port` on; 0 takes any free one.
    pub fn start(folder: &Path, port: u16) -> Result<Self> {
        let http = Arc::new(bind(port)?);
        let port = http
            .server_addr()
            .to_ip()
            .map_or(port, |address| address.port());
        for _ in 0..THREADS {
            let (http, folder) = (Arc::clone(&http), folder.to_owned());
            std::thread::spawn(move || {
                while let Ok(request) = http.recv() {
                    // A browser that left early is no concern of ours.
                    let _ = answer(&folder, request);
                }
            });
        }
        Ok(Self { http, port })
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        for _ in 0..THREADS {
            self.http.unblock();
        }
    }
}

fn bind(first: u16) -> Result<tiny_http::Server> {
    let mut refusal = anyhow!("no port to try");
    for port in first..=first.saturating_add(20) {
        match tiny_http::Server::http(("127.0.0.1", port)) {
            Ok(server) => return Ok(server),
            Err(error) => refusal = anyhow!("cannot listen on 127.0.0.1:{port}: {error}"),
        }
    }
    Err(refusal)
}

/// What is sent for a request, before it is put on the wire.
#[derive(Debug, PartialEq)]
struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

fn answer(folder: &Path, request: Request) -> Result<()> {
    let get = matches!(request.method(), Method::Get | Method::Head);
    let reply = match get {
        true => reply_to(folder, request.url(), accepted(&request)),
        false => refuse(405, "only GET and HEAD"),
    };
    let mut response = Response::from_data(reply.body).with_status_code(reply.status);
    // The length is always known, and a known length lets the page show how far a download is.
    response = response.with_chunked_threshold(usize::MAX);
    for (name, value) in reply.headers {
        response.add_header(
            Header::from_bytes(name, value).map_err(|()| anyhow!("bad header {name}"))?,
        );
    }
    Ok(request.respond(response)?)
}

/// Which of our encodings the browser takes, best first.
fn accepted(request: &Request) -> Vec<(&'static str, &'static str)> {
    let header = request
        .headers()
        .iter()
        .find(|header| header.field.equiv("Accept-Encoding"));
    let offered = header.map_or("", |header| header.value.as_str());
    let takes = |name: &str| offered.split(',').any(|offer| offer.trim() == name);
    [("br", ".br"), ("gzip", ".gz")]
        .into_iter()
        .filter(|(name, _)| takes(name))
        .collect()
}

fn reply_to(folder: &Path, target: &str, encodings: Vec<(&'static str, &'static str)>) -> Reply {
    let Some(name) = resolve::name_of(target) else {
        return refuse(404, "no such file");
    };
    let path = folder.join(&name);
    let Ok(plain) = fs::read(&path) else {
        return missing(&name);
    };
    let mut headers = vec![
        ("Content-Type", mime::of(&name).to_owned()),
        ("Cache-Control", "no-cache".to_owned()),
        ("X-Content-Type-Options", "nosniff".to_owned()),
    ];
    for (encoding, ending) in encodings {
        if let Ok(body) = fs::read(with_ending(&path, ending)) {
            headers.push(("Content-Encoding", encoding.to_owned()));
            headers.push(("Vary", "Accept-Encoding".to_owned()));
            return Reply {
                status: 200,
                headers,
                body,
            };
        }
    }
    Reply {
        status: 200,
        headers,
        body: plain,
    }
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(ending);
    path.into()
}

/// A program that is still being built is not missing: the page is asked to come again.
fn missing(name: &str) -> Reply {
    if program::ALL
        .iter()
        .any(|program| program.files().iter().any(|file| file == name))
    {
        let mut reply = refuse(503, "still being built");
        reply.headers.push(("Retry-After", "2".to_owned()));
        return reply;
    }
    refuse(404, "no such file")
}

fn refuse(status: u16, why: &str) -> Reply {
    let headers = vec![
        ("Content-Type", "text/plain; charset=utf-8".to_owned()),
        ("Cache-Control", "no-store".to_owned()),
    ];
    Reply {
        status,
        headers,
        body: why.as_bytes().to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpStream;

    fn site(name: &str) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("xtask-server-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("index.html"), "<p>hello").unwrap();
        fs::write(folder.join("page.js"), "let a").unwrap();
        fs::write(folder.join("page.js.br"), "small").unwrap();
        folder
    }

    fn exchange(server: &Server, request: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
        write!(stream, "{request}\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn over_the_wire() {
        let folder = site("wire");
        let server = Server::start(&folder, 0).unwrap();
        let page = exchange(&server, "GET / HTTP/1.1");
        assert!(
            page.starts_with("HTTP/1.1 200") && page.ends_with("<p>hello"),
            "{page}"
        );
        let head = exchange(&server, "HEAD /page.js HTTP/1.1");
        assert!(
            head.contains("Content-Length: 5") && head.ends_with("\r\n\r\n"),
            "{head}"
        );
        assert!(exchange(&server, "POST / HTTP/1.1").starts_with("HTTP/1.1 405"));
        assert!(exchange(&server, "GET /../x HTTP/1.1").starts_with("HTTP/1.1 404"));
        let taken = Server::start(&folder, server.port).unwrap();
        assert_ne!(taken.port, server.port, "a taken port is passed over");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn an_engine_that_is_not_built_is_on_its_way() {
        let folder = site("missing");
        let reply = reply_to(&folder, "/engine_gpu_bg.wasm", vec![]);
        assert_eq!(reply.status, 503);
        assert!(reply.headers.contains(&("Retry-After", "2".to_owned())));
        assert_eq!(reply_to(&folder, "/engine.js", vec![]).status, 404);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn compressed_files_where_accepted() {
        let folder = site("compressed");
        let plain = reply_to(&folder, "/page.js", vec![]);
        assert_eq!(plain.body, b"let a");
        let small = reply_to(&folder, "/page.js", vec![("br", ".br")]);
        assert_eq!(small.body, b"small");
        assert!(
            small
                .headers
                .contains(&("Content-Encoding", "br".to_owned()))
        );
        assert!(
            small
                .headers
                .contains(&("Content-Type", mime::of("page.js").to_owned()))
        );
        fs::remove_dir_all(folder).unwrap();
    }
}
