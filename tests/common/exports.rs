//! The same mail as every kind of export holds it.

use std::fs::{File, create_dir_all, write};
use std::io::Write;
use std::path::{Path, PathBuf};

/// A message: header and body with LF line ends, without the blank line between.
#[derive(Clone)]
pub struct Mail {
    pub header: String,
    pub body: String,
}

impl Mail {
    pub fn text(&self) -> String {
        format!("{}\n{}", self.header, self.body)
    }
}

/// `count` messages of a year to one customer: a shop that mails daily, one that mails weekly, receipts, alerts, talk,
/// with lines in the text that look like separators.
pub fn year_of_mail(count: usize) -> Vec<Mail> {
    (0..count).map(mail).collect()
}

fn mail(number: usize) -> Mail {
    let day =
        chrono::NaiveDate::from_ymd_opt(2025, 3, 1).expect("a day") + chrono::Days::new(number as u64 / 2);
    let date = day.format("%a, %d %b %Y");
    let (from, subject, more, text) = match number % 10 {
        0 | 2 | 4 | 6 | 8 => (
            "Stride Outlet <news@stride-outlet.example>",
            "Sale: 20% off everything, today only",
            "List-Unsubscribe: <https://stride-outlet.example/u/1>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\nPrecedence: bulk\n",
            "From now on everything is 20% off. Shop now.\n>From the house of Stride.\nFrom here to the shop: https://stride-outlet.example/\nUnsubscribe: https://stride-outlet.example/u/1\n",
        ),
        1 => (
            "Stride Outlet <orders@stride-outlet.example>",
            "Your order 4711 has been shipped",
            "",
            "Thank you for your order 4711.\nFrom our warehouse with care.\n",
        ),
        3 => (
            "Paper & Loom <letter@paper-loom.example>",
            "New in: our spring collection",
            "List-Unsubscribe: <mailto:leave@paper-loom.example>\nPrecedence: bulk\n",
            "Our spring collection is here. Shop now!\nUnsubscribe at any time.\n",
        ),
        5 => (
            "Harbour Bank <alerts@harbour-bank.example>",
            "Your security code is 123456",
            "Auto-Submitted: auto-generated\n",
            "Your code is 123456.\n",
        ),
        7 => (
            "Ann Example <ann@friends.example>",
            "Re: Sunday",
            "In-Reply-To: <s1@home.example>\n",
            "See you on Sunday!\n\nFrom the station we walk.\n",
        ),
        _ => (
            "News <hello@quiet-news.example>",
            "Hello again",
            "Content-Type: text/html; charset=utf-8\n",
            "<html><body><p>From us to you: 30% off, shop now.</p><a href=\"https://quiet-news.example/u\">Unsubscribe</a></body></html>\n",
        ),
    };
    Mail {
        header: format!(
            "Delivered-To: robin@home.example\n\
             Received: from mta.example by mx.home.example\n\tfor <robin@home.example>; {date} 08:{:02}:00 +0000\n\
             Date: {date} 07:59:00 +0000\nFrom: {from}\nTo: robin@home.example\nSubject: {subject}\n\
             Message-ID: <m{number}@mail.example>\n{more}",
            number % 60
        ),
        body: text.to_string(),
    }
}

/// How a mailbox marks lines in a text that look like separators.
#[derive(Clone, Copy, PartialEq)]
pub enum Quoting {
    Mboxo,
    Mboxrd,
    Mboxcl2,
}

pub fn mbox(mails: &[Mail], quoting: Quoting) -> String {
    let quoted = |line: &str| match quoting {
        Quoting::Mboxo if line.starts_with("From ") => format!(">{line}"),
        Quoting::Mboxrd if line.trim_start_matches('>').starts_with("From ") => format!(">{line}"),
        _ => line.to_string(),
    };
    let entries = mails.iter().map(|mail| {
        let body: String = mail.body.lines().map(|line| format!("{}\n", quoted(line))).collect();
        let length = match quoting {
            Quoting::Mboxcl2 => format!("Content-Length: {}\n", body.len()),
            _ => String::new(),
        };
        format!("From MAILER-DAEMON Sat Mar  1 08:00:00 2025\n{}{length}\n{body}\n", mail.header)
    });
    entries.collect()
}

