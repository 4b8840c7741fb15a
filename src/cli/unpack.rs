//! `zhijian unpack`: writes a pack into a folder: the shipped one to be changed, or one that has judged before.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::store::StoreArgs;
use super::{CliError, Outcome, print};
use crate::pack;

/// What `unpack` is asked to do.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "选项")]
pub struct Args {
    /// 写到哪个目录;必须还不存在,或者是空的
    #[arg(value_name = "目录", help_heading = "输出")]
    folder: PathBuf,
    /// 写出数据库里保存的、摘要为此的规则包(初稿里的 pack),而不是程序自带的
    #[arg(long, value_name = "摘要")]
    digest: Option<String>,
    /// Which store has it.
    #[command(flatten)]
    store: StoreArgs,
}

/// Writes every file of a pack below the folder.
///
/// # Errors
/// When there is something in the folder already, it cannot be written, or the store does not have the pack.
pub fn run(args: Args) -> Result<Outcome, CliError> {
    let folder = args.folder.display();
    let is_taken = fs::read_dir(&args.folder).is_ok_and(|mut entries| entries.next().is_some());
    if is_taken {
        return Err(CliError::Usage(format!("{folder} 里已经有东西了，请换一个目录，以免盖掉您改过的文件")));
    }
    let mut count = 0;
    let mut write = |path: &str, content: &[u8]| {
        count += 1;
        write(&args.folder.join(path), content)
    };
    match args.digest {
        None => pack::shipped_files().try_for_each(|(path, content)| write(&path, &content))?,
        Some(digest) => {
            let files = args.store.with(async |store| Ok(store.pack_files(&digest).await?))?;
            let unknown = || CliError::Usage(format!("数据库里没有摘要为 {digest} 的规则包"));
            let mut files = files.ok_or_else(unknown)?.into_iter();
            files.try_for_each(|file| write(&file.path, file.text.as_bytes()))?;
        }
    }
    print(&format!("已写出 {count} 个文件。改完后运行 zhijian check --pack {folder}"))?;
    Ok(Outcome::Fine)
}

fn write(file: &Path, content: &[u8]) -> Result<(), CliError> {
    let made: io::Result<()> = file.parent().map_or(Ok(()), fs::create_dir_all);
    let written = made.and_then(|()| fs::write(file, content));
    written.map_err(CliError::io(format!("写不了 {}", file.display())))
}
