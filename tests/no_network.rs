//! "It never opens a network connection" as something that a machine checks: the main job runs where there is no network,
//! no crate that could open a connection is linked, and the program does not even import the calls for it.

mod common;

use common::{daily, folder, program};
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// What crates are called that open connections, resolve names or speak protocols; a `*` at the end is any rest. None of
/// them has a place in the program, whatever it would be good for.
const BANNED: [&str; 58] = [
    // Sockets and what waits for them.
    "socket2",
    "mio",
    "polling",
    "async-io",
    "async-net",
    "async-std",
    "smol",
    "tokio",
    "tokio-*",
    "monoio",
    "glommio",
    "compio*",
    "io-uring",
    "netlink*",
    "if-addrs",
    "pnet*",
    "nng",
    "zmq*",
    // HTTP and what is built on it.
    "http",
    "httparse",
    "hyper*",
    "h2",
    "h3",
    "reqwest",
    "ureq*",
    "curl*",
    "isahc",
    "attohttpc",
    "minreq",
    "surf",
    "warp",
    "axum*",
    "actix-*",
    "tonic*",
    "quinn*",
    "tungstenite",
    "object_store",
    "opendal*",
    "aws-*",
    "sentry*",
    "opentelemetry*",
    // TLS, of use only to those.
    "rustls*",
    "native-tls",
    "openssl*",
    "boring*",
    "schannel",
    "security-framework*",
    "webpki*",
    // Names and mail over the network.
    "hickory-*",
    "trust-dns-*",
    "dns-lookup",
    "lettre",
    "imap*",
    "async-imap",
    "mail-send",
    "ssh2",
    "russh*",
    "git2",
];

/// Features by which crates that are in the program could reach the network.
const BANNED_FEATURES: [(&str, &[&str]); 3] = [
    ("rustix", &["net", "all-apis", "io_uring"]),
    ("nix", &["net", "socket"]),
    ("windows-sys", &["Win32_Networking_WinSock", "Win32_Networking_WinHttp", "Win32_Networking_WinInet"]),
];

/// Calls of the system's library by which connections are opened and names are resolved. Not `socketpair`, `sendmsg` and
/// `recvmsg`: the standard library starts other programs (`readpst`) with them, over a pair of sockets that leads nowhere
/// else.
const CALLS: [&str; 11] = [
    "socket",
    "connect",
    "bind",
    "listen",
    "accept",
    "accept4",
    "getaddrinfo",
    "gethostbyname",
    "sendto",
    "recvfrom",
    "res_init",
];

fn is_banned(name: &str) -> bool {
    BANNED.iter().any(|banned| match banned.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == *banned,
    })
}

#[test]
fn no_crate_that_could_open_a_connection_is_in_the_program_or_its_tests() {
    assert!(
        is_banned("tokio-util") && is_banned("hyper-rustls") && is_banned("mio") && !is_banned("httpdate")
    );
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock");
    let lock = std::fs::read_to_string(lock).expect("Cargo.lock");
    let names = lock.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    let names: Vec<&str> = names.collect();
    assert!(names.len() > 50, "{} crates", names.len());
    let banned: Vec<&&str> = names.iter().filter(|name| is_banned(name)).collect();
    assert!(banned.is_empty(), "{banned:?}");
}

#[test]
fn no_crate_of_the_program_has_its_network_features_on() {
    let targets = ["x86_64-unknown-linux-gnu", "aarch64-apple-darwin", "x86_64-pc-windows-msvc"];
    let mut looked_at = 0;
    for target in targets {
        let tree = Command::new(env!("CARGO"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["tree", "--locked", "--offline", "--edges", "normal", "--prefix", "none"])
            .args(["--format", "{p} | {f}", "--target", target])
            .output()
            .expect("cargo");
        if !tree.status.success() {
            println!("skipped: the crates of {target} were not downloaded");
            continue;
        }
        looked_at += 1;
        let tree = String::from_utf8_lossy(&tree.stdout).into_owned();
        assert!(tree.starts_with("mailfatigue ") && tree.lines().count() > 50, "{tree}");
        for line in tree.lines() {
            let (package, features) = line.split_once(" | ").unwrap_or((line, ""));
            let name = package.split(' ').next().unwrap_or_default();
            assert!(!is_banned(name), "{target}: {line}");
            for (of, banned) in BANNED_FEATURES {
                let on = features.split(',').map(|feature| feature.trim_end_matches(" (*)"));
                let on: Vec<&str> = on.filter(|feature| of == name && banned.contains(feature)).collect();
                assert!(on.is_empty(), "{target}: {package} has the features {on:?}");
            }
        }
    }
    assert!(looked_at > 0, "not even the crates of this machine are known");
}

/// Crates may call the system without its library, but none here does for the network: see the features above.
#[cfg(target_os = "linux")]
#[test]
fn the_program_imports_no_call_that_opens_a_connection() {
    let Ok(nm) = Command::new("nm")
        .args(["--dynamic", "--undefined-only", env!("CARGO_BIN_EXE_mailfatigue")])
        .output()
    else {
        println!("skipped: nm (binutils) is not installed");
        return;
    };
    let listed = String::from_utf8_lossy(&nm.stdout).into_owned();
    let imported: Vec<&str> =
        listed.lines().filter_map(|line| line.split_whitespace().last()?.split('@').next()).collect();
    if imported.is_empty() {
        println!("skipped: the program is linked statically, so that it imports nothing");
        return;
    }
    assert!(imported.contains(&"open64") || imported.contains(&"open"), "{imported:?}");
    let calls: Vec<&&str> = imported.iter().filter(|name| CALLS.contains(name)).collect();
    assert!(calls.is_empty(), "{calls:?}");
}

/// The main job, with every sort of output.
fn main_job(here: &Path, mut command: Command) -> Output {
    let line = "check a.mbox --owner robin@home.example --timezone UTC -o r.csv --messages m.csv --html p.html --xlsx r.xlsx";
    command.args(line.split(' ')).current_dir(here).stdin(Stdio::null()).output().expect("it starts")
}

#[cfg(target_os = "linux")]
#[test]
fn the_main_job_runs_where_there_is_no_network() {
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    // A network of its own without any device that is up; as root, or as root of a namespace of its own.
    let without_network = ["-n", "-rn"].into_iter().find(|option| {
        let tried = Command::new("unshare").args([option, "true"]).stderr(Stdio::null()).status();
        tried.is_ok_and(|status| status.success())
    });
    let Some(option) = without_network else {
        println!("skipped: unshare is not allowed here, so that no run without network was made");
        return;
    };
    let told = main_job(here.path(), program());
    let outputs = ["r.csv", "m.csv", "p.html", "r.xlsx"];
    let read = || outputs.map(|name| std::fs::read(here.path().join(name)).expect("an output"));
    let with_network = read();
    let mut command = Command::new("unshare");
    command.arg(option).arg(env!("CARGO_BIN_EXE_mailfatigue")).env("XDG_CONFIG_HOME", "/nonexistent");
    let alone = main_job(here.path(), command);
    assert!(told.status.success() && alone.status.success(), "{}", String::from_utf8_lossy(&alone.stderr));
    assert_eq!(told.stderr, alone.stderr);
    assert!(read() == with_network, "another report without network");
}
