"""Draws invented mail that is like mail: many platforms, languages, encodings and layouts (`mailboxes.py make`).

The three mailboxes:
mixed: what somebody keeps: campaigns with pages of 20 to 200 KB, service mail, people, a list, receipts, attachments.
small: the same senders with little text: messages of about 4 KB, most of it header.
worst: bulk mail whose header and subject decide nothing, with much text and few tags: every body is looked into."""
import base64
import binascii
import datetime
import random

from invented_headers import BULK, LEAVE, LISTS, PEOPLE, RECEIVERS, SERVICES
from invented_words import LANGUAGES, NAMES

SEED = 20260101
CHARSETS = {"pl": "iso-8859-2", "de": "iso-8859-1", "fr": "iso-8859-1", "it": "windows-1252"}
SPEAK = list(LANGUAGES)
SPOKEN = [40, 22, 9, 8, 6, 6, 4, 5]


def quoted(text):
    """As an encoded word has it (RFC 2047, Q)."""
    coded = binascii.b2a_qp(text, quotetabs=True, istext=False, header=True).decode()
    return coded.replace("=\n", "").replace("?", "=3F")


class Digits:
    """Random characters, as many as the format says: `{hexa:12}`."""

    def __init__(self, draw):
        self.draw = draw

    def __format__(self, count):
        return self.draw(int(count))


class Sender:
    def __init__(self, rng, number, role):
        self.role = role
        self.language = rng.choices(SPEAK, SPOKEN)[0]
        self.words = LANGUAGES[self.language]
        self.host = f"{binascii.b2a_hex(rng.randbytes(2)).decode()}{rng.choice(LANGUAGES['en']['nouns'])}{number}.example"
        person = rng.choice(NAMES)
        self.domain = "gmail.com" if role == "people" and rng.random() < 0.5 else self.host
        local = f"{person.lower()}{number}" if role == "people" else rng.choice(["news", "hello", "info", "mail", "noreply", "service", "newsletter", "team"])
        self.address = f"{local}@{self.domain}" if role in ("people", "list") or rng.random() < 0.6 else f"{local}@{rng.choice(['e', 'mail', 'm', 'news'])}.{self.host}"
        name = person if role in ("people", "list") else f"{self.host[4:].split('.')[0].rstrip('0123456789').title()} {rng.choice(['Shop', 'Store', 'News', 'Team', 'GmbH', 'Café'])}"
        self.author = f'"{name}" <{self.address}>' if name.isascii() else f"=?UTF-8?Q?{binascii.b2a_qp(name.encode(), header=True).decode()}?= <{self.address}>"
        self.template = rng.choice({"offers": BULK, "letters": BULK, "people": PEOPLE, "list": LISTS}.get(role, SERVICES))
        if role == "quiet":
            # Only what a provider stamps on everything, and a way out.
            self.template = rng.choice(SERVICES[:4]) + LEAVE
        self.says_much = 0.45 if role == "offers" else 0.1
        self.layout = rng.randrange(len(LAYOUTS))
        self.encoding = rng.choices(["quoted-printable", "base64", "8bit", "7bit"], [50, 28, 14, 8])[0]
        self.charset = CHARSETS[self.language] if self.language in CHARSETS and rng.random() < 0.25 else "utf-8"
        self.stub = rng.random() < 0.3
        self.alternative = rng.random() < 0.75
        self.style = rng.randrange(8)


