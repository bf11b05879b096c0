#!/usr/bin/env python3
"""Times the job for Apache Spark over the same mail in 1, 4 and 16 shards, on one worker and on two, against one process.

usage: cluster.py PROGRAM MBOX [--customers 1000] [--runs 3] [--folder /tmp/mailfatigue-cluster]

Needs a Python with pyspark (tests/cluster.rs makes one in target/tmp/venv-spark), a release build, and the mailbox `small` of
`mailboxes.py`, whose one owner becomes many customers. Each worker has one core, and the one process one thread. Prints a
Markdown table of medians; bytes shuffled are Spark's own count, of its event log. What the processes take is looked up in
/proc ten times a second: of those that end sooner something is missing.
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
SEPARATOR = re.compile(rb"From \S+ (Mon|Tue|Wed|Thu|Fri|Sat|Sun) ")


def make_shards(mailbox, folder, count, customers):
    """The mailbox in shards of whole messages, dealt out in turn; its owner is another customer in each message."""
    paths = [folder / f"{count}-{number}.mbox" for number in range(count)]
    if not all(path.exists() for path in paths):
        shards = [open(path, "wb") for path in paths]
        number, before = -1, b"\n"
        with open(mailbox, "rb") as mail:
            for line in mail:
                # A line of text may begin so, too.
                if not before.strip() and SEPARATOR.match(line):
                    number += 1
                before = line
                shards[number % count].write(line.replace(OWNER, b"robin%d@home.example" % (number * 7919 % customers)))
        for shard in shards:
            shard.close()
    names = folder / f"{count}.txt"
    names.write_text("".join(f"{path}\n" for path in paths))
    return paths, names


class Watch(threading.Thread):
    """What the processes of a job take, by what they are: peak memory in MiB, and processor seconds of all together."""

    KINDS = {"check": r"^\S+ check - ", "facts": r"^\S+ facts ", "python": r"pyspark[./](daemon|worker)",
             "executor": r"CoarseGrainedExecutorBackend", "driver": r"SparkSubmit|mailfatigue_spark\.py"}

    def __init__(self):
        super().__init__(daemon=True)
        self.peaks, self.ticks, self.ended = {}, {}, threading.Event()

    def run(self):
        while not self.ended.wait(0.1):
            for process in Path("/proc").glob("[0-9]*"):
                try:
                    self.look(process)
                except (OSError, AttributeError):
                    continue  # It ended meanwhile.

    def look(self, process):
        line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        kind = next((kind for kind, pattern in self.KINDS.items() if re.search(pattern, line)), None)
        if kind:
            peak = int(re.search(r"VmHWM:\s*(\d+)", (process / "status").read_text()).group(1)) / 1024
            self.peaks[kind] = max(self.peaks.get(kind, 0), peak)
            used = (process / "stat").read_text().rsplit(")", 1)[1].split()[11:13]
            self.ticks[kind, process.name] = sum(map(int, used))

    def processor(self):
        seconds = dict.fromkeys(self.KINDS, 0)
        for (kind, _), ticks in self.ticks.items():
            seconds[kind] += ticks / os.sysconf("SC_CLK_TCK")
        return seconds

    def __exit__(self, *_):
        self.ended.set()
        self.join()

    def __enter__(self):
        self.start()
        return self


def shuffled(events):
    """The bytes that the tasks of an application wrote for each other."""
    ends = (json.loads(line) for line in events.read_text().splitlines() if '"SparkListenerTaskEnd"' in line)
    return sum(end["Task Metrics"]["Shuffle Write Metrics"]["Shuffle Bytes Written"] for end in ends if end.get("Task Metrics"))


def job(program, folder, names, workers, parts):
    home = folder / "cluster"
    shutil.rmtree(home, ignore_errors=True)
    (home / "events").mkdir(parents=True)
    settings = f"spark.eventLog.enabled true\nspark.eventLog.dir file://{home}/events\nspark.eventLog.compress false\nspark.eventLog.rolling.enabled false\n"
    with Cluster(home, workers, "-XX:+UseSerialGC", settings) as cluster, Watch() as watch:
        began = time.perf_counter()
        status, _, errors = said(cluster.begin_job("--shards", names, *OPTIONS, "--program", program, "--partitions", parts,
                                                   "--output", folder / "job.csv", "--messages", folder / "job-messages.csv"))
        seconds = time.perf_counter() - began
    if status != 0:
        raise SystemExit(errors)
    return {"seconds": seconds, "shuffled": shuffled(next((home / "events").iterdir())), "peaks": watch.peaks, "processor": watch.processor()}


def alone(program, folder, shards):
    began = time.perf_counter()
    process = subprocess.Popen([program, "check", "-q", "--no-config", *OPTIONS, "--threads", "1", "--output", folder / "alone.csv",
                                "--messages", folder / "alone-messages.csv", *shards])
    _, status, used = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit("mailfatigue check failed")
    return {"seconds": time.perf_counter() - began, "shuffled": 0, "peaks": {"check": used.ru_maxrss / 1024},
            "processor": {"check": used.ru_utime + used.ru_stime}}


def row(name, runs):
    """Medians; the most memory."""
    every = ", ".join(f"{run['seconds']:.1f}" for run in runs)
    median = lambda of: statistics.median(of(run) for run in runs)
    kinds = runs[0]["processor"]
    seconds = ", ".join(f"{kind} {median(lambda run: run['processor'][kind]):.1f}" for kind in kinds)
    peaks = ", ".join(f"{kind} {max(run['peaks'].get(kind, 0) for run in runs):.0f}" for kind in kinds)
    total = median(lambda run: sum(run["processor"].values()))
    print(f"| {name} | {median(lambda run: run['seconds']):.1f} ({every}) | {total:.1f} ({seconds}) | {median(lambda run: run['shuffled']):,.0f} | {peaks} |", flush=True)


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
    print("| run | wall seconds | processor seconds | bytes shuffled | peak MiB of a process |\n| --- | --- | --- | --- | --- |")
    for count in options.shards:
        shards, names = make_shards(options.mailbox, options.folder, count, options.customers)
        row(f"one process, {count} shards", [alone(program, options.folder, shards) for _ in range(options.runs)])
        for workers in options.workers:
            runs = [job(program, options.folder, names, workers, options.partitions) for _ in range(options.runs)]
            same(options.folder / "job.csv", options.folder / "alone.csv")
            same(options.folder / "job-messages.csv", options.folder / "alone-messages.csv")
            row(f"{workers} workers, {count} shards", runs)
    print("\nload of the machine at the end:", *(f"{load:.1f}" for load in os.getloadavg()))


if __name__ == "__main__":
    main()
