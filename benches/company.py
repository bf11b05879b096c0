#!/usr/bin/env python3
"""Times and weighs `check` over a company's mail: ten million facts, and the consent exports of six systems.

usage: company.py PROGRAM [facts|lists] [--facts 10000000] [--rows 400000] [--folder /tmp/mailfatigue-company]

Needs a Python with pyarrow (tests/facts.rs makes one in target/tmp/venv-facts) and a release build. `facts` writes facts of
200,000 customers in order of time, once with one sender a customer and once with five, and the same sorted by customer;
`lists` writes exports of 400,000 rows with the header rows of each system. Every message has an opt-out address, a
Message-ID and a subject of its own; one in 100 is spam, one in 20 no marketing. Prints Markdown tables: seconds, processor
seconds, the peak of memory and that peak in bytes a fact.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from pathlib import Path

CUSTOMERS = 200_000
SENDERS = 2_000
AT_ONCE = 65_536  # As many rows go together in the files that `facts` writes.
START, SECONDS = 1_704_067_200, 70_000_000  # 2024-01-01, and 810 days

DIFFERENT = {"identity", "subject", "message_id", "unsubscribe_web", "unsubscribe_mail", "message", "offset"}
DIFFERENT |= {"time_received", "time_delivered", "time_date", "time_separator", "opt_out_addresses.list.element"}

MESSAGE = b"""From 1@xxx Thu Jan  1 10:00:00 +0000 2026
Delivered-To: robin@home.example
Date: Thu, 1 Jan 2026 10:00:00 +0000
From: Stride Outlet <news@shop.example>
To: robin@home.example
Subject: 20% off all running shoes, this week only
Message-ID: <1@shop.example>
List-Id: <news.shop.example>
List-Unsubscribe: <https://shop.example/leave/1>, <mailto:leave-1@shop.example>
List-Unsubscribe-Post: List-Unsubscribe=One-Click

Save 20% on all running shoes until Sunday. Order now and get free delivery.
"""

WORDS = "spring summer autumn winter shoes coats lamps books bread seeds bikes tents sale offer voucher today weekend".split()


def mixed(numbers):
    """Numbers without a pattern, the same in every run (splitmix64)."""
    import numpy as np

    with np.errstate(over="ignore"):
        z = numbers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def write_facts(program, folder, count, senders, is_sorted):
    """Facts as the program writes them, with one message's row for a pattern."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / f"{count}-{senders}{'-sorted' if is_sorted else ''}.parquet"
    if path.exists():
        return path
    mailbox, one = folder / "one.mbox", folder / "one.parquet"
    mailbox.write_bytes(MESSAGE)
    subprocess.run([program, "facts", "-q", "--force", "-o", one, mailbox], check=True)
    table = pq.read_table(one)
    rows = table.to_pylist()
    pattern = next(row for row in rows if row["row"] == "message")
    schema = table.schema
    if is_sorted:
        schema = schema.with_metadata({**schema.metadata, b"mailfatigue.sorted-by": b"customer"})
    numbers = mixed(np.arange(count)) % np.uint64(CUSTOMERS * senders)
    # In order of time, or customer by customer.
    order = np.argsort(numbers, kind="stable") if is_sorted else np.arange(count)
    part = path.with_suffix(".part")
    # As `facts` writes it: what differs in every row has no dictionary.
    names = [field.name for field in schema if field.name not in DIFFERENT]
    with pq.ParquetWriter(part, schema, compression="gzip", compression_level=1, use_dictionary=names) as out:
        for start in range(0, count, AT_ONCE):
            message = order[start : start + AT_ONCE]
            out.write_table(facts(pattern, schema, message, numbers[message], count, senders))
        named = [row for row in rows if row["row"] == "mailbox"]
        named[0]["note"] = named[0]["note"].replace('"messages":1', f'"messages":{count}')
        out.write_table(pa.Table.from_pylist(named, schema=schema))
    part.rename(path)
    return path