# Rows of pages. {s}, {t}: sentences; {link}: an address of 300 characters; {pic}: a picture's; {n}: a number.
LAYOUTS = [
    '<tr><td align="center" style="padding:12px 24px;font-family:Helvetica,Arial,sans-serif;font-size:16px;line-height:24px;color:#222222">\n<a href="{link}" style="text-decoration:none" target="_blank"><img src="{pic}" width="280" height="280" alt="{noun}" border="0" style="display:block"></a>\n<p style="margin:0">{s} {t}</p></td></tr>\n',
    '<!--[if mso]><table role="presentation" width="600" cellpadding="0" cellspacing="0"><tr><td><![endif]-->\n<div class="row" style="max-width:600px;margin:0 auto"><div class="col" style="display:inline-block;width:100%;vertical-align:top"><h2 style="font-size:22px;font-weight:700">{noun}</h2><p>{s}</p><p>{t}</p><a class="button" href="{link}"><span style="mso-text-raise:15pt">{noun} &rarr;</span></a></div></div>\n<!--[if mso]></td></tr></table><![endif]-->\n',
    '<td class="product" width="33%" valign="top" style="border:1px solid #eeeeee;padding:8px"><a href="{link}"><img src="{pic}" alt="" width="170" style="width:100%;max-width:170px"></a><br><font face="Arial" size="2"><b>{noun}</b><br><s>{n}9,99&nbsp;&euro;</s> <span style="color:#c00">{n},99&nbsp;&euro;</span></font></td>',
    '<h2>{noun}</h2>\n<p>{s} {t} {s}</p>\n<p>{t} <a href="{link}">{noun}</a> {s} {t}</p>\n<blockquote>{t}</blockquote>\n',
    '<table border=0 cellpadding=0 cellspacing=0 width="100%"><tbody><tr><td style="background-color:#f4f4f4;padding:0px 0px 0px 0px;" bgcolor="#f4f4f4"><table align="left" width="300"><tr><td><div style="font-family: inherit; text-align: inherit"><span style="font-family: &quot;trebuchet ms&quot;, helvetica, sans-serif; font-size: 16px">{s}</span></div><div></div></td></tr></table><a href="{link}" title="{noun}"><img class="max-width" border="0" style="display:block;color:#000000;text-decoration:none;max-width:100% !important;width:100%;height:auto !important;" width="300" alt="{noun} {n}" src="{pic}"></a></td></tr></tbody></table>',
    "<p class=MsoNormal><span style='font-size:11.0pt;font-family:\"Calibri\",sans-serif;color:#1F497D'>{s} {t}<o:p></o:p></span></p>\n",
]
PLAIN_ROW = '<p style="margin:0 0 16px">{s} {t} {s} {t} {s}</p>\n<p>{t} <a href="{link}">{noun}</a></p>\n'


