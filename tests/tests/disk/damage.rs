//! Files that are cut off, overwritten or foreign.

use super::*;

/// Fills a store, and gives back the bytes of its file.
pub(crate) async fn filled(directory: &Path) -> Vec<u8> {
    let registry = registry(directory);
    let api = api(&Double::default(), &registry);
    for number in 0..50 {
        assert!(api.get(&number.to_string()).await.is_ok());
    }
    registry.close().await;
    fs::read(file(directory)).expect("there")
}

/// Opens a damaged store and reads everything from it: each answer is either the one that was kept or a new one.
pub(crate) async fn read_all(directory: &Path) -> (u32, Vec<String>) {
    let (warnings, _guard) = Warnings::listen();
    let registry = registry(directory);
    let double = Double::default();
    let api = api(&double, &registry);
    for number in 0..50_u32 {
        let (answer, provenance) = traced(api.get(&number.to_string())).await;
        let (kept, key) = answer.expect("the service is well");
        assert_eq!(key, number.to_string());
        if matches!(provenance, Provenance::Disk { .. }) {
            assert_eq!(kept, number + 1, "a damaged answer was served");
        }
    }
    registry.close().await;
    (double.calls(), warnings.take())
}

#[tokio::test]
async fn a_truncated_file_is_a_miss_with_one_warning() {
    let source = tempdir().expect("a directory");
    let bytes = filled(source.path()).await;
    for part in 0..16 {
        let directory = tempdir().expect("a directory");
        let length = bytes.len() * part / 16 + part % 3;
        fs::write(file(directory.path()), &bytes[..length]).expect("writable");
        let (_, warnings) = read_all(directory.path()).await;
        assert!(warnings.len() <= 1, "cut off at {length}: {warnings:?}");
        let (calls, warnings) = read_all(directory.path()).await;
        assert!(
            calls == 0 || warnings.len() == 1,
            "cut off at {length}: it works again afterwards, {calls} {warnings:?}"
        );
    }
}

#[tokio::test]
async fn a_foreign_file_is_put_aside_with_one_warning() {
    for foreign in [b"not a store at all".to_vec(), vec![0; 4096], vec![0xff; 100_000]] {
        let directory = tempdir().expect("a directory");
        fs::write(file(directory.path()), &foreign).expect("writable");
        let (calls, warnings) = read_all(directory.path()).await;
        assert_eq!((calls, warnings.len()), (50, 1), "{warnings:?}");
        assert_eq!(
            fs::read(directory.path().join("answers.redb.damaged")).expect("put aside"),
            foreign
        );
        let (calls, warnings) = read_all(directory.path()).await;
        assert_eq!((calls, warnings.len()), (0, 0), "it works from now on");
    }
}

#[tokio::test]
async fn a_mark_without_its_file_is_forgotten() {
    // As a kill leaves it between putting the file aside and taking the mark away.
    let directory = tempdir().expect("a directory");
    fs::write(directory.path().join("answers.redb.is-damaged"), "").expect("writable");
    assert_eq!(registry(directory.path()).disk(), DiskStatus::Ready);
    assert_eq!(read_all(directory.path()).await, (50, Vec::new()));
}

#[tokio::test]
async fn flipped_bits_are_never_served() {
    let source = tempdir().expect("a directory");
    let bytes = filled(source.path()).await;
    let used = bytes.iter().rposition(|byte| *byte != 0).expect("not empty");
    for step in 0..60 {
        let directory = tempdir().expect("a directory");
        let mut flipped = bytes.clone();
        flipped[used * step / 60] ^= 1 << (step % 8);
        fs::write(file(directory.path()), &flipped).expect("writable");
        let (_, warnings) = read_all(directory.path()).await;
        assert!(warnings.len() <= 1, "flipped at {}: {warnings:?}", used * step / 60);
    }
}
