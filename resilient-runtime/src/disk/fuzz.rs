//! What the fuzzer calls (`scripts/fuzz`). No part of the public API: it is there only under `--cfg resilient_fuzz`.

#![allow(missing_docs, clippy::missing_panics_doc)]

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use super::{
    Address,
    answers::Answers,
    backend::Control,
    file,
    memory::{Memory, lock},
    opened::Opened,
    record::Record,
    room,
};

/// Bytes as a record, and as what its checksum covers.
pub fn record(bytes: &[u8]) {
    let _ = Record::decode(bytes);
    let sealed = Record::sealed(bytes);
    if let Ok(record) = Record::decode(&sealed) {
        let again = record.encode().expect("writable");
        assert_eq!(Record::decode(&again), Ok(record));
    }
}

/// How many pages it may keep, in bytes.
const MEMORY: u64 = 8 << 20;

fn address(number: u8) -> Address {
    [number; 16]
}

fn value(number: u8) -> Vec<u8> {
    Record {
        begun: u64::from(number),
        stored_at: 1,
        ttl: u64::MAX,
        stale: 0,
        key: &[number],
        value: &vec![number; 100 * usize::from(number)],
    }
    .encode()
    .expect("writable")
}

/// A small file: its bytes, and where they are not zero.
fn whole() -> &'static (Vec<u8>, Vec<usize>) {
    static WHOLE: OnceLock<(Vec<u8>, Vec<usize>)> = OnceLock::new();
    WHOLE.get_or_init(|| {
        let (memory, bytes) = Memory::new(Vec::new(), usize::MAX);
        let control = Arc::new(Control::suspicious(0));
        let mut database = file::attempt(memory, false, &control, MEMORY).expect("new");
        let records: HashMap<u8, Vec<u8>> = (0..40).map(|number| (number, value(number))).collect();
        let transaction = database.begin_write().expect("new");
        {
            let mut table = transaction.open_table(super::table::TABLE).expect("new");
            for (number, record) in &records {
                table.insert(&address(*number), record.as_slice()).expect("room");
            }
        }
        transaction.commit().expect("room");
        database.compact().expect("nobody reads it");
        drop(database);
        let bytes = lock(&bytes).clone();
        let used = (0..bytes.len()).filter(|&at| bytes[at] != 0).collect();
        (bytes, used)
    })
}

/// A file of which some bytes were changed: four bytes of input each say where and to what, the first two where it
/// ends.
pub fn store(input: &[u8]) {
    let (whole, used) = whole();
    let mut bytes = whole.clone();
    let (cut, edits) = input.split_at(input.len().min(2));
    if let [high, low] = *cut {
        let cut = usize::from(u16::from_be_bytes([high, low]));
        bytes.truncate(bytes.len() - cut.min(bytes.len()));
    }
    for edit in edits.chunks_exact(4) {
        let place =
            usize::from(u16::from_be_bytes([edit[0], edit[1]])) + usize::from(edit[2]) * 65_536;
        if let Some(byte) = bytes.get_mut(used[place % used.len()]) {
            *byte = edit[3];
        }
    }
    let control = Arc::new(Control::suspicious(bytes.len() as u64));
    let Ok(database) = file::attempt(Memory::new(bytes, usize::MAX).0, false, &control, MEMORY)
    else {
        return;
    };
    let Ok(file) = tempfile() else { return };
    let answers = Answers::new(
        Opened::new(database, control, file),
        "/nonexistent".into(),
        room::DEFAULT,
        MEMORY,
    );
    for number in 0..40 {
        if let Ok(found) = answers.read(&address(number)) {
            assert!(
                Record::decode(found.value()).is_err() || found.value() == value(number),
                "a wrong answer"
            );
        }
    }
    answers.sweep();
    assert!(!answers.is_broken(), "what was checked surprises nobody");
}

/// Stands by for the length and the lock of a file that is in memory.
fn tempfile() -> std::io::Result<std::fs::File> {
    std::fs::File::open("/dev/null")
}
