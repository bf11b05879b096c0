#!/usr/bin/env python3
"""Times the job for Apache Spark over the same mail in 1, 4 and 16 shards, on one worker and on two, against one process.

usage: cluster.py PROGRAM MBOX [--customers 1000] [--runs 3] [--folder /tmp/mailfatigue-cluster]

Needs a Python with pyspark (tests/cluster.rs makes one in target/tmp/venv-spark), a release build, and the mailbox `small` of
`mailboxes.py`, whose one owner becomes many customers. Each worker has one core; `--threads` of the one process is 1 and 2.
Prints a Markdown table of medians; bytes shuffled are Spark's own count, of its event log.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "cluster"))
from cluster import Cluster, same, said

OWNER = b"robin@home.example"
OPTIONS = ["--timezone", "UTC"]


def make_shards(mailbox, folder, count, customers):
    """The mailbox in shards of whole messages, dealt out in turn; its owner is another customer in each message."""
    paths = [folder / f"{count}-{number}.mbox" for number in range(count)]
    if not all(path.exists() for path in paths):
        shards = [open(path, "wb") for path in paths]
        number = -1
        with open(mailbox, "rb") as mail:
            for line in mail:
                if line.startswith(b"From "):
                    number += 1
                shards[number % count].write(line.replace(OWNER, b"robin%d@home.example" % (number * 7919 % customers)))
        for shard in shards:
            shard.close()
    names = folder / f"{count}.txt"
    names.write_text("".join(f"{path}\n" for path in paths))
    return paths, names


class Peaks(threading.Thread):
    """The peak memory, in MiB, of the processes of a cluster's workers, by what they are."""

    KINDS = {"check": r"/\S+ check - ", "facts": r"/\S+ facts ", "python": r"pyspark[./](daemon|worker)"}

    def __init__(self):
        super().__init__(daemon=True)
        self.of, self.ended = {}, threading.Event()

    def run(self):
        while not self.ended.wait(0.1):
            for process in Path("/proc").glob("[0-9]*"):
                try:
                    line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                    kind = next((kind for kind, pattern in self.KINDS.items() if re.search(pattern, line)), None)
                    if kind:
                        peak = int(re.search(r"VmHWM:\s*(\d+)", (process / "status").read_text()).group(1)) / 1024
                        self.of[kind] = max(self.of.get(kind, 0), peak)
                except (OSError, AttributeError):
                    continue  # It ended meanwhile.

    def __exit__(self, *_):
        self.ended.set()
        self.join()

    def __enter__(self):
        self.start()
        return self


def shuffled(events):
    """The bytes that an application wrote for other tasks, and the seconds of its longest stages."""
    written, spans = 0, []
    for line in events.read_text().splitlines():
        event = json.loads(line)
        if event["Event"] == "SparkListenerTaskEnd" and event.get("Task Metrics"):
            written += event["Task Metrics"]["Shuffle Write Metrics"]["Shuffle Bytes Written"]
        if event["Event"] == "SparkListenerStageCompleted":
            stage = event["Stage Info"]
            spans.append((stage.get("Completion Time", 0) - stage.get("Submission Time", 0)) / 1000)
    return written, sorted(spans, reverse=True)[:4]


def job(program, folder, names, workers, parts):
    home = folder / "cluster"
    shutil.rmtree(home, ignore_errors=True)
    (home / "events").mkdir(parents=True)
    settings = f"spark.eventLog.enabled true\nspark.eventLog.dir file://{home}/events\nspark.eventLog.compress false\nspark.eventLog.rolling.enabled false\n"
    with Cluster(home, workers, "-XX:+UseSerialGC", settings) as cluster, Peaks() as peaks:
        began = time.perf_counter()
        status, _, errors = said(cluster.begin_job("--shards", names, *OPTIONS, "--program", program, "--partitions", parts,
                                                   "--output", folder / "job.csv", "--messages", folder / "job-messages.csv"))
        seconds = time.perf_counter() - began
    if status != 0:
        raise SystemExit(errors)
    written, spans = shuffled(next((home / "events").iterdir()))
    return seconds, written, spans, peaks.of


def alone(program, folder, shards, threads):
    began = time.perf_counter()
    process = subprocess.Popen([program, "check", "-q", "--no-config", *OPTIONS, "--threads", str(threads), "--output", folder / "alone.csv",
                                "--messages", folder / "alone-messages.csv", *shards])
    _, status, used = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit("mailfatigue check failed")
    return time.perf_counter() - began, used.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("mailbox")
    parser.add_argument("--customers", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--shards", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--partitions", type=int, default=8)
    parser.add_argument("--folder", type=Path, default=Path("/tmp/mailfatigue-cluster"))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    program = Path(options.program).resolve()
    made = {count: make_shards(options.mailbox, options.folder, count, options.customers) for count in options.shards}
    print("| run | seconds | bytes shuffled | longest stages, seconds | peak memory, MiB |\n| --- | --- | --- | --- | --- |")
    for count, (shards, names) in made.items():
        for threads in (1, 2):
            runs = [alone(program, options.folder, shards, threads) for _ in range(options.runs)]
            print(f"| one process, {threads} threads, {count} shards | {shown(run[0] for run in runs)} | | | {max(run[1] for run in runs):.0f} |", flush=True)
        for workers in options.workers:
            runs = [job(program, options.folder, names, workers, options.partitions) for _ in range(options.runs)]
            same(options.folder / "job.csv", options.folder / "alone.csv")
            same(options.folder / "job-messages.csv", options.folder / "alone-messages.csv")
            written = statistics.median(run[1] for run in runs)
            peaks = {kind: f"{max(run[3].get(kind, 0) for run in runs):.0f}" for kind in Peaks.KINDS}
            print(f"| {workers} workers, {count} shards | {shown(run[0] for run in runs)} | {written:,.0f} | {runs[-1][2]} | {peaks} |", flush=True)
    load = os.getloadavg()
    print(f"\nload of the machine at the end: {load[0]:.1f} {load[1]:.1f} {load[2]:.1f}; {os.cpu_count()} cores")


def shown(seconds):
    """Median, and all."""
    every = sorted(seconds)
    return f"{statistics.median(every):.1f} ({', '.join(f'{one:.1f}' for one in every)})"


if __name__ == "__main__":
    main()
