//! `zhijian unpack`: writes the pack that the binary carries into a folder, for whoever wants to change it.

use std::fs;
use std::path::PathBuf;

use super::{CliError, Outcome, print};
use crate::pack;

/// What `unpack` is asked to do.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 写到哪个目录;必须还不存在,或者是空的
    #[arg(value_name = "目录", help_heading = "输出")]
    folder: PathBuf,
}

/// Writes every file of the shipped pack below the folder.
///
/// # Errors
/// When there is something in the folder already, or it cannot be written.
pub fn run(args: Args) -> Result<Outcome, CliError> {
    let folder = args.folder.display();
    let is_taken = fs::read_dir(&args.folder).is_ok_and(|mut entries| entries.next().is_some());
    if is_taken {
        return Err(CliError::Usage(format!("{folder} 里已经有东西了，请换一个目录，以免盖掉您改过的文件")));
    }
    let mut count = 0;
    for (path, content) in pack::shipped_files() {
        let file = args.folder.join(&path);
        let parent = file.parent().unwrap_or(&args.folder);
        let written = fs::create_dir_all(parent).and_then(|()| fs::write(&file, content));
        written.map_err(CliError::io(format!("写不了 {}", file.display())))?;
        count += 1;
    }
    print(&format!("已写出 {count} 个文件。改完后运行 zhijian check --pack {folder}"))?;
    Ok(Outcome::Fine)
}
