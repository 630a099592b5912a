//! A file of a package that is text and no JSON.

use crate::Out;
use crate::out::File;
use crate::view::Package;
use backshell_package::PackageFile;
use backshell_source::{Span, Text};
use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;

/// A text file: its content for looking, and its lines once there is something to report.
pub(crate) struct TextFile<'p> {
    file: File,
    content: Cow<'p, str>,
    text: OnceCell<Text>,
}

impl<'p> TextFile<'p> {
    /// Reads a file as UTF-8, without a byte order mark; bytes that are none become U+FFFD.
    pub(crate) fn new(package: &Package<'p>, file: &'p PackageFile) -> Self {
        let content = match file.text() {
            Cow::Borrowed(text) => Cow::Borrowed(text.strip_prefix('\u{feff}').unwrap_or(text)),
            Cow::Owned(text) => Cow::Owned(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
        };
        Self { file: File::other(package.shown(&file.path)), content, text: OnceCell::new() }
    }

    /// The content; places in it are byte offsets.
    pub(crate) fn content(&self) -> &str {
        &self.content
    }

    /// Reports a stretch of it.
    pub(crate) fn report(&self, out: &mut Out<'_>, place: Range<usize>, message: impl Into<String>) {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let text = self.text.get_or_init(|| Text::new(self.content().to_owned()));
        out.in_file(&self.file).at_text(text, Span::new(offset(place.start), offset(place.end)), message);
    }

    /// Reports it as a whole.
    pub(crate) fn report_whole(&self, out: &mut Out<'_>, message: impl Into<String>) {
        out.at_other_file(self.file.shown.clone(), message);
    }
}
