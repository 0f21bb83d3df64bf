//! A process that is killed while it writes: everything that it was told is durable is there afterwards.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use std::{env, fs, thread};

use driftfield_server::metrics::Metrics;
use driftfield_server::store::data_dir::DataDir;
use driftfield_server::store::{
    AccountChange, AccountId, AccountKind, Batch, ChainHash, JournalChunk, RoomCheckpoint,
    SecretHash, Store, StoreSettings,
};
use driftfield_shared::protocol::AccountSecret;
use driftfield_shared::units::Tick;

const KILLS: u32 = 20;
const SEED: u64 = 11;
/// Names the folder to the child.
const FOLDER: &str = "DRIFTFIELD_KILL_TEST_FOLDER";

fn open(folder: &Path) -> Store {
    let data_dir = Some(Arc::new(DataDir::open(folder).expect("a folder of our own")));
    let metrics = Metrics::new();
    Store::open(data_dir, StoreSettings::default(), metrics.store().clone()).expect("a store")
}

/// The secret of the account that goes with a chunk.
fn secret(run: u32, n: u32) -> SecretHash {
    let mut secret = [0; 16];
    secret[..4].copy_from_slice(&run.to_le_bytes());
    secret[4..8].copy_from_slice(&n.to_le_bytes());
    SecretHash::of(&AccountSecret(secret))
}

#[test]
fn what_was_told_durable_outlives_a_kill_in_the_middle_of_a_write() {
    let folder = env::temp_dir().join(format!("driftfield-kill-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    let mut random = fastrand::Rng::with_seed(SEED);
    let mut told_in_all = 0;
    for run in 1..=KILLS {
        let told = run_and_kill(&folder, Duration::from_micros(random.u64(..200_000)));
        let handle = open(&folder).handle();
        let history = handle.room_history("room").expect("a sound database");
        assert!(history.damage.is_empty(), "run {run}: {:?}", history.damage);
        // The first submission is the checkpoint; each other one is a chunk with an account.
        let checkpoint = history.checkpoint.expect("it was told durable");
        assert_eq!(checkpoint.run, run, "told {told}");
        assert!(history.chunks.len() as u32 + 1 >= told, "run {run}: {told} were told");
        for n in 1..=history.chunks.len() as u32 {
            let account = handle.find_account(secret(run, n)).expect("a sound database");
            assert!(account.is_some(), "run {run}: a chunk came without what belongs to it");
        }
        told_in_all += told;
    }
    assert!(told_in_all > 10 * KILLS, "{told_in_all}: the children hardly wrote anything");
    let _ = fs::remove_dir_all(&folder);
}

/// Kills a child some time after its first commit. Returns the last submission that it was told is durable.
fn run_and_kill(folder: &Path, delay: Duration) -> u32 {
    let mut child = Command::new(env::current_exe().expect("this test"))
        .args([
            "--exact",
            "store_kill::child_that_writes_until_it_is_killed",
            "--ignored",
            "--nocapture",
        ])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .expect("this test again");
    let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    // The first line begins with the name of the test.
    let mut told = lines.filter_map(|line| line.ok()?.split_once("durable ")?.1.parse().ok());
    let first = told.next().expect("a child that writes");
    thread::sleep(delay);
    child.kill().expect("it runs for ever");
    child.wait().expect("killed");
    told.last().unwrap_or(first)
}

#[test]
#[ignore = "the test above starts it"]
fn child_that_writes_until_it_is_killed() {
    let Some(folder) = env::var_os(FOLDER).map(PathBuf::from) else { return };
    let store = open(&folder);
    let handle = store.handle();
    let run = handle.room_history("room").expect("a sound database").next_run;
    let room: Arc<str> = Arc::from("room");
    let mut chain = ChainHash::start("room", run);
    let begin = RoomCheckpoint::new(room.clone(), run, Tick(0), chain, vec![1; 100_000]);
    handle.submit(Batch::of(begin)).expect("an empty queue");
    let mut told = 0;
    for n in 1.. {
        let (tick, bytes) = (Tick(n), vec![n as u8; 3_000]);
        let chunk = JournalChunk::after(chain, room.clone(), run, (tick, tick), bytes);
        chain = chunk.chain;
        let mut batch = Batch::of(chunk);
        let (id, kind) = (AccountId(u64::from(run) << 32 | u64::from(n)), AccountKind::Person);
        batch.push(AccountChange::Create { id, secret: secret(run, n), kind, at: 0 });
        handle.submit(batch).expect("the disk keeps up");
        thread::sleep(Duration::from_millis(1));
        let durable = handle.status().durable().0;
        if durable > told {
            told = durable;
            println!("durable {told}");
            std::io::stdout().flush().expect("a parent that reads");
        }
    }
}
