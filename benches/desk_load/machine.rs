//! What the machine says: processor time and memory of processes, from `/proc`.

use std::fs;
use std::time::Duration;

/// A hundredth of a second is the unit of `/proc` on Linux, whatever the kernel's own tick is.
const TICK: Duration = Duration::from_millis(10);

struct Stat {
    parent: u32,
    /// User and system time of the process itself.
    own: u32,
    /// Of its children that have ended.
    children: u32,
}

/// The fields of `/proc/PID/stat` after the name, which may hold blanks and brackets.
fn stat(pid: u32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<&str> = text.rsplit_once(") ")?.1.split(' ').collect();
    let field = |number: usize| fields.get(number)?.parse::<u32>().ok();
    Some(Stat {
        parent: field(1)?,
        own: field(11)? + field(12)?,
        children: field(13)? + field(14)?,
    })
}

/// Processor time of a process and of all its children, the ended ones too.
pub(crate) fn family_time(pid: u32) -> Duration {
    let own = stat(pid).map_or(0, |stat| stat.own + stat.children);
    let folders = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = folders.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let children = pids.filter_map(stat).filter(|stat| stat.parent == pid);
    TICK * children.fold(own, |sum, child| sum + child.own + child.children)
}

/// Processor time of this process.
pub(crate) fn own_time() -> Duration {
    TICK * stat(std::process::id()).map_or(0, |stat| stat.own)
}

/// Memory of a process in KiB: its share of what it has in common with others (PSS), and what is
/// its alone.
pub(crate) fn memory(pid: u32) -> Option<(u64, u64)> {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let of = |name: &str| -> Option<u64> {
        let line = text.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse().ok()
    };
    let private = of("Private_Clean:")? + of("Private_Dirty:")?;
    Some((of("Pss:")?, private))
}

/// How often the threads of a process were put to sleep or aside: each wake-up is one.
pub(crate) fn switches(pid: u32) -> u64 {
    let tasks = fs::read_dir(format!("/proc/{pid}/task"));
    let tasks = tasks.into_iter().flatten().flatten();
    let texts = tasks.filter_map(|task| fs::read_to_string(task.path().join("status")).ok());
    let of = |text: String| -> u64 {
        let lines = text.lines().filter(|line| line.contains("ctxt_switches:"));
        let counts = lines.filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
        counts.sum()
    };
    texts.map(of).sum()
}

/// Processors and kernel, in words that name no machine.
pub(crate) fn words() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let memory = memory.lines().next().and_then(|line| {
        let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kib / 1024 / 1024)
    });
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default().to_owned();
    format!(
        "{cores} cores, {} GiB of memory, load average {load} before the run",
        memory.unwrap_or(0)
    )
}
