//! The client of `docs/examples`, which a stranger could have written from `docs/wire.md`.

use std::path::Path;
use std::process::Command;

use crate::support::TestServer;

/// Whether there is a Python, which a machine that only builds the server need not have; the CI has one.
fn has_python() -> bool {
    let has = Command::new("python3").arg("--version").output().is_ok_and(|it| it.status.success());
    assert!(has || std::env::var_os("CI").is_none(), "the CI has a python3");
    has
}

#[test]
fn a_script_in_python_joins_flies_and_prints_ranks_and_what_is_said() {
    if !has_python() {
        eprintln!("skipped: there is no python3");
        return;
    }
    let server = TestServer::start(|config| config.rooms[0].bots = 3);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/examples/watch.py");
    let lines = std::fs::read_to_string(&script).expect("the example").lines().count();
    assert!(lines < 200, "{lines} lines");
    let output = Command::new("python3")
        .arg(script)
        .args(["--server", &format!("http://{}", server.address), "--name", "Py"])
        .args(["--seconds", "6", "--say", "hello from a script"])
        .output()
        .expect("a python3");
    let (text, errors) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{text}{errors}");
    for line in ["we are player ", "leaderboard: ", "Py: hello from a script", "request 1: done"] {
        assert!(text.lines().any(|have| have.starts_with(line)), "{line} is missing in\n{text}");
    }
    // Its commands were taken, and it was sent snapshots for as long as it flew.
    let flown =
        text.lines().find_map(|line| line.strip_prefix("flew for ")?.strip_suffix(" ticks"));
    let flown: u32 = flown.expect("an end").parse().expect("a number");
    assert!(flown > 60, "{text}");
    let late = server.metric("driftfield_inputs_late_total");
    let received = server.metric("driftfield_inputs_received_total");
    assert!(received > 60.0 && late < received / 2.0, "{late} of {received} were late");
}