/// Every form, each in a folder of its own: what to give to the program, by name.
pub fn every_form(folder: &Path, mails: &[Mail]) -> Vec<(String, PathBuf)> {
    let mut forms = Vec::new();
    let mut add = |name: &str, make: &dyn Fn(&Path)| {
        let path = folder.join(name);
        make(&path);
        forms.push((name.to_string(), path));
    };
    let crlf = |text: String| text.replace('\n', "\r\n");
    let rd = mbox(mails, Quoting::Mboxrd);
    add("mboxrd", &|path| put(path, &rd));
    add("mboxrd with CRLF", &|path| put(path, &crlf(rd.clone())));
    add("mboxo", &|path| put(path, &mbox(mails, Quoting::Mboxo)));
    add("mboxcl2", &|path| put(path, &mbox(mails, Quoting::Mboxcl2)));
    add("maildir++", &|path| maildir(path, mails, |text| text));
    add("maildir++ with CRLF", &|path| maildir(path, mails, crlf));
    add("eml folder", &|path| each(path, mails, |mail| mail.text().into_bytes(), "eml"));
    add("eml folder with CRLF", &|path| each(path, mails, |mail| crlf(mail.text()).into_bytes(), "eml"));
    add("emlx folder", &|path| {
        each(&path.join("Inbox.mbox/Messages"), mails, |mail| emlx(&mail.text(), ""), "emlx")
    });
    add("emlx folder with CRLF", &|path| {
        each(path, mails, |mail| emlx(&crlf(mail.text()), ""), "partial.emlx")
    });
    add("msg folder", &|path| each(path, mails, msg, "msg"));
    add("Apple export", &|path| put(&path.join("Old mail.mbox/mbox"), &rd));
    add("Thunderbird profile", &|path| {
        put(&path.join("Mail/Local Folders/Archives.sbd/2025"), &rd);
        put(&path.join("Mail/Local Folders/Archives.sbd/2025.msf"), "// <!-- <mdb:mork:z v=\"1.4\"/> -->\n");
        put(&path.join("prefs.js"), "// Mozilla User Preferences\n");
    });
    add("zip of mbox", &|path| {
        write(path, zipped(&[("Takeout/Mail/Alle E-Mails.mbox", rd.as_bytes())])).expect("a file")
    });
    add("zip of eml", &|path| {
        let texts: Vec<(String, String)> =
            mails.iter().enumerate().map(|(at, mail)| (format!("mail/{at:04}.eml"), mail.text())).collect();
        let members: Vec<(&str, &[u8])> =
            texts.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
        write(path, zipped(&members)).expect("a file");
    });
    let tar = tarred(&[("Takeout/Mail/All mail.mbox", rd.as_bytes())]);
    add("tar", &|path| write(path, &tar).expect("a file"));
    add("tgz", &|path| write(path, gzip(&tar)).expect("a file"));
    add("gzip", &|path| write(path, gzip(rd.as_bytes())).expect("a file"));
    add("gzip of many members", &|path| {
        let (front, back) = rd.split_at(rd.len() / 3);
        write(path, [gzip(front.as_bytes()), gzip(b""), gzip(back.as_bytes())].concat()).expect("a file");
    });
    add("zstd", &|path| write(path, zstd(rd.as_bytes())).expect("a file"));
    add("zstd of many frames", &|path| {
        let (front, back) = rd.split_at(rd.len() / 3);
        let skippable = b"\x50\x2A\x4D\x18\x03\0\0\0abc".to_vec();
        write(path, [zstd(front.as_bytes()), skippable, zstd(back.as_bytes())].concat()).expect("a file");
    });
    add("xz", &|path| write(path, xz(rd.as_bytes())).expect("a file"));
    add("bzip2", &|path| write(path, bzip2(rd.as_bytes())).expect("a file"));
    forms
}

/// A file with that text, its folders made.
pub fn put(path: &Path, text: &str) {
    create_dir_all(path.parent().expect("a folder")).expect("folders");
    write(path, text).expect("a file");
}

