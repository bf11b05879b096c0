//! Writes small .xlsx files, as far as a reader looks at them.

use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A cell of a sheet.
#[derive(Clone, Copy)]
pub enum Cell<'a> {
    Blank,
    Text(&'a str),
    Number(f64),
    /// A number that is formatted as a date.
    Date(f64),
    Bool(bool),
}

/// A workbook with these sheets. `since_1904`: its days are counted as on old Macintoshes.
pub fn workbook(sheets: &[&[&[Cell<'_>]]], since_1904: bool) -> Vec<u8> {
    let mut names = String::new();
    let mut relations = String::new();
    let mut parts = Vec::new();
    for (number, rows) in (1..).zip(sheets) {
        names += &format!("<sheet name=\"S{number}\" sheetId=\"{number}\" r:id=\"rId{number}\"/>");
        relations += &format!(
            "<Relationship Id=\"rId{number}\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"
        );
        parts.push((format!("xl/worksheets/sheet{number}.xml"), sheet(rows)));
    }
    let date_1904 = u8::from(since_1904);
    parts.push((
        "xl/workbook.xml".to_string(),
        format!(
            "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><workbookPr date1904=\"{date_1904}\"/><sheets>{names}</sheets></workbook>"
        ),
    ));
    relations += &format!("<Relationship Id=\"rIdS\" Type=\"{OFFICE}/styles\" Target=\"styles.xml\"/>");
    parts.push(("xl/_rels/workbook.xml.rels".to_string(), relationships(&relations)));
    // Style 1 is the built-in format 14, a date.
    let styles = format!(
        "<styleSheet xmlns=\"{MAIN}\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>"
    );
    parts.push(("xl/styles.xml".to_string(), styles));
    archive(&parts)
}

/// A zip archive with these members, the first of which names it a document.
pub fn archive(parts: &[(String, String)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    let types = ("[Content_Types].xml".to_string(), "<Types/>".to_string());
    let root =
        format!("<Relationship Id=\"rId1\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/>");
    let root = ("_rels/.rels".to_string(), relationships(&root));
    for (name, content) in [&types, &root].into_iter().chain(parts) {
        writer.start_file(name.as_str(), options).expect("a member");
        writer.write_all(content.as_bytes()).expect("its content");
    }
    writer.finish().expect("the archive").into_inner()
}

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

fn relationships(content: &str) -> String {
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    format!("<Relationships xmlns=\"{package}\">{content}</Relationships>")
}

fn sheet(rows: &[&[Cell<'_>]]) -> String {
    let mut data = String::new();
    for (row, cells) in (1..).zip(rows) {
        data += &format!("<row r=\"{row}\">");
        for (column, cell) in ('A'..='Z').zip(*cells) {
            let at = format!("r=\"{column}{row}\"");
            data += &match cell {
                Cell::Blank => String::new(),
                Cell::Text(text) => format!("<c {at} t=\"inlineStr\"><is><t>{text}</t></is></c>"),
                Cell::Number(number) => format!("<c {at}><v>{number}</v></c>"),
                Cell::Date(number) => format!("<c {at} s=\"1\"><v>{number}</v></c>"),
                Cell::Bool(value) => format!("<c {at} t=\"b\"><v>{}</v></c>", u8::from(*value)),
            };
        }
        data += "</row>";
    }
    format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{data}</sheetData></worksheet>")
}
