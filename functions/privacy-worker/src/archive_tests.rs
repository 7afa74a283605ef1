//! Archives as other readers find them: our own of these tests, and Python's where there is one.

use std::{
    collections::BTreeMap,
    io::{Read, Seek, SeekFrom},
    process::{Command, Stdio},
};

use flate2::{Crc, read::DeflateDecoder};

use super::*;

/// A number of an archive: little-endian, at this place.
fn number(zip: &[u8], at: usize, size: usize) -> u64 {
    zip[at..at + size].iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn place(number: u64) -> usize {
    usize::try_from(number).unwrap()
}

/// Where the directory of an archive is, as a place of the whole, how many files it has, and whether that is said in 64 bits.
fn directory(zip: &[u8]) -> (u64, u64, bool) {
    let end = zip.len() - 22;
    assert_eq!(number(zip, end, 4), 0x0605_4b50);
    let (count, begins_at) = (number(zip, end + 10, 2), number(zip, end + 16, 4));
    if count < 0xffff && begins_at < 0xffff_ffff {
        return (begins_at, count, false);
    }
    let locator = end - 20;
    assert_eq!(number(zip, locator, 4), 0x0706_4b50);
    let record = locator - 56;
    assert_eq!((number(zip, record, 4), number(zip, record + 4, 8)), (0x0606_4b50, 44));
    (number(zip, record + 48, 8), number(zip, record + 32, 8), true)
}

/// The files of an archive, as a reader finds them from its end.
pub(crate) fn opened(zip: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let (begins_at, count, _) = directory(zip);
    let (mut at, mut files) = (place(begins_at), BTreeMap::new());
    for _ in 0..count {
        assert_eq!(number(zip, at, 4), 0x0201_4b50);
        let part = |from: usize, size: usize| number(zip, at + from, size);
        let (method, crc, packed, size) = (part(10, 2), part(16, 4), place(part(20, 4)), part(24, 4));
        let (name, extra, local) = (place(part(28, 2)), place(part(30, 2)), place(part(42, 4)));
        assert_eq!((number(zip, local, 4), place(number(zip, local + 26, 2))), (0x0403_4b50, name));
        let data = local + 30 + name + place(number(zip, local + 28, 2));
        let mut bytes = Vec::new();
        match method {
            0 => bytes.extend_from_slice(&zip[data..data + packed]),
            8 => drop(DeflateDecoder::new(&zip[data..data + packed]).read_to_end(&mut bytes).unwrap()),
            other => panic!("method {other}"),
        }
        let mut sum = Crc::new();
        sum.update(&bytes);
        assert_eq!((u64::try_from(bytes.len()).unwrap(), u64::from(sum.sum())), (size, crc));
        assert_eq!(number(zip, data + packed, 4), 0x0807_4b50);
        files.insert(String::from_utf8(zip[at + 46..at + 46 + name].to_vec()).unwrap(), bytes);
        at += 46 + name + extra;
    }
    files
}

#[test]
fn what_is_written_in_pieces_is_read_again() {
    let mut archive = Archive::new();
    let mut zip = Vec::new();
    let long: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
    for (name, bytes) in [("a.jsonl", long.as_slice()), ("leer.txt", b""), ("files/ü.pdf", b"%PDF")] {
        let mut file = if name.starts_with("files") { archive.document(name) } else { archive.text(name) }.unwrap();
        for piece in bytes.chunks(70_000) {
            file.write(piece).unwrap();
            zip.extend(file.take());
        }
        file.end().unwrap();
    }
    zip.extend(archive.finish().unwrap());
    let files = opened(&zip);
    assert_eq!(files.keys().collect::<Vec<_>>(), ["a.jsonl", "files/ü.pdf", "leer.txt"]);
    assert_eq!((&files["a.jsonl"], files["files/ü.pdf"].as_slice()), (&long, b"%PDF".as_slice()));
    assert!(!directory(&zip).2, "a small one is in the form that every program reads");
}

#[test]
fn more_files_than_16_bits_count_are_all_there() {
    let mut archive = Archive::new();
    let mut zip = Vec::new();
    for number in 0..70_000_u32 {
        let mut file = archive.document(&format!("files/{number:05}.pdf")).unwrap();
        file.write(&number.to_le_bytes()).unwrap();
        file.end().unwrap();
        zip.extend(archive.take());
    }
    zip.extend(archive.finish().unwrap());
    assert!(directory(&zip).2);
    let files = opened(&zip);
    assert_eq!((files.len(), files["files/69999.pdf"].as_slice()), (70_000, 69_999_u32.to_le_bytes().as_slice()));
}

#[test]
fn a_file_behind_the_first_four_gigabytes_is_placed_in_64_bits() {
    let before = 5_u64 << 30;
    let mut archive = Archive::at(before);
    let mut file = archive.text("late.jsonl").unwrap();
    file.write(b"{}\n").unwrap();
    file.end().unwrap();
    let zip = archive.finish().unwrap();
    let (begins_at, count, is_wide) = directory(&zip);
    assert_eq!((count, is_wide), (1, true));
    let at = place(begins_at - before);
    let (name, extra) = (place(number(&zip, at + 28, 2)), place(number(&zip, at + 30, 2)));
    assert_eq!((number(&zip, at + 42, 4), name, extra), (0xffff_ffff, 10, 12), "its place is in the extra field");
    let field = at + 46 + name;
    assert_eq!((number(&zip, field, 2), number(&zip, field + 2, 2), number(&zip, field + 4, 8)), (1, 8, before));
}

/// What Python's `zipfile` says of an archive that begins behind so many bytes of a file: names and sizes, and what is in the last
/// one. `None` where there is no Python.
fn read_by_python(begins_at: u64, zip: &[u8]) -> Option<String> {
    const READ: &str = "import sys, zipfile\n\
        z = zipfile.ZipFile(sys.argv[1])\n\
        files = z.infolist()\n\
        print(len(files), sum(file.file_size for file in files), z.read(files[-1])[:9].decode())\n";
    Command::new("python3").arg("--version").stdout(Stdio::null()).status().ok()?;
    let path = std::env::temp_dir().join(format!("ruko-{}-{begins_at}-{}.zip", std::process::id(), zip.len()));
    let mut file = std::fs::File::create(&path).unwrap();
    // What comes before is a hole, which takes no room on the disk.
    file.seek(SeekFrom::Start(begins_at)).unwrap();
    file.write_all(zip).unwrap();
    let read = Command::new("python3").args(["-c", READ]).arg(&path).output().unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    Some(String::from_utf8(read.stdout).unwrap())
}

#[test]
fn pythons_reader_finds_many_files_and_those_behind_four_gigabytes() {
    for (files, begins_at) in [(2, 0), (70_000, 0), (2, 5_u64 << 30)] {
        let mut archive = Archive::at(begins_at);
        for number in 0..files {
            let mut file = archive.document(&format!("files/{number:05}.pdf")).unwrap();
            file.write(b"%PDF").unwrap();
            file.end().unwrap();
        }
        let mut last = archive.text("last.txt").unwrap();
        last.write(b"selesai").unwrap();
        last.end().unwrap();
        let zip = archive.finish().unwrap();
        if let Some(read) = read_by_python(begins_at, &zip) {
            assert_eq!(read, format!("{} {} selesai\n", files + 1, 4 * files + 7));
        }
    }
}

/// Takes minutes without optimisation, so that it runs when it is asked for.
#[test]
#[ignore = "writes four gigabytes"]
fn a_file_longer_than_four_gigabytes_is_read_by_python() {
    let mut archive = Archive::new();
    let mut long = archive.text("long.jsonl").unwrap();
    let (piece, mut zip) = (vec![b'1'; 1 << 24], Vec::new());
    for _ in 0..257 {
        long.write(&piece).unwrap();
        zip.extend(long.take());
    }
    long.end().unwrap();
    zip.extend(archive.finish().unwrap());
    if let Some(read) = read_by_python(0, &zip) {
        assert_eq!(read, format!("1 {} 111111111\n", 257_u64 << 24));
    }
}
