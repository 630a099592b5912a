//! Output for people: standard output and error through `anstream`, which leaves colours out where nobody sees them.

use anstream::AutoStream;
use std::io::{self, BufWriter, IsTerminal, Write};

/// How a command answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// Writes to standard output. A closed pipe (`| head`) is the reader's choice and no error.
pub fn print(text: &str) -> anyhow::Result<()> {
    write(|out| out.write_all(text.as_bytes()))
}

/// As [`print`], for what is too long to be a text first.
pub fn write(render: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    write_to(AutoStream::auto(io::stdout().lock()), render)
}

/// As [`write`], for what programs read: there are no colours in it that would have to be looked for.
pub fn write_plain(render: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    write_to(io::stdout().lock(), render)
}

fn write_to(out: impl Write, render: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    let Err(error) = render(&mut out).and_then(|()| out.flush()) else { return Ok(()) };
    // What is left in the buffer is for nobody: the reader has gone, or there is an error to be told in its place.
    drop(out.into_parts());
    if is_closed_pipe(&error) { Ok(()) } else { Err(error.into()) }
}

/// Whether whoever read our output has gone, which is their choice and no error.
pub fn is_closed_pipe(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

/// Writes a line to standard output.
pub fn line(text: &str) -> anyhow::Result<()> {
    print(&format!("{text}\n"))
}

/// Writes a remark to standard error, where it does not mix with what a program reads.
pub fn remark(text: &str) {
    // Nobody is left to be told when standard error is closed.
    drop(writeln!(AutoStream::auto(io::stderr().lock()), "{text}"));
}

/// Whether standard output is a terminal that shows colours.
pub fn shows_color() -> bool {
    !matches!(AutoStream::choice(&io::stdout()), anstream::ColorChoice::Never)
}

/// Whether a person reads standard output as it comes.
pub fn answers_people() -> bool {
    io::stdout().is_terminal()
}

/// Whether a person watches standard error.
pub fn is_watched() -> bool {
    io::stderr().is_terminal()
}
