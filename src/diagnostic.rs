//! What is wrong in a file of the pack: place, line and what to do, in Chinese.

use std::fmt;
use std::io;

/// A text file of the pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Path below the pack's root, with forward slashes.
    pub path: String,
    /// What the file holds, without a byte order mark.
    pub text: String,
}

impl Source {
    /// A mistake at `line` and `column` (both from 1; line 0 means the file as a whole).
    #[must_use]
    pub fn mistake(&self, line: usize, column: usize, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            file: self.path.clone(),
            line,
            column,
            message: message.into(),
            help: None,
            source: line.checked_sub(1).and_then(|line| self.text.lines().nth(line)).map(str::to_owned),
        }
    }

    /// A mistake of the file as a whole, shown at its first line that is no comment.
    #[must_use]
    pub fn mistake_at_head(&self, message: impl Into<String>) -> Diagnostic {
        let head = self.text.lines().position(|line| !line.starts_with('#')).unwrap_or(0);
        self.mistake(head + 1, 1, message)
    }

    /// The id that the path gives: without the folder `root` and without the extension.
    #[must_use]
    pub fn id(&self, root: &str) -> &str {
        let path = self.path.strip_prefix(root).unwrap_or(&self.path);
        path.rsplit_once('.').map_or(path, |(stem, _)| stem)
    }
}

/// One mistake in one file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// Path below the pack's root, with forward slashes.
    pub file: String,
    /// Line, from 1; 0 where the file as a whole is meant.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The line of the file, to be shown.
    pub source: Option<String>,
}

impl Diagnostic {
    /// The same mistake with a word on what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// All mistakes that were found, in the order of files and lines.
#[derive(Debug, Clone, Default, PartialEq, Eq, thiserror::Error)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl Diagnostics {
    /// Adds a mistake.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Keeps the value of `result`, or adds its mistake.
    pub fn keep<T>(&mut self, result: Result<T, Diagnostic>) -> Option<T> {
        result.map_err(|diagnostic| self.push(diagnostic)).ok()
    }

    /// Everything that is wrong, sorted by place and without repetitions; nothing if all is well.
    ///
    /// # Errors
    /// When there is any mistake.
    pub fn settle(mut self) -> Result<(), Self> {
        self.0.sort();
        self.0.dedup();
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}

/// Why the system refused something, in Chinese where that is usual.
#[must_use]
pub fn reason(error: &io::Error) -> String {
    let known = match error.kind() {
        io::ErrorKind::NotFound => "没有这个文件或文件夹",
        io::ErrorKind::PermissionDenied => "没有权限",
        io::ErrorKind::IsADirectory => "这是文件夹",
        io::ErrorKind::NotADirectory => "不是文件夹",
        io::ErrorKind::AddrInUse => "地址已被占用",
        io::ErrorKind::AddrNotAvailable => "本机没有这个地址",
        io::ErrorKind::StorageFull => "磁盘已满",
        _ => return error.to_string(),
    };
    known.to_owned()
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for diagnostic in &self.0 {
            writeln!(f, "{diagnostic}")?;
        }
        write!(f, "共 {} 处错误", self.0.len())
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        write!(f, ": {}", self.message)?;
        if let Some(source) = &self.source {
            write!(f, "\n  {:>4} | {source}", self.line)?;
        }
        if let Some(help) = &self.help {
            write!(f, "\n       = {help}")?;
        }
        Ok(())
    }
}
