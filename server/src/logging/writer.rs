//! Writes log lines to standard error on its own thread.
//!
//! A log is for people, and nothing written for people may delay or end a server. So a logging thread only hands its
//! line over and continues. A full disk costs the line; a pipe that nobody reads costs the lines that do not fit into
//! the queue. The number of lost lines is written as soon as writing works again.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;

/// Hands lines to the writing thread.
#[derive(Clone, Debug)]
pub struct LogWriter {
    queue: SyncSender<Entry>,
    lost: Arc<AtomicU64>,
}

#[derive(Debug)]
enum Entry {
    Line(Vec<u8>),
    /// Dropped when everything before it has been written.
    Flush(#[expect(dead_code, reason = "its end is the answer")] SyncSender<()>),
}

/// The writer of this process, once it has started.
static WRITER: OnceLock<LogWriter> = OnceLock::new();

/// Starts the thread that writes to standard error. If the thread cannot be started, there is no log.
pub(super) fn to_standard_error() -> LogWriter {
    WRITER.get_or_init(|| LogWriter::start(io::stderr())).clone()
}

/// Waits until everything logged so far is written, at most `patience`. Call it before the process ends.
pub fn flush(patience: Duration) {
    if let Some(writer) = WRITER.get() {
        writer.flush(patience);
    }
}

impl LogWriter {
    /// Writes to `output` on its own thread.
    fn start(output: impl Write + Send + 'static) -> LogWriter {
        let (queue, entries) = sync_channel(LINES_WAITING_MAX);
        let lost = Arc::new(AtomicU64::new(0));
        let counter = lost.clone();
        let thread = thread::Builder::new().name("log".to_owned());
        let _ = thread.spawn(move || write_entries(output, &entries, &counter));
        LogWriter { queue, lost }
    }

    /// Accepts a line, or counts it as lost. Never waits.
    pub(super) fn line(&self, line: &[u8]) {
        if self.queue.try_send(Entry::Line(line.to_owned())).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn flush(&self, patience: Duration) {
        let (written, is_written) = sync_channel(0);
        // If the queue is full, nobody reads the log, so there is nothing to wait for.
        if self.queue.try_send(Entry::Flush(written)).is_ok() {
            let _ = is_written.recv_timeout(patience);
        }
    }
}

fn write_entries(mut output: impl Write, entries: &Receiver<Entry>, lost: &AtomicU64) {
    while let Ok(entry) = entries.recv() {
        let Entry::Line(line) = entry else { continue };
        let count = lost.swap(0, Ordering::Relaxed);
        let note = match count {
            0 => Ok(()),
            count => writeln!(output, "{count} lines of the log were lost"),
        };
        if note.and_then(|()| output.write_all(&line)).is_err() {
            lost.fetch_add(count + 1, Ordering::Relaxed);
        }
    }
}

/// The target of a formatter: collects one whole line at a time.
impl Write for LogWriter {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.line(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for LogWriter {
    type Writer = LogWriter;

    fn make_writer(&'a self) -> LogWriter {
        self.clone()
    }
}

/// Lines that may wait to be written: a burst, as when a thousand clients come at once.
const LINES_WAITING_MAX: usize = 4_096;

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    const LONG: Duration = Duration::from_secs(30);

    /// An output that fails or accepts, as set.
    #[derive(Clone, Default)]
    struct Disk(Arc<Mutex<(bool, Vec<u8>)>>);

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut disk = self.0.lock().unwrap();
            if disk.0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            disk.1.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_costs_lines_and_says_how_many_when_there_is_space_again() {
        let disk = Disk::default();
        let writer = LogWriter::start(disk.clone());
        writer.line(b"first\n");
        writer.flush(LONG);
        disk.0.lock().unwrap().0 = true;
        writer.line(b"second\n");
        writer.line(b"third\n");
        writer.flush(LONG);
        disk.0.lock().unwrap().0 = false;
        writer.line(b"fourth\n");
        writer.flush(LONG);
        let written = String::from_utf8(disk.0.lock().unwrap().1.clone()).unwrap();
        assert_eq!(written, "first\n2 lines of the log were lost\nfourth\n");
    }

    #[test]
    fn a_log_that_nobody_reads_holds_nobody_up() {
        let disk = Disk::default();
        let stuck = disk.0.lock().unwrap();
        let writer = LogWriter::start(disk.clone());
        for _ in 0..2 * LINES_WAITING_MAX {
            writer.line(b"a line\n");
        }
        assert!(writer.lost.load(Ordering::Relaxed) > 0);
        writer.flush(Duration::from_millis(1));
        drop(stuck);
    }
}
