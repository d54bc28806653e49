//! The charsets that mail is written in, in headers and in bodies. What hardly anybody ever used and no browser reads (HZ,
//! ISO-2022-KR, code page 437) isn't.
#![allow(clippy::unwrap_used)]

use mailwren_core::popup::Privacy;
use mailwren_core::publish::Mail;

/// Charset, text in it as Base64, and the text.
#[rustfmt::skip]
const TABLE: &[(&str, &str, &str)] = &[
    ("us-ascii", "UGxhaW4gd29yZHM=", "Plain words"),
    ("utf-8", "R3LDvMOfZSDwn5GLIOS9oOWlvQ==", "Grüße 👋 你好"),
    ("UTF8", "R3LDvMOfZQ==", "Grüße"),
    ("utf-7", "R3IrQVB3QTN3LWUgK1QyQlpmUS0=", "Grüße 你好"),
    ("utf-16", "//5HAHIA/ADfAGUA", "Grüße"),
    ("utf-16be", "AEcAcgD8AN8AZQ==", "Grüße"),
    ("utf-16le", "RwByAPwA3wBlAA==", "Grüße"),
    ("iso-8859-1", "R3L832U=", "Grüße"),
    ("latin1", "R3L832U=", "Grüße"),
    ("iso-8859-2", "WmG/87PmIGfqtmyxIGphvPE=", "Zażółć gęślą jaźń"),
    ("iso-8859-3", "2GlzIGxhIHJldmlkbyDmaXVq", "Ĝis la revido ĉiuj"),
    ("iso-8859-4", "wHJzdHMgumQg82lyuXU=", "Ārsts ēd ķiršu"),
    ("iso-8859-5", "v+DY0tXiLCDc2OA=", "Привет, мир"),
    ("iso-8859-6", "5dHNyMc=", "مرحبا"),
    ("iso-8859-7", "yuHr5+zd8eE=", "Καλημέρα"),
    ("iso-8859-8", "+ezl7Q==", "שלום"),
    ("iso-8859-8-i", "+ezl7Q==", "שלום"),
    ("iso-8859-9", "3XlpIGf8bmxlciwg/mV5", "İyi günler, şey"),
    ("iso-8859-10", "0GHwIGVyIP7ndHR1cg==", "Ðað er þįttur"),
    ("iso-8859-13", "Qehp+ywg/m1vZ2F1", "Ačiū, žmogau"),
    ("iso-8859-14", "0HluZWIgeSB0/g==", "Ŵyneb y tŷ"),
    ("iso-8859-15", "UHJpeCA6IDUgpCC8dXZyZQ==", "Prix : 5 € Œuvre"),
    ("iso-8859-16", "TXVs/nVtZXNjLCC6dGl1", "Mulțumesc, știu"),
    ("windows-1250", "UPjtbGmaIJ5sdZ1vdehr/Q==", "Příliš žluťoučký"),
    ("windows-1251", "z/Do4uXyLCDs6PA=", "Привет, мир"),
    ("cp1251", "z/Do4uXy", "Привет"),
    ("windows-1252", "k1ByaXiUIJYgNSCA", "“Prix” – 5 €"),
    ("windows-1253", "yuHr5+zd8eE=", "Καλημέρα"),
    ("windows-1254", "3XlpIGf8bmxlcg==", "İyi günler"),
    ("windows-1255", "+ezl7Q==", "שלום"),
    ("windows-1256", "49HNyMc=", "مرحبا"),
    ("windows-1257", "Qehp+w==", "Ačiū"),
    ("windows-1258", "WGluIGNo4G8=", "Xin chào"),
    ("koi8-r", "8NLJ18XU", "Привет"),
    ("koi8-u", "8NLJ16bULCCn1sHL", "Привіт, їжак"),
    ("macintosh", "R3Kfp2U=", "Grüße"),
    ("x-mac-cyrillic", "j/Do4uXy", "Привет"),
    ("ibm866", "j+CooqXi", "Привет"),
    ("cp866", "j+CooqXi", "Привет"),
    ("ibm850", "R3KB4WU=", "Grüße"),
    ("gb2312", "xOO6w6OsysC95w==", "你好，世界"),
    ("gbk", "xOO6w6OsysC95+lG", "你好，世界镕"),
    ("gb18030", "xOO6w6OslTKCNg==", "你好，𠀀"),
    ("big5", "p0GmbqFBpUCsyQ==", "你好，世界"),
    ("big5-hkscs", "p0Gmbp3v", "你好嘅"),
    ("shift_jis", "g2WDWINngsWCtw==", "テストです"),
    ("shift-jis", "g2WDWINn", "テスト"),
    ("cp932", "g2WDWINnh0A=", "テスト①"),
    ("windows-31j", "g2WDWINnh0A=", "テスト①"),
    ("euc-jp", "pcaluaXIpMekuQ==", "テストです"),
    ("iso-2022-jp", "GyRCJUYlOSVIJEckOSEjSlY/LhsoQg==", "テストです。返信"),
    ("euc-kr", "vsiz58fPvLy/5A==", "안녕하세요"),
    ("ks_c_5601-1987", "vsiz58fPvLy/5A==", "안녕하세요"),
    ("cp949", "vsiz5ywgjGO55g==", "안녕, 똠방"),
    ("tis-620", "ysfRyrTV", "สวัสดี"),
    ("windows-874", "ysfRyrTV", "สวัสดี"),
    ("iso-8859-11", "ysfRyrTV", "สวัสดี"),
];

/// The same bytes as quoted-printable, or in the Q encoding, in which a blank is an underscore.
fn quoted(base64: &str) -> String {
    let bytes = mail_parser::decoders::base64::base64_decode(base64.as_bytes()).unwrap();
    bytes.iter().map(|byte| format!("={byte:02X}")).collect()
}

#[test]
fn text_in_every_charset_is_read() {
    let mut wrong = Vec::new();
    for (charset, base64, text) in TABLE {
        for (way, encoding, data) in [
            ("b", "base64", (*base64).to_owned()),
            ("q", "quoted-printable", quoted(base64)),
        ] {
            let raw = format!(
                "From: =?{charset}?{way}?{data}?= <a@example.org>\nSubject: =?{charset}?{way}?{data}?=\n\
                 Content-Type: text/plain; charset=\"{charset}\"\nContent-Transfer-Encoding: {encoding}\n\n{data}\n"
            );
            let envelope = Mail::read(raw.as_bytes(), "INBOX", Privacy::Full).envelope;
            let read = [
                envelope.from.and_then(|from| from.name),
                envelope.subject,
                envelope.snippet,
            ];
            if read.iter().any(|read| read.as_deref() != Some(*text)) {
                wrong.push(format!("{charset}, {encoding}: {read:?}, and not {text}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
