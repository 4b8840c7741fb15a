//! `zhijian score`: transcripts in, one draft per line out, in the order of the input, on several threads.

use std::io::{self, BufWriter, Write};
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, sync_channel};

use rayon::ThreadPool;
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use super::input::{self, Found, Item};
use super::pack::PackArgs;
use super::{CliError, Outcome, say, table};
use crate::answer::{Desk, Posted};
use crate::config::LimitsLayer;
use crate::diagnostic::reason;
use crate::pipeline::Ask;

/// Documents that one thread is given at once: enough to even out their lengths.
const PER_THREAD: usize = 32;

/// Bytes of documents that are enough for one round, however few they are.
const HEAVY: usize = 16 * 1024 * 1024;

/// Chunks of the input that may wait for the threads; with the chunk's size the bound of the memory.
const WAITING: usize = 8;

/// The arguments of `zhijian score`.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "选项")]
pub struct Args {
    /// 用哪张评分表 [缺省: 适用于该对话的那张]
    #[arg(long, value_name = "编号")]
    rubric: Option<String>,
    /// Which pack.
    #[command(flatten)]
    pack: PackArgs,
    /// 判定规则包里的全部规则,而不只是评分表用到的
    #[arg(long)]
    all_rules: bool,
    /// 用几个线程 [缺省: 处理器核数];结果与线程数无关
    #[arg(long, value_name = "个")]
    jobs: Option<NonZero<usize>>,
    /// 输出格式:json 每通一行,供程序读;table 给人看
    #[arg(long, value_enum, default_value_t = Format::Json, value_name = "格式")]
    #[arg(hide_default_value = true, hide_possible_values = true)]
    format: Format,
    /// 输入文件:JSON、NDJSON,或每行一句“客服:…”的文本(.txt);- 表示标准输入 [缺省: -]
    #[arg(value_name = "文件", help_heading = "输入")]
    files: Vec<PathBuf>,
    /// How much one transcript may hold.
    #[command(flatten)]
    limits: LimitsLayer,
}

/// What the output looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// One line of JSON each.
    Json,
    /// A table each.
    Table,
}

/// Scores every transcript of the input.
///
/// # Errors
/// When the pack is broken, the settings are wrong, or the output cannot be written.
pub fn run(args: Args) -> Result<Outcome, CliError> {
    let settings = args.pack.settings(args.limits)?;
    let pack = settings.load_pack()?;
    let ask = Ask { rubric: args.rubric.as_deref(), all_rules: args.all_rules };
    let desk = Desk { pack: &pack, limits: &settings.limits, ask };
    desk.check_ask().map_err(|refusal| CliError::Usage(refusal.detail))?;
    let threads = rayon::ThreadPoolBuilder::new()
        .num_threads(args.jobs.map_or(0, NonZero::get))
        .build()
        .map_err(|error| CliError::Usage(format!("启动不了线程：{error}")))?;
    // A panic becomes an error line; its message, unlike its place, could hold what was said in the call.
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        say(&format!("程序内部出错，位置 {place}"));
    }));
    let items = start_reading(args.files, settings.limits.body_bytes);
    let out = BufWriter::new(io::stdout().lock());
    answer_all(&desk, args.format, &threads, &items, out).map_err(CliError::io("写不出结果"))
}

/// Reads on a thread of its own; it ends with the input, or when nobody takes the items any more.
fn start_reading(mut files: Vec<PathBuf>, limit: usize) -> Receiver<Vec<Item>> {
    if files.is_empty() {
        files.push(PathBuf::from("-"));
    }
    let (sender, items) = sync_channel(WAITING);
    std::thread::spawn(move || {
        input::read_all(&files, limit, &mut |items| sender.send(items).is_ok());
    });
    items
}

fn answer_all(
    desk: &Desk<'_>,
    format: Format,
    threads: &ThreadPool,
    items: &Receiver<Vec<Item>>,
    mut out: impl Write,
) -> io::Result<Outcome> {
    let enough = threads.current_num_threads() * PER_THREAD;
    let mut outcome = Outcome::Fine;
    while let Ok(mut batch) = items.recv() {
        // Takes what is there without waiting, so that a slow pipe is answered line by line.
        while batch.len() < enough
            && batch.iter().map(Item::bytes).sum::<usize>() < HEAVY
            && let Ok(more) = items.try_recv()
        {
            batch.extend(more);
        }
        let answers: Vec<(Vec<u8>, Outcome)> =
            threads.install(|| batch.par_iter().map(|item| answer(desk, format, item)).collect());
        for (line, how) in answers {
            out.write_all(&line)?;
            outcome = worse(outcome, how);
        }
        out.flush()?;
    }
    Ok(outcome)
}

fn worse(one: Outcome, other: Outcome) -> Outcome {
    match (one, other) {
        (Outcome::Incomplete, _) | (_, Outcome::Incomplete) => Outcome::Incomplete,
        (Outcome::Findings, _) | (_, Outcome::Findings) => Outcome::Findings,
        _ => Outcome::Fine,
    }
}

/// One item's lines of output, and whether all is well with it.
fn answer(desk: &Desk<'_>, format: Format, item: &Item) -> (Vec<u8>, Outcome) {
    let (number, posted) = match &item.found {
        Found::Document(line) => (line.number(), line.posted(desk.limits)),
        Found::Script { text, name } => (1, Ok(Posted::Script(text, name))),
        Found::Unreadable(error) => {
            let name = item.file.as_deref().unwrap_or("标准输入");
            say(&format!("读不了 {name}:{}", reason(error)));
            return (Vec::new(), Outcome::Incomplete);
        }
    };
    let result = posted.and_then(|posted| match format {
        Format::Json => desk.answer(posted).map(|answer| answer.json),
        Format::Table => desk.with_draft(posted, |_, draft| table::of(draft).into_bytes()),
    });
    let (mut text, outcome) = match result {
        Ok(text) => (text, Outcome::Fine),
        Err(refusal) => {
            let refusal = refusal.at_line(number);
            let refusal = match &item.file {
                Some(file) => refusal.in_file(file),
                None => refusal,
            };
            let text = match format {
                Format::Json => refusal.to_json_line(),
                Format::Table => table::of_refusal(&refusal).into_bytes(),
            };
            (text, Outcome::Findings)
        }
    };
    text.push(b'\n');
    (text, outcome)
}