def facts(pattern, schema, message, pair, count, senders):
    """Rows of the messages with those numbers, each to a pair of a sender and a customer."""
    import numpy as np
    import pyarrow as pa

    customer = (pair // np.uint64(senders)).astype(np.int64)
    sender = (mixed(pair) % np.uint64(SENDERS)).astype(np.int64)
    own = mixed(message + 1_000_000_007)
    text = lambda form, numbers: pa.array([form % number for number in numbers.tolist()], pa.string())
    shop = text("shop%d.example", sender)
    when = START + message * SECONDS // count
    words = [WORDS[number % len(WORDS)] for number in range(1 << 12)]
    subject = [
        f"{number % 60 + 10}% off {words[number & 4095]} and {words[number >> 12 & 4095]}, no. {number % 997}"
        for number in own.tolist()
    ]
    made = {
        "customer": text("customer%d@home.example", customer),
        "message": pa.array(message),
        "sender": shop,
        "from_address": text("news@shop%d.example", sender),
        "from_name": text("Shop No. %d", sender),
        "list_id": text("news.shop%d.example", sender),
        "time_received": pa.array(when),
        "time_delivered": pa.array(when),
        "time_date": pa.array(when),
        "time_separator": pa.array(when),
        "spam": pa.array(own % np.uint64(100) == 1),
        "kind": pa.array(["notification" if number % 20 == 2 else "marketing" for number in own.tolist()]),
        "rule": pa.array(["no-evidence" if number % 20 == 2 else "weighed" for number in own.tolist()]),
        "identity": pa.array(own.view(np.int64)),
        "opt_out_addresses": pa.array([[number] for number in mixed(own).view(np.int64).tolist()], pa.list_(pa.int64())),
        "opt_out_subjects": pa.array([[0]] * len(message), pa.list_(pa.int64())),
        "subject": pa.array(subject),
        "message_id": pa.array([f"<{number:016x}.{place}@mta.example>" for number, place in zip(own.tolist(), message.tolist())]),
        "mailbox": text("journal-%03d.mbox", message * 200 // count),
        "offset": pa.array(message * 4_000),
        "unsubscribe_web": text("https://shop.example/leave/%d", message),
        "unsubscribe_mail": text("leave-%d@shop.example", message),
    }
    same = lambda field: pa.array([pattern[field.name]] * len(message), field.type)
    columns = [made[field.name].cast(field.type) if field.name in made else same(field) for field in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def measure(line, folder):
    """Wall seconds, processor seconds and peak memory in bytes of a run."""
    start = time.monotonic()
    process = subprocess.Popen(line, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = process.stderr.read().decode()
    _, status, used = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status):
        sys.exit(f"{' '.join(map(str, line))}\n{said}")
    return time.monotonic() - start, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024


SYSTEMS = ["mailchimp", "klaviyo", "hubspot", "marketing-cloud", "brevo", "onetrust"]
EXPORTS = Path(__file__).resolve().parent.parent / "fixtures" / "exports"
ADDRESS = re.compile(rb"[\w.+-]+@[\w.-]+")
TIME = re.compile(rb":\d\d:\d\d")


def write_list(folder, system, count):
    """The rows of the system's fixture again and again, with other addresses and other times of the day."""
    path = folder / f"{system}-{count}.csv"
    header, *rows = (EXPORTS / f"{system}.csv").read_bytes().splitlines(keepends=True)
    with open(path, "wb") as out:
        out.write(header)
        for number in range(count):
            row = ADDRESS.sub(b"customer%d@home.example" % number, rows[number % len(rows)], count=1)
            out.write(TIME.sub(b":%02d:%02d" % (number // 60 % 60, number % 60), row))
    return path


def time_facts(program, folder, count):
    everything = [part for kind in ("messages", "senders", "streams") for part in (f"--{kind}", f"{kind}.csv")]
    outputs = {"report": [], "report, messages, senders, streams, evidence": [*everything, "--evidence", "evidence"]}
    print("| facts | outputs | wall | processor | memory | a fact |\n| --- | --- | --- | --- | --- | --- |")
    for senders, is_sorted in [(1, False), (5, False), (5, True)]:
        path = write_facts(program, folder, count, senders, is_sorted)
        order = "sorted by customer" if is_sorted else "in order of time"
        for name, options in outputs.items():
            line = [program, "check", "-q", "--force", "--timezone", "UTC", "-o", "report.csv", *options, path]
            wall, processor, memory = measure(line, folder)
            print(f"| {count:,}, {senders} of a customer's senders, {order} | {name} | {wall:.1f} s | {processor:.1f} s"
                  f" | {memory / 2**30:.2f} GiB | {memory / count:.0f} bytes |", flush=True)


def time_lists(program, folder, count):
    print("| export | rows | wall | processor | memory |\n| --- | --- | --- | --- | --- |")
    for system in SYSTEMS:
        path = write_list(folder, system, count)
        options = (EXPORTS / f"{system}.args").read_text().splitlines()
        line = [program, "check", "-q", "--timezone", "Europe/Berlin", "-o", "/dev/null"]
        line += [*options, "--consent", f"fell-and-fjord.example={path}", EXPORTS / "mailings.mbox"]
        runs = sorted(measure(line, folder) for _ in range(3))
        wall, processor, memory = runs[1]
        print(f"| {system} | {count:,} | {wall:.2f} s | {processor:.2f} s | {memory / 2**20:.0f} MiB |", flush=True)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("program", type=Path)
    parser.add_argument("what", nargs="?", choices=["facts", "lists"])
    parser.add_argument("--facts", type=int, default=10_000_000)
    parser.add_argument("--rows", type=int, default=400_000)
    parser.add_argument("--folder", type=Path, default=Path("/tmp/mailfatigue-company"))
    given = parser.parse_args()
    program, folder = given.program.resolve(), given.folder.resolve()
    folder.mkdir(exist_ok=True)
    if given.what != "facts":
        time_lists(program, folder, given.rows)
    if given.what != "lists":
        time_facts(program, folder, given.facts)


if __name__ == "__main__":
    main()
