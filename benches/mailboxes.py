#!/usr/bin/env python3
"""Makes big, invented mailboxes and times programs on them, side by side in one run.

usage: mailboxes.py make mixed|small MIB FILE     the same bytes for the same arguments
       mailboxes.py time [--mib 1024] [--runs 7] [--folder /tmp/mailfatigue-bench]

mixed: 55 % HTML marketing and newsletters of about 60 KB, 43 % plain text of about 5 KB, 2 % with an attachment of 0.5
to 3 MB. small: messages of about 4.3 KB, most of it header: the worst case for a reader of headers. In both, headers
have 73 lines and 4.9 KB in mixed, some 45 lines and 3.3 KB in small; hundreds of senders; and every subject, Message-ID,
date, signature and unsubscribe address differs. `time` prints a Markdown table of medians; files are read warm."""
import base64
import datetime
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

SEED = 20260101
OFFERS = [
    "{n}% off everything until Sunday", "Your {n}% voucher is waiting", "Sale: {noun} from {n} EUR", "Nur heute: {n}% Rabatt auf {noun}",
    "Last chance: save {n}% on {noun}", "Flash sale on {noun}", "-{n}% sur {noun}", "Free shipping on {noun} this weekend",
]
NEWS = [
    "Issue {n}: what we learned about {noun}", "The weekly letter no. {n}", "{noun}, {noun} and a walk in the rain", "How we make our {noun}",
    "Inside: {noun}, people and places", "Neues aus der Werkstatt {n}", "Five things about {noun}",
]
DEALS = [
    "Your order {id} has shipped", "Invoice {id}", "Bestellbestätigung {id}", "Your receipt for {noun} ({id})", "Delivery update for {id}",
]
NOTES = ["{name} commented on your photo", "New sign-in from {noun}", "Your storage is {n}% full", "Reminder: {noun} at {n}:00", "Build {n} passed"]
TALK = ["{noun} on Saturday?", "Re: {noun}", "photos of {noun}", "about {noun}", "Re: {noun} and {noun}", "see you at {n}", "{noun} again"]
NOUNS = "shoes lamps tea bicycles maps novels jackets plants cameras chairs paper linen bread garden kitchen winter summer music".split()
NAMES = "Ann Bob Carla Deniz Emma Farid Greta Hugo Ines Jonas Kim Lena Marco Nora Olaf Pia".split()
WORDS = (
    "the of and to in a is that it for on with as was at by this be from or have an they which one you were all her she there would their we"
    " him been has when who will no more if out so up said what its about than into them can only other time new some could these two may"
    " first then do any like my now over such our man me even most made after also did many off before must well back through years where"
    " much your way down should because long each just state those people too mr how little good world make very year still see own work"
    " men day get here old life both between being under three never know same last another while us might great go come since against right"
).split()


