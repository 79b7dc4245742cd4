//! The seal: the checksum of the whole file, written beside it when it is closed and taken away when it is opened.
//!
//! A file whose seal fits is as it was left, and need not be checked page by page. One without a seal was not closed:
//! its process was killed, or is from before there were seals. One whose seal does not fit was changed by something
//! else than us.

use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
};

use twox_hash::{XxHash3_64, XxHash3_128};

const FILE: &str = "answers.redb.seal";
const MAGIC: &[u8; 8] = b"resseal1";
/// Magic, length, checksum of the file, checksum of the seal.
const LENGTH: usize = 8 + 8 + 16 + 8;
const BUFFER: usize = 256 << 10;

/// What a file was when it was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seal {
    length: u64,
    sum: u128,
}

impl Seal {
    /// The seal that fits a file as it is now.
    pub(super) fn of(mut file: &File) -> io::Result<Self> {
        file.seek(SeekFrom::Start(0))?;
        let (mut hash, mut length) = (XxHash3_128::new(), 0);
        let mut buffer = vec![0; BUFFER];
        loop {
            match file.read(&mut buffer) {
                Ok(0) => return Ok(Self { length, sum: hash.finish_128() }),
                Ok(read) => {
                    hash.write(&buffer[..read]);
                    length += read as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Whether a file is as it was when this seal was made.
    pub(super) fn fits(self, file: &File) -> io::Result<bool> {
        Ok(file.metadata()?.len() == self.length && Self::of(file)? == self)
    }

    /// Takes the seal away: from now on the file changes. A seal that cannot be read is as good as none, for it is
    /// written without a sync and a power cut may leave half of it.
    pub(super) fn take(directory: &Path) -> io::Result<Option<Self>> {
        let path = directory.join(FILE);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        fs::remove_file(&path)?;
        // Were the seal to come back after a power cut, it would call everything that is written now damage.
        sync(directory)?;
        Ok(Self::decode(&bytes))
    }

    pub(super) fn write(self, directory: &Path) -> io::Result<()> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(directory.join(FILE))?.write_all(&self.encode())
    }

    fn encode(self) -> [u8; LENGTH] {
        let mut bytes = [0; LENGTH];
        bytes[..8].copy_from_slice(MAGIC);
        bytes[8..16].copy_from_slice(&self.length.to_be_bytes());
        bytes[16..32].copy_from_slice(&self.sum.to_be_bytes());
        let own = XxHash3_64::oneshot(&bytes[..32]);
        bytes[32..].copy_from_slice(&own.to_be_bytes());
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; LENGTH] = bytes.try_into().ok()?;
        let length = u64::from_be_bytes(bytes[8..16].try_into().ok()?);
        let sum = u128::from_be_bytes(bytes[16..32].try_into().ok()?);
        let seal = Self { length, sum };
        (seal.encode() == *bytes).then_some(seal)
    }
}

/// Makes what was created, renamed and removed in a directory outlast a power cut.
pub(super) fn sync(directory: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_is_read_whole_or_not_at_all() {
        let seal = Seal { length: 1 << 40, sum: 7 << 100 };
        let bytes = seal.encode();
        assert_eq!(Seal::decode(&bytes), Some(seal));
        for length in 0..bytes.len() {
            assert_eq!(Seal::decode(&bytes[..length]), None, "{length}");
        }
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes;
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Seal::decode(&flipped), None, "{bit}");
        }
        assert_eq!(Seal::decode(&[0; LENGTH]), None);
    }

    #[test]
    fn a_file_has_the_sum_that_earlier_versions_gave_it() {
        let mut file = tempfile::tempfile().expect("a file");
        let bytes: Vec<u8> = (0..=250).cycle().take(5_000).collect();
        file.write_all(&bytes).expect("writable");
        let sum = 0xb92e_c02c_39d3_3ce7_b418_500f_c423_20ee;
        assert_eq!(Seal::of(&file).expect("readable"), Seal { length: 5_000, sum });
    }

    #[test]
    fn it_fits_the_file_that_it_was_made_of_and_no_other() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("file");
        let open = || fs::OpenOptions::new().read(true).write(true).open(&path).expect("there");
        fs::write(&path, vec![7; BUFFER + 1]).expect("writable");
        let seal = Seal::of(&open()).expect("readable");
        seal.write(directory.path()).expect("writable");
        assert_eq!(Seal::take(directory.path()).expect("readable"), Some(seal));
        assert_eq!(Seal::take(directory.path()).expect("readable"), None, "it was taken");
        assert!(seal.fits(&open()).expect("readable"));
        open().set_len(BUFFER as u64).expect("writable");
        assert!(!seal.fits(&open()).expect("readable"));
        open().set_len(BUFFER as u64 + 1).expect("writable");
        assert!(!seal.fits(&open()).expect("readable"), "as long, and other bytes");
    }
}
