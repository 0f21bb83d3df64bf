//! A disk that fails when a test says so: SQLite's own layer for files, with faults in front of its writes and syncs.
//!
//! The faults are those of one folder, so that tests do not meet.

#![allow(
    unsafe_code,
    reason = "a layer for files is made of C functions; this one is in tests only"
)]

use std::collections::HashMap;
use std::ffi::{CStr, c_int, c_void};
use std::path::{Path, PathBuf};
use std::ptr;
use std::sync::{Arc, LazyLock, Mutex, Once};
use std::thread;
use std::time::Duration;

use rusqlite::ffi::{
    SQLITE_FULL, SQLITE_IOERR_FSYNC, SQLITE_IOERR_WRITE, SQLITE_OK, SQLITE_OPEN_CREATE,
    SQLITE_OPEN_READONLY, SQLITE_OPEN_READWRITE, sqlite3_file, sqlite3_int64, sqlite3_io_methods,
    sqlite3_vfs, sqlite3_vfs_find, sqlite3_vfs_register,
};

/// What a disk does wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// Nothing.
    None,
    /// There is no space for a write.
    Full,
    /// A write fails.
    Write,
    /// A sync fails. What was written before can be read all the same, as from a page cache.
    Sync,
    /// Files can be opened to read only, and what is open cannot be written.
    ReadOnly,
    /// A sync takes this long.
    Slow(Duration),
}

/// A disk for one folder.
#[derive(Clone, Debug)]
pub struct Disk(Arc<Mutex<Fault>>);

impl Disk {
    /// The disk under everything in `folder`.
    pub fn under(folder: &Path) -> Disk {
        REGISTERED.call_once(register);
        let disk = Disk(Arc::new(Mutex::new(Fault::None)));
        DISKS.lock().unwrap().insert(folder.to_owned(), disk.clone());
        disk
    }

    pub fn set(&self, fault: Fault) {
        *self.0.lock().unwrap() = fault;
    }

    fn fault(&self) -> Fault {
        *self.0.lock().unwrap()
    }
}

/// Name of the layer.
pub const NAME: &str = "faulty";
const C_NAME: &CStr = c"faulty";

static REGISTERED: Once = Once::new();
static DISKS: LazyLock<Mutex<HashMap<PathBuf, Disk>>> = LazyLock::new(Mutex::default);

/// The methods of one open file: SQLite's own, but for two, and what these two need. Never freed.
#[repr(C)]
struct Methods {
    /// First, so that a pointer to it is a pointer to this.
    faulty: sqlite3_io_methods,
    real: *const sqlite3_io_methods,
    disk: Disk,
}

fn register() {
    // SAFETY: the layer is a copy of the default one with one other function, and lives for ever.
    unsafe {
        let real = sqlite3_vfs_find(ptr::null());
        let layer = sqlite3_vfs {
            zName: C_NAME.as_ptr(),
            pNext: ptr::null_mut(),
            pAppData: real.cast::<c_void>(),
            xOpen: Some(open),
            ..*real
        };
        assert_eq!(sqlite3_vfs_register(Box::leak(Box::new(layer)), 0), SQLITE_OK);
    }
}

unsafe extern "C" fn open(
    layer: *mut sqlite3_vfs,
    name: *const std::ffi::c_char,
    file: *mut sqlite3_file,
    mut flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite calls this with what it was registered with, and with a file to fill in.
    unsafe {
        let real: *mut sqlite3_vfs = (*layer).pAppData.cast();
        let disk = (!name.is_null()).then(|| CStr::from_ptr(name)).and_then(disk_of);
        if disk.as_ref().is_some_and(|disk| disk.fault() == Fault::ReadOnly) {
            flags = flags & !(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) | SQLITE_OPEN_READONLY;
        }
        let outcome = (*real).xOpen.unwrap()(real, name, file, flags, out_flags);
        if let Some(disk) = disk.filter(|_| outcome == SQLITE_OK) {
            let real = (*file).pMethods;
            let faulty = sqlite3_io_methods { xWrite: Some(write), xSync: Some(sync), ..*real };
            (*file).pMethods = &Box::leak(Box::new(Methods { faulty, real, disk })).faulty;
        }
        outcome
    }
}

fn disk_of(name: &CStr) -> Option<Disk> {
    let folder = Path::new(name.to_str().ok()?).parent()?;
    DISKS.lock().unwrap().get(folder).cloned()
}

unsafe extern "C" fn write(
    file: *mut sqlite3_file,
    bytes: *const c_void,
    count: c_int,
    offset: sqlite3_int64,
) -> c_int {
    // SAFETY: only files that `open` has changed have this function.
    let methods = unsafe { &*(*file).pMethods.cast::<Methods>() };
    match methods.disk.fault() {
        Fault::Full => SQLITE_FULL,
        Fault::Write | Fault::ReadOnly => SQLITE_IOERR_WRITE,
        // SAFETY: the arguments are SQLite's own.
        _ => unsafe { (*methods.real).xWrite.unwrap()(file, bytes, count, offset) },
    }
}

unsafe extern "C" fn sync(file: *mut sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: only files that `open` has changed have this function.
    let methods = unsafe { &*(*file).pMethods.cast::<Methods>() };
    match methods.disk.fault() {
        Fault::Sync => return SQLITE_IOERR_FSYNC,
        Fault::Slow(time) => thread::sleep(time),
        _ => {}
    }
    // SAFETY: the arguments are SQLite's own.
    unsafe { (*methods.real).xSync.unwrap()(file, flags) }
}
