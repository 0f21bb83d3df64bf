//! The simulation computes the same bits natively and in a WASM engine.

use std::path::Path;

use wasmi::{Engine, Linker, Module, Store};

#[test]
fn the_golden_hash_agrees_natively_and_in_wasm() {
    let target_dir = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("web");
    let bytes = driftfield_golden::build_module(&target_dir).unwrap();
    let engine = Engine::default();
    let module = Module::new(&engine, &bytes[..]).unwrap();
    // The simulation imports nothing from its host: no clock, no randomness, no memory.
    assert_eq!(module.imports().count(), 0);
    let mut store = Store::new(&engine, ());
    let instance = Linker::new(&engine).instantiate_and_start(&mut store, &module).unwrap();
    let golden_hash = instance.get_typed_func::<(), u64>(&store, "golden_hash").unwrap();
    let in_wasm = golden_hash.call(&mut store, ()).unwrap();
    assert_ne!(in_wasm, 0);
    assert_eq!(in_wasm, driftfield_golden::golden_hash());
}
