//! The example `trial_cell` as a child process: a whole cell that can be killed, traced and started again.

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

/// A cell that runs as a process of its own. Dropping it kills it.
pub struct Process {
    child: Child,
    input: Option<ChildStdin>,
    /// The cell's own process; not the child's when the child is a tracer.
    pub pid: u64,
    pub gateway: String,
    pub console: String,
    pub token: String,
    pub connector: String,
    pub connection: String,
}

impl Process {
    /// Starts a cell over `data` and waits until it listens.
    pub async fn start(data: &Path) -> Self {
        let mut command = Command::new(example());
        command.arg(data);
        Self::run(command).await
    }

    /// Runs `command`, which starts a cell in the end, and waits until the cell listens.
    pub async fn run(mut command: Command) -> Self {
        let mut child = spawn(&mut command);
        let output = child.stdout.take().unwrap();
        let reading = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            BufReader::new(output).read_line(&mut line).unwrap();
            line
        });
        let line = tokio::time::timeout(Duration::from_mins(1), reading).await;
        let line = line.expect("the cell does not start within a minute").unwrap();
        let Ok(shown) = serde_json::from_str::<Value>(&line) else {
            panic!("the cell did not start: {line:?}, {:?}; its own words are above", child.wait());
        };
        let text = |name: &str| shown[name].as_str().unwrap().to_owned();
        Self {
            input: child.stdin.take(),
            child,
            pid: shown["pid"].as_u64().unwrap(),
            gateway: text("gateway"),
            console: text("console"),
            token: text("token"),
            connector: text("connector"),
            connection: text("connection"),
        }
    }

    /// Starts a cell and kills it `after` that, whatever it is doing.
    pub async fn start_and_kill(data: &Path, after: Duration) {
        let mut child = spawn(Command::new(example()).arg(data));
        tokio::time::sleep(after).await;
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Gives the order to stop in good order and does not wait for it.
    pub fn order_to_stop(&mut self) {
        drop(self.input.take());
    }

    /// Stops in good order.
    pub async fn stop(mut self) {
        self.order_to_stop();
        for _ in 0..1_200 {
            if let Some(status) = self.child.try_wait().unwrap() {
                assert!(status.success(), "the cell ended with {status}");
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the cell does not stop within half a minute");
    }

    /// SIGKILL: no destructor runs, nothing is flushed.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn spawn(command: &mut Command) -> Child {
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    piped.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// The example's program. `cargo test` builds it, but `cargo test --test NAME` does not: then it may be missing, or older
/// than what it was made from, and would say nothing about the code of today.
pub fn example() -> PathBuf {
    // Looked at once: what somebody edits during a long test is not what was to be tested.
    static EXAMPLE: LazyLock<PathBuf> = LazyLock::new(find_example);
    EXAMPLE.clone()
}

fn find_example() -> PathBuf {
    let this = std::env::current_exe().unwrap();
    let path = this.parent().and_then(Path::parent).unwrap().join("examples/trial_cell");
    let help = "build it with `cargo build --package backshell --example trial_cell`";
    assert!(path.exists(), "`{}` is missing; {help}", path.display());
    let changed = |path: &Path| std::fs::metadata(path).and_then(|metadata| metadata.modified());
    let built = changed(&path).unwrap();
    // Cargo's list of sources: `program: file file …`, with blanks inside a name behind a backslash.
    let list = std::fs::read_to_string(path.with_extension("d")).unwrap().replace("\\ ", "\0");
    for source in list.split_whitespace().skip(1) {
        let source = source.replace('\0', " ");
        let is_older = changed(Path::new(&source)).is_ok_and(|changed| changed <= built);
        assert!(is_older, "`{}` is older than `{source}`; {help}", path.display());
    }
    path
}