class Maker:
    def __init__(self, kind):
        self.rng = rng = random.Random(SEED)
        self.kind = kind
        self.line_end = b"\n" if kind == "small" else b"\r\n"
        self.number = 0
        self.labels = ["Inbox,Opened", "Inbox,Unread", "Inbox,Opened,Category Promotions", "Inbox,Unread,Category Updates", "Archived,Important,Opened", "=?UTF-8?Q?Posteingang,Ge=C3=B6ffnet?="]
        self.sentences = {language: [self.sentence(words) for _ in range(1200)] for language, words in LANGUAGES.items()}
        self.styles = [self.style_sheet(3_000 + 2_000 * number) for number in range(8)]
        roles = rng.choices(["offers", "letters", "quiet", "deals", "notes", "people", "list"], [30, 16, 12, 10, 12, 17, 3], k=300)
        self.senders = {role: [] for role in roles}
        for number, role in enumerate(roles):
            self.senders[role].append(Sender(rng, number, role))
        self.blob = rng.randbytes(1 << 21)
        digits = lambda count: f"{rng.getrandbits(4 * count):0{count}x}"
        self.drawn = {
            "hexa": Digits(digits), "number": Digits(lambda count: str(rng.randrange(10 ** (count - 1), 10**count))),
            "token": Digits(self.token), "signature": Digits(lambda lines: "\n         ".join(self.token(72) for _ in range(lines))),
        }

    def token(self, count):
        return base64.urlsafe_b64encode(self.rng.randbytes(count * 3 // 4 + 1))[:count].decode()

    def sentence(self, words):
        rng = self.rng
        if rng.random() < 0.04:
            return self.filled(rng.choice(words["says"]), words)
        return " ".join(rng.choices(words["words"], k=rng.randrange(6, 15)) + [rng.choice(words["nouns"])]).capitalize() + rng.choice(".....!?")

    def filled(self, text, words):
        rng = self.rng
        while "{noun}" in text:
            text = text.replace("{noun}", rng.choice(words["nouns"]), 1)
        return text.format(n=rng.randrange(2, 80), id=rng.randrange(10**6, 10**9), name=rng.choice(NAMES), host="")

    def style_sheet(self, size):
        rule = lambda at: f"@media only screen and (max-width:{480 + at}px){{.c{at}{{width:100%!important;padding:{at % 40}px!important;font-size:{at % 9 + 12}px!important}}}}\n.c{at} > a:hover{{color:#{at:06x};text-decoration:underline}}\n"
        return "<style type=\"text/css\">\n" + "".join(rule(at) for at in range(size // 180)) + "</style>\n"

    def subject(self, sender):
        rng = self.rng
        role = sender.role
        sort = {"offers": "offers", "deals": "deals", "notes": "notes", "people": "talk", "list": "talk"}.get(role, "quiet")
        sort = "quiet" if sort == "offers" and rng.random() > sender.says_much else sort
        text = self.filled(rng.choice(sender.words[sort]), sender.words)
        if rng.random() < 0.5 and role != "people":
            text += f" {rng.choice(sender.words['nouns'])}"
        if rng.random() < 0.15 and role in ("offers", "letters", "quiet"):
            text += " \u2728"
        if role in ("people", "list") and rng.random() < 0.5:
            text = rng.choice(["Re: ", "Aw: ", "Fwd: ", "RE: "]) + text
        return self.encoded(text, sender)

    def encoded(self, text, sender):
        draw = self.rng.random()
        if text.isascii() and draw < 0.8:
            return text
        if draw > 0.9 or not sender.charset == "utf-8":
            try:
                return f"=?{sender.charset}?Q?{quoted(text.encode(sender.charset))}?="
            except UnicodeEncodeError:
                pass
        if draw > 0.85:
            return text
        return f"=?UTF-8?B?{base64.b64encode(text.encode()).decode()}?="

    def header(self, sender, when, content):
        rng = self.rng
        date = f"{when:%a, %d %b %Y %H:%M:%S}"
        thread = ""
        if sender.role in ("people", "list") and rng.random() < 0.5:
            ids = [f"<{self.token(24)}@{sender.domain}>" for _ in range(rng.randrange(1, 6))]
            thread = f"In-Reply-To: {ids[-1]}\nReferences: {chr(10).join(' ' + one for one in ids).strip()}\n"
        values = dict(
            self.drawn, date=date, host=sender.host, domain=sender.domain, author=sender.author, address=sender.address, thread=thread, type=content,
            to="robin@home.example" if rng.random() < 0.8 else "Robin Home <robin@home.example>", subject=self.subject(sender), labels=rng.choice(self.labels),
        )
        receiver = rng.choices(list(RECEIVERS.values()), [60, 20, 12, 8])[0]
        return (receiver + sender.template).format_map(values)

    def said(self, sender, count):
        return self.rng.choices(self.sentences[sender.language], k=count)

    def text(self, sender, size):
        footer = sender.words["footer"].format(host=sender.host) if sender.role in ("offers", "letters", "quiet") else "-- \n" + sender.host.split(".")[0]
        lines = self.said(sender, max(size // 60, 1))
        return "\n".join(f"{line}\n" if at % 4 == 3 else line for at, line in enumerate(lines)) + f"\n\n{footer}\nhttps://click.{sender.host}/u/{self.token(60)}\n"

    def quoted(self, sender, depth):
        answer = "\n".join(self.said(sender, 6))
        for level in range(depth):
            answer += f"\n\nOn Mon, {level + 1} May 2023 at 10:0{level}, {self.rng.choice(NAMES)} wrote:\n" + "\n".join("> " * (level + 1) + line for line in self.said(sender, 8))
        return answer + "\n"

    def page(self, sender, size, row=None):
        rng, host = self.rng, sender.host
        row, rows, length = row or LAYOUTS[sender.layout], [], 0
        click = f"https://click.{host}/f/a/{self.token(22)}~~/AAQRxQA~/RgRn{self.token(90)}"
        nouns = sender.words["nouns"]
        while length < size:
            one, two = self.said(sender, 2)
            rows.append(row.format(s=one, t=two, noun=rng.choice(nouns), n=rng.randrange(2, 99), link=f"{click}{self.token(160)}", pic=f"https://img.{host}/{self.token(32)}.jpg"))
            length += len(rows[-1])
        preview = f'<div style="display:none;font-size:1px;max-height:0">{self.said(sender, 1)[0]}{"&zwnj;&nbsp;" * 90}</div>\n'
        footer = f'<p style="font-size:11px;color:#999999">{sender.words["footer"].format(host=host)} <a href="https://click.{host}/u/{self.token(200)}">{host}</a></p><img src="https://click.{host}/o/{self.token(120)}" width="1" height="1" alt="">'
        return f'<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n<html><head><meta charset="utf-8"><title>{rng.choice(nouns)}</title>\n{self.styles[sender.style]}<!--[if gte mso 9]><xml><o:OfficeDocumentSettings><o:AllowPNG/></o:OfficeDocumentSettings></xml><![endif]--></head><body bgcolor="#ffffff">{preview}<table width="100%"><tr>{"".join(rows)}</tr></table>{footer}</body></html>\n'

    def part(self, sender, text, subtype):
        """The fields that name a part of text, and the part."""
        charset, encoding = sender.charset, sender.encoding
        raw = text.encode(charset, "xmlcharrefreplace")
        if encoding == "7bit":
            charset, raw = "us-ascii", text.encode("ascii", "xmlcharrefreplace")
        if encoding == "base64":
            raw = base64.encodebytes(raw)
        elif encoding == "quoted-printable":
            raw = binascii.b2a_qp(raw)
        return f'Content-Type: text/{subtype}; charset="{charset}"\nContent-Transfer-Encoding: {encoding}', raw

    def attached(self, kind, name, size, disposition):
        at = self.rng.randrange(len(self.blob) - size)
        fields = f'Content-Type: {kind}; name="{name}"\nContent-Transfer-Encoding: base64\nContent-Disposition: {disposition}; filename="{name}"\nContent-ID: <{self.token(20)}@x>'
        return fields, base64.encodebytes(self.blob[at : at + size])

    def multipart(self, subtype, parts):
        boundary = self.rng.choice(["----=_Part_{}", "--==_mimepart_{}", "_----------={}", "{}", "Apple-Mail=_{}"]).format(self.token(24).replace("-", "x").replace("_", "y"))
        body = b"".join(f"--{boundary}\n{fields}\n\n".encode() + raw + b"\n" for fields, raw in parts)
        return f'Content-Type: multipart/{subtype};\n boundary="{boundary}"', body + f"--{boundary}--\n".encode()

    def campaign(self, sender):
        size = int(20_000 * 10 ** self.rng.betavariate(1.6, 2.6))
        html = self.part(sender, self.page(sender, size), "html")
        if not sender.alternative:
            return html
        address = f"https://click.{sender.host}/v/{self.token(180)}\n"
        plain = address if sender.stub else self.text(sender, 3_000) + address
        return self.multipart("alternative", [self.part(sender, plain, "plain"), html])

    def letter(self, sender):
        plain = self.part(sender, self.quoted(sender, self.rng.randrange(5)), "plain")
        if self.rng.random() < 0.5:
            return plain
        html = self.part(sender, self.page(sender, 4_000, LAYOUTS[5]), "html")
        both = self.multipart("alternative", [plain, html])
        if self.rng.random() < 0.8:
            return both
        pictures = [self.attached("image/png", f"image00{at}.png", self.rng.randrange(4_000, 60_000), "inline") for at in range(2)]
        return self.multipart("related", [both, *pictures])

    def digest(self, sender):
        messages = []
        for at in range(self.rng.randrange(4, 12)):
            fields = f"Date: Mon, {at + 1} May 2023 10:00:00 +0000\nFrom: {self.rng.choice(NAMES)} <a{at}@{sender.host}>\nSubject: {self.filled(self.rng.choice(sender.words['talk']), sender.words)}\nMessage-ID: <{self.token(20)}@{sender.host}>\n\n"
            messages.append(("", (fields + self.quoted(sender, 2)).encode()))
        toc = self.part(sender, "Today's Topics:\n\n" + self.text(sender, 600), "plain")
        return self.multipart("mixed", [toc, self.multipart("digest", messages)])

    def body(self, sender, draw):
        """The fields that say what form a body has, and the body."""
        if self.kind == "small":
            if draw < 0.75:
                return self.part(sender, self.text(sender, 700), "plain")
            return self.part(sender, f"<html><body><p>{'</p><p>'.join(self.said(sender, 12))}</p></body></html>\n", "html")
        if self.kind == "worst":
            row = PLAIN_ROW if draw < 0.7 else LAYOUTS[3]
            return self.part(sender, self.page(sender, int(20_000 * 10 ** self.rng.betavariate(1.6, 2.6)), row), "html")
        match sender.role:
            case "deals" if draw < 0.25:
                pdf = self.attached("application/pdf", f"invoice-{self.token(6)}.pdf", self.rng.randrange(40_000, 800_000), "attachment")
                return self.multipart("mixed", [self.part(sender, self.text(sender, 1_500), "plain"), pdf])
            case "people" if draw < 0.04:
                photos = [self.attached("image/jpeg", f"IMG_{self.token(4)}.jpeg", self.rng.randrange(300_000, 1_900_000), "attachment")]
                return self.multipart("mixed", [self.part(sender, self.quoted(sender, 0), "plain"), *photos])
            case "people":
                return self.letter(sender)
            case "list":
                return self.digest(sender) if draw < 0.3 else self.part(sender, self.quoted(sender, 3), "plain")
            case "deals" | "notes" if draw < 0.5:
                return self.part(sender, self.text(sender, 2_000), "plain")
            case _:
                return self.campaign(sender)

    def sender(self):
        rng = self.rng
        if self.kind == "worst":
            return rng.choice(self.senders["quiet"]) if rng.random() < 0.8 else Sender(rng, self.number, "quiet")
        role = rng.choices(["offers", "letters", "quiet", "deals", "notes", "people", "list"], [34, 14, 8, 8, 12, 19, 5])[0]
        # One in six writes once.
        return Sender(rng, self.number, role) if rng.random() < 1 / 6 else rng.choice(self.senders[role])

    def message(self):
        self.number += 1
        rng = self.rng
        when = datetime.datetime(2019, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(seconds=900 * self.number + rng.randrange(900))
        sender = self.sender()
        content, body = self.body(sender, rng.random())
        header = self.header(sender, when, content)
        unusable = rng.random()
        if unusable < 0.02:
            header = header.replace("\nFrom: ", "\nX-From: ").replace("\nSender: ", "\nX-Sender: ")
        elif unusable < 0.03:
            header, body = f"Status: RO\nX-UID: {self.number}\n", b"what is left of a message\n"
        first = f"From {1_600_000_000_000_000_000 + self.number}@xxx {when:%a %b %d %H:%M:%S} +0000 {when:%Y}\n"
        message = (first + header + "\n").encode() + body.replace(b"\nFrom ", b"\n>From ") + b"\n"
        return message.replace(b"\n", self.line_end) if self.line_end != b"\n" else message