class Maker:
    def __init__(self, kind):
        self.rng = random.Random(SEED)
        self.small = kind == "small"
        self.senders = [self.sender(number) for number in range(400)]
        self.sentences = [" ".join(self.rng.choices(WORDS, k=self.rng.randrange(6, 14))).capitalize() + "." for _ in range(4000)]
        self.number = 0

    def sender(self, number):
        """What one sender does; 55 of 100 advertise, and of these two in five write letters rather than offers."""
        role = self.rng.choices(["offers", "letters", "deals", "notes", "people"], [33, 22, 10, 15, 20])[0]
        host = f"{self.rng.choice(NOUNS)}{number}.example"
        person = self.rng.choice(NAMES)
        name = person if role == "people" else f"{host.split('.')[0].title()} {self.rng.choice(['Shop', 'Store', 'News', 'Team', 'GmbH'])}"
        local = person.lower() if role == "people" else self.rng.choice(["news", "hello", "info", "mail", "noreply", "service"])
        return role, name, f"{local}@{'gmail.com' if role == 'people' and number % 2 else host}", host

    def hex(self, digits):
        return f"{self.rng.getrandbits(4 * digits):0{digits}x}"

    def signature(self, lines):
        data = base64.b64encode(self.rng.randbytes(54 * lines)).decode()
        return "".join(f"\r\n         {data[at:at + 72]}" for at in range(0, len(data), 72))

    def subject(self, role):
        text = self.rng.choice({"offers": OFFERS, "letters": NEWS, "deals": DEALS, "notes": NOTES, "people": TALK}[role])
        while "{noun}" in text:
            text = text.replace("{noun}", self.rng.choice(NOUNS), 1)
        text = text.format(n=self.rng.randrange(2, 80), id=self.rng.randrange(10**6, 10**9), name=self.rng.choice(NAMES))
        text += f" {self.rng.choice(NOUNS)}" if self.rng.random() < 0.7 else ""
        if not text.isascii() or self.rng.random() < 0.2:
            return "=?UTF-8?B?" + base64.b64encode((text + " \u2728").encode()).decode() + "?="
        return text

    def header(self, sender, when):
        role, name, address, host = sender
        rng, hexa = self.rng, self.hex
        date = f"{when:%a, %d %b %Y %H:%M:%S}"
        bulk = role in ("offers", "letters")
        lines = [
            f"From {self.number + 1_600_000_000_000_000_000}@xxx {when:%a %b %d %H:%M:%S} +0000 {when:%Y}",
            f"X-GM-THRID: {self.number + 1_600_000_000_000_000_000}",
            f"X-Gmail-Labels: Inbox,{rng.choice(['Opened', 'Unread'])}{',Category Promotions' if bulk else ''}",
            "Delivered-To: robin@home.example",
            f"Received: by 2002:a05:{hexa(4)}:{hexa(4)}:b0:{hexa(3)}:{hexa(4)}:{hexa(4)} with SMTP id {hexa(10)}csp{rng.randrange(10**6)};\r\n        {date} +0000 (UTC)",
        ]
        lines += [
            f"X-Google-Smtp-Source: {base64.b64encode(rng.randbytes(48)).decode()}",
            f"X-Received: by 2002:a17:{hexa(4)}:{hexa(4)}:b0:{hexa(3)}:{hexa(4)}:{hexa(4)} with SMTP id\r\n {hexa(26)}.{rng.randrange(99)}.{rng.randrange(10**12)};\r\n        {date} +0000 (UTC)",
            f"ARC-Seal: i=1; a=rsa-sha256; t={int(when.timestamp())}; cv=none;\r\n        d=home.example; s=arc-20240605;\r\n        b={self.signature(5).strip()}",
        ]
        if not self.small:
            lines += [
                f"ARC-Message-Signature: i=1; a=rsa-sha256; c=relaxed/relaxed; d=home.example; s=arc-20240605;\r\n        h=list-unsubscribe-post:list-unsubscribe:from:to:subject:date:message-id:dkim-signature;\r\n        bh={hexa(44)};\r\n        b={self.signature(5).strip()}",
                f"ARC-Authentication-Results: i=1; mx.home.example;\r\n       dkim=pass header.i=@{host} header.s=s1 header.b={hexa(8)};\r\n       spf=pass smtp.mailfrom=bounce-{hexa(10)}@{host};\r\n       dmarc=pass (p=QUARANTINE sp=QUARANTINE dis=NONE) header.from={host}",
            ]
        client = f"192.0.2.{rng.randrange(1, 255)}"
        lines += [
            f"Return-Path: <bounce-{hexa(10)}@{host}>",
            f"Received: from mta{rng.randrange(9)}.{host} (mta{rng.randrange(9)}.{host}. [{client}])\r\n        by mx.home.example with ESMTPS id {hexa(20)}\r\n        for <robin@home.example>\r\n        (version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256);\r\n        {date} +0000 (UTC)",
            f"Received-SPF: pass (home.example: domain of bounce-{hexa(10)}@{host} designates {client} as permitted sender) client-ip={client};",
            f"Authentication-Results: mx.home.example;\r\n       dkim=pass header.i=@{host} header.s=s1 header.b={hexa(8)};\r\n       spf=pass (home.example: domain of bounce-{hexa(10)}@{host} designates {client} as permitted sender) smtp.mailfrom=bounce-{hexa(10)}@{host};\r\n       dmarc=pass (p=QUARANTINE sp=QUARANTINE dis=NONE) header.from={address.split('@')[1]}",
            f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={host}; s=s1;\r\n        h=content-type:from:mime-version:subject:list-unsubscribe:list-unsubscribe-post:to:cc:content-type;\r\n        bh={hexa(44)};\r\n        b={self.signature(5 if not self.small else 4).strip()}",
        ]
        lines += [f"Received: from app{hop}.{host} (unknown [10.0.{hop}.{rng.randrange(255)}])\r\n        by out{hop}.{host} (Postfix) with ESMTP id {hexa(12).upper()};\r\n        {date} +0000 (UTC)" for hop in range(2 if self.small else 4)]
        if bulk:
            token = base64.urlsafe_b64encode(rng.randbytes(36)).decode()
            lines += [
                f"List-Unsubscribe: <https://click.{host}/u/{token}>,\r\n <mailto:unsubscribe-{hexa(24)}@{host}?subject=unsubscribe>",
                "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
                f"List-Id: <news.{host}>",
                f"Feedback-ID: {rng.randrange(10**6)}:{hexa(4)}:campaign:{host.split('.')[0]}",
                f"X-Campaign-Id: {hexa(16)}",
            ]
        elif role == "people":
            lines += [f"X-Mailer: {rng.choice(['Apple Mail (2.3774)', 'Microsoft Outlook 16.0'])}"] if rng.random() < 0.4 else []
        domain = "mail.gmail.com" if address.endswith("gmail.com") else host
        lines += [
            f"Date: {date} +{rng.choice(['0000', '0100', '0200'])}",
            f"From: {name} <{address}>",
            "To: robin@home.example",
            f"Message-ID: <{hexa(12)}.{hexa(16)}@{domain}>",
            f"Subject: {self.subject(role)}",
            "MIME-Version: 1.0",
        ]
        return "\r\n".join(lines) + "\r\n"

    def text(self, size):
        out, length = [], 0
        while length < size:
            line = self.rng.choice(self.sentences)
            out.append(line)
            length += len(line) + 2
        return "\r\n".join(out) + "\r\n"

    def html(self, host):
        rows = []
        length = 0
        while length < 52_000:
            row = (
                f'<tr><td align=3D"center" style=3D"padding:12px 24px;font-family:Helvetica,Arial,sans-serif;f=\r\nont-size:16px;color:#222222">'
                f'<a href=3D"https://click.{host}/c/{self.hex(60)}=\r\n{self.hex(20)}" style=3D"text-decoration:none"><img src=3D"https://img.{host}/{self.hex(24)}.=\r\njpg" width=3D"280" alt=3D"">'
                f"</a><p>{self.rng.choice(self.sentences)} {self.rng.choice(self.sentences)}=\r\n</p></td></tr>\r\n"
            )
            rows.append(row)
            length += len(row)
        return f"<html><head><style>td{{padding:0}}</style></head><body><table>{''.join(rows)}</table><p>You get this letter beca=\r\nuse you signed up. <a href=3D\"https://click.{host}/u\">Unsubscribe</a></p></body></html>\r\n"

    def message(self):
        self.number += 1
        when = datetime.datetime(2019, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(seconds=900 * self.number + self.rng.randrange(900))
        if self.small:
            sender = self.rng.choice(self.senders)
            body = f"Content-Type: text/plain; charset=utf-8\r\n\r\n{self.text(850)}\r\n"
            return (self.header(sender, when) + body).encode()
        draw = self.rng.random()
        wanted = ("offers", "letters") if draw < 0.55 else ("deals", "notes", "people")
        sender = self.rng.choice(self.senders)
        while sender[0] not in wanted:
            sender = self.rng.choice(self.senders)
        boundary = f"--=_{self.hex(24)}"
        parts = f'boundary="{boundary}"\r\n\r\n--{boundary}\r\n'
        plain = "Content-Type: text/plain; charset=utf-8\r\n"
        if draw < 0.55:
            body = (
                f"Content-Type: multipart/alternative; {parts}{plain}Content-Transfer-Encoding: quoted-printable\r\n\r\n{self.text(2_000)}"
                f"--{boundary}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{self.html(sender[3])}--{boundary}--\r\n\r\n"
            )
        elif draw < 0.98:
            body = f"{plain}Content-Transfer-Encoding: 8bit\r\n\r\n{self.text(5_000)}\r\n"
        else:
            blob = base64.encodebytes(self.rng.randbytes(self.rng.randrange(370_000, 2_200_000))).replace(b"\n", b"\r\n").decode()
            body = (
                f"Content-Type: multipart/mixed; {parts}{plain}\r\n{self.text(1_000)}--{boundary}\r\n"
                f'Content-Type: application/pdf; name="{self.hex(8)}.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\n{blob}--{boundary}--\r\n\r\n'
            )
        return (self.header(sender, when) + body).encode()


def make(kind, mebibytes, path):
    maker = Maker(kind)
    size = 0
    with open(path, "wb") as out:
        while size < mebibytes * 1024 * 1024:
            message = maker.message()
            size += len(message)
            out.write(message)
    print(f"{path}: {maker.number} messages, {size} bytes", file=sys.stderr)


PYTHONS_OWN = "import mailbox, sys\nfor message in mailbox.mbox(sys.argv[1], create=False):\n    message['From'], message['Date']\n"


QUARTER = "mailfatigue, 2 threads, a quarter of the bytes"


def measured(command):
    """Wall and processor seconds and peak MiB of one run. (Less than this script itself takes, some 12 MiB, can't be
    seen; and into /dev/null grep would stop at the first match.)"""
    with tempfile.TemporaryFile() if command[0] == "grep" else open(os.devnull, "wb") as out:
        began = time.perf_counter()
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)
    if status not in (0, 256):
        raise SystemExit(f"{command[0]} failed: {status}")
    return time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def compare(kind, folder, mebibytes, runs):
    whole, quarter, part = (f"{folder}/{kind}-{size}.mbox" for size in (mebibytes, mebibytes // 4, 64))
    for path, size in ((whole, mebibytes), (quarter, mebibytes // 4), (part, 64)):
        if not os.path.exists(path):
            # In a process of its own, whose memory is not counted with what is started from here.
            subprocess.run([sys.executable, __file__, "make", kind, str(size), path], check=True)
    release = os.path.join(os.environ.get("CARGO_TARGET_DIR", "target"), "release")
    check = [f"{release}/mailfatigue", "check", "-q", "--timezone", "UTC", "--output", f"{folder}/report.csv"]
    programs = [
        ("`cat`", ["cat", whole], 1), ("`wc -l`", ["wc", "-l", whole], 1), ("`grep -c '^From '`", ["grep", "-c", "^From ", whole], 1),
        ("ripgrep `-c '^From '`", ["rg", "-c", "^From ", whole], 1),
        ("mailfatigue, 1 thread", [*check, "--threads", "1", whole], 1), ("mailfatigue, 2 threads", [*check, "--threads", "2", whole], 1),
        ("mail-parser 0.11, every message parsed", [f"{release}/examples/mail-parser-reads", whole], 1),
        (f"Python `mailbox`, From and Date ({64} MiB, scaled)", [sys.executable, "-c", PYTHONS_OWN, part], mebibytes / 64),
        (QUARTER, [*check, "--threads", "2", quarter], 1),
    ]
    programs = [program for program in programs if shutil.which(program[1][0])]
    results = {name: [] for name, _, _ in programs}
    for path in (whole, quarter, part):
        measured(["cat", path])
    for run in range(runs):
        for name, command, scale in programs:
            if scale == 1 or run < 3:
                wall, cpu, peak = measured(command)
                results[name].append((wall * scale, cpu * scale, peak))
    medians = {name: [statistics.median(column) for column in zip(*rows)] for name, rows in results.items()}
    base = medians["`wc -l`"][0]
    quarter_time, _, quarter_peak = medians.pop(QUARTER)
    print(f"\n{kind}, {mebibytes} MiB, medians of {runs} runs\n\n| program | wall | × `wc -l` | processor | peak memory |\n| --- | --- | --- | --- | --- |")
    for name, (wall, cpu, peak) in medians.items():
        print(f"| {name} | {wall:.3f} s | {wall / base:.1f} | {cpu:.2f} s | {peak:.0f} MiB |", flush=True)
    time_of_all, _, peak = medians["mailfatigue, 2 threads"]
    more = int(output("grep", "-c", "^From ", whole)) - int(output("grep", "-c", "^From ", quarter))
    bytes_each = (peak - quarter_peak) * 1024 * 1024 / more
    print(f"\n4 times the bytes: {time_of_all / quarter_time:.2f} times the time, {bytes_each:.0f} bytes of memory for each message more")


def output(*command):
    return subprocess.run(command, capture_output=True, check=True).stdout


def one_message(folder):
    """The shortest way through the whole program, start and all."""
    path, release = f"{folder}/one.mbox", os.path.join(os.environ.get("CARGO_TARGET_DIR", "target"), "release")
    with open(path, "wb") as out:
        out.write(Maker("small").message())
    check = [f"{release}/mailfatigue", "check", "-q", "--timezone", "UTC", "--output", f"{folder}/report.csv", path]
    times = sorted(measured(check)[0] for _ in range(40))
    print(f"\none message: median {statistics.median(times) * 1000:.1f} ms, best {times[0] * 1000:.1f} ms")


def main():
    match sys.argv[1:]:
        case ["make", kind, mebibytes, path]:
            make(kind, int(mebibytes), path)
        case ["time", *rest]:
            options = dict(zip(rest[::2], rest[1::2]))
            folder = options.get("--folder", "/tmp/mailfatigue-bench")
            os.makedirs(folder, exist_ok=True)
            subprocess.run(["cargo", "build", "--release", "--locked", "--bins", "--examples"], check=True)
            for kind in ("mixed", "small"):
                compare(kind, folder, int(options.get("--mib", 1024)), int(options.get("--runs", 7)))
            one_message(folder)
        case _:
            raise SystemExit(__doc__)


main()