fn each(folder: &Path, mails: &[Mail], form: impl Fn(&Mail) -> Vec<u8>, ending: &str) {
    create_dir_all(folder).expect("a folder");
    for (number, mail) in mails.iter().enumerate() {
        write(folder.join(format!("{}.{ending}", number + 1)), form(mail)).expect("a file");
    }
}

/// The inbox and a sub-folder, as a server keeps them: mail that no program has marked.
fn maildir(folder: &Path, mails: &[Mail], form: impl Fn(String) -> String) {
    for place in ["cur", "new", "tmp", ".Archiv.Entw&APw-rfe 2025/cur", ".Archiv.Entw&APw-rfe 2025/new"] {
        create_dir_all(folder.join(place)).expect("a folder");
    }
    write(folder.join("tmp/1740816000.M1P1.mx"), "From: half@shop.example\nSubject: half a mess")
        .expect("a file");
    for (number, mail) in mails.iter().enumerate() {
        let place = if number % 3 == 0 { ".Archiv.Entw&APw-rfe 2025/cur" } else { "cur" };
        let name = format!("{}.M{number}P1.mx,S=1,W=1", 1_740_816_000 + number);
        write(folder.join(place).join(name), form(mail.text())).expect("a file");
    }
}

/// A message as Apple Mail keeps it; `entries` go into the property list.
pub fn emlx(text: &str, entries: &str) -> Vec<u8> {
    format!(
        "{}     \n{text}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
         \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n<dict>{entries}</dict>\n</plist>\n",
        text.len()
    )
    .into_bytes()
}

/// A message as Outlook saves it: the header that it came with, and its body without the header's encoding.
pub fn msg(mail: &Mail) -> Vec<u8> {
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let body = if mail.header.contains("text/html") {
        ("10130102", mail.body.clone().into_bytes())
    } else {
        ("1000001F", wide(&mail.body))
    };
    let header = wide(&mail.header.replace('\n', "\r\n"));
    compound(&[("001A001F", wide("IPM.Note")), ("007D001F", header), body], &[])
}

/// A compound file with properties: texts and bytes as streams, numbers in the table.
pub fn compound(streams: &[(&str, Vec<u8>)], numbers: &[(u32, u64)]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(std::io::Cursor::new(Vec::new())).expect("a compound file");
    let mut stream = |name: &str, bytes: &[u8]| {
        file.create_stream(name).and_then(|mut stream| stream.write_all(bytes)).expect("a stream");
    };
    for (id, bytes) in streams {
        stream(&format!("/__substg1.0_{id}"), bytes);
    }
    let mut table = vec![0; 32];
    for (tag, value) in numbers {
        table.extend(tag.to_le_bytes());
        table.extend([0; 4]);
        table.extend(value.to_le_bytes());
    }
    stream("/__properties_version1.0", &table);
    file.flush().expect("written");
    file.into_inner().into_inner()
}

pub fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).expect("a member");
        archive.write_all(bytes).expect("its bytes");
    }
    archive.finish().expect("an archive").into_inner()
}

pub fn tarred(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        // The library itself refuses to write paths that climb.
        let field = &mut header.as_old_mut().name;
        field[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        archive.append(&header, *bytes).expect("a member");
    }
    archive.into_inner().expect("an archive")
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(bytes).expect("packed");
    packed.finish().expect("packed")
}

pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).expect("bytes in memory")
}

pub fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut packed = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
    packed.write_all(bytes).expect("packed");
    packed.finish().expect("packed")
}

pub fn xz(bytes: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::XzOptions::with_preset(1);
    let mut packed = lzma_rust2::XzWriter::new(Vec::new(), options).expect("xz");
    packed.write_all(bytes).expect("packed");
    packed.finish().expect("packed")
}

/// A pipe in a folder.
pub fn pipe(path: &Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status().expect("mkfifo");
    assert!(made.success());
}

/// A file of that many bytes of nothing, compressed.
pub fn bomb(bytes: u64) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let block = vec![b'\n'; 1 << 20];
    for _ in 0..bytes >> 20 {
        packed.write_all(&block).expect("packed");
    }
    packed.finish().expect("packed")
}

/// Cuts a file to that length.
pub fn cut(path: &Path, length: u64) {
    File::options().write(true).open(path).and_then(|file| file.set_len(length)).expect("cut");
}
