#!/usr/bin/env python3
"""Makes big, invented mailboxes and times programs on them, side by side in one run.

usage: mailboxes.py make mixed|small|worst MIB FILE     the same bytes for the same arguments
       mailboxes.py time [--mib 1024] [--runs 7] [--folder /tmp/mailfatigue-bench]

What the mailboxes hold is said in `invented_mail.py`. `time` prints a Markdown table of medians; files are read warm."""
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from invented_mail import Maker

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


def built():
    """Where the programs are that `time` builds."""
    return os.path.join(os.environ.get("CARGO_TARGET_DIR", "target"), "dist")


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
    release = built()
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
    more = messages([*check, whole]) - messages([*check, quarter])
    bytes_each = (peak - quarter_peak) * 1024 * 1024 / more
    print(f"\n4 times the bytes: {time_of_all / quarter_time:.2f} times the time, {bytes_each:.0f} bytes of memory for each message more")


def messages(check):
    """How many the program reads. (Lines that begin with "From " are in texts, too.)"""
    spoken = [word for word in check if word != "-q"]
    said = subprocess.run(spoken, capture_output=True, check=True, text=True).stderr
    return int(re.search(r"([\d,]+) messages read", said)[1].replace(",", ""))


def one_message(folder):
    """The shortest way through the whole program, start and all."""
    path, release = f"{folder}/one.mbox", built()
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
            subprocess.run(["cargo", "build", "--profile", "dist", "--locked", "--bins", "--examples"], check=True)
            for kind in ("mixed", "small", "worst"):
                compare(kind, folder, int(options.get("--mib", 1024)), int(options.get("--runs", 7)))
            one_message(folder)
        case _:
            raise SystemExit(__doc__)


main()
