#!/usr/bin/env python3
"""Twelve shards, judged by a Spark master and two workers on this machine, give the bytes that one machine gives.

usage: cluster.py PROGRAM FOLDER      run by tests/cluster.rs with a Python that has pyspark

Starts processes and ends only those.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pyspark

ROOT = Path(__file__).resolve().parent.parent.parent
CASES = ROOT / "fixtures" / "cases"
JOB = [sys.executable, str(ROOT / "cluster" / "mailfatigue_spark.py")]
SPARK = Path(pyspark.__file__).parent
WHOLE = ["a-brand-joins-its-domains", "a-consent-list-is-held-against-every-message", "a-list-with-one-author-turns-into-a-talk",
         "a-receipt-that-also-advertises-is-mixed", "a-weekly-letter-that-turns-daily-shows-since-when",
         "a-wish-in-ones-own-words-is-an-opt-out"]
SHOP = CASES / "a-shop-mails-every-day-though-no-box-was-ticked.mbox"
OWNER = ["--owner", "robin@home.example"]
OPTIONS = ["--timezone", "Europe/London", *OWNER, "--consent",
           str(CASES / "a-consent-list-is-held-against-every-message.consent.csv")]
JOURNAL = """From journal@firm.example {day}
From: Journal <journal@firm.example>
To: archive@firm.example
Date: {date}
Message-ID: <report-{number}@firm.example>
X-MS-Journal-Report:
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="report"

--report
Content-Type: text/plain; charset="utf-8"

Sender: offers@firm.example
Subject: 20% off everything, only today
Message-Id: <offer-{number}@firm.example>
To: one@home.example
Bcc: two@home.example

--report
Content-Type: message/rfc822

From: Firm <offers@firm.example>
To: one@home.example
Subject: 20% off everything, only today
Date: {date}
Message-ID: <offer-{number}@firm.example>
List-Unsubscribe: <https://firm.example/leave>
Content-Type: text/plain

20% off everything, only today. Shop now: https://firm.example/shop
Unsubscribe: https://firm.example/leave

--report--

"""


def make_shards(program, folder):
    """Twelve shards. What belongs together (a request and its confirmation, an opt-out and later mail, copies) is in several."""
    shards = [shutil.copy(CASES / f"{name}.mbox", folder) for name in WHOLE]
    facts = folder / "kept.parquet"
    subprocess.run([program, "facts", "--no-config", "--quiet", *OWNER, "--output", facts, shards.pop()], check=True)
    messages = re.split(rb"(?m)^(?=From \S+ )", SHOP.read_bytes())[1:]
    halves = [folder / "odd.mbox", folder / "even.mbox"]
    for at, half in enumerate(halves):
        half.write_bytes(b"".join(messages[at::2]))
    maildir = folder / "Maildir"
    for name in ("cur", "new", "tmp"):
        (maildir / name).mkdir(parents=True)
    for number, message in enumerate(messages[:40]):
        (maildir / "cur" / f"{1_767_225_600 + number}.{number}.host:2,S").write_bytes(message.split(b"\n", 1)[1])
    archive = folder / "export.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.write(CASES / "a-redesign-changes-no-stream.mbox", "Takeout/Mail/All mail.mbox")
    journal = folder / "journal.mbox"
    days = [time.gmtime(1_767_261_600 + number * 86_400) for number in range(40)]
    journal.write_text("".join(
        JOURNAL.format(number=number, day=time.strftime("%a %b %d %H:%M:%S %Y", day), date=time.strftime("%a, %d %b %Y %H:%M:%S +0000", day))
        for number, day in enumerate(days)))
    damaged = folder / "damaged.mbox"
    damaged.write_bytes(b"From x@y.example Thu Jan  1 00:00:00 2026\nSubject: nobody wrote this\n\nx\n\n" + messages[0])
    return [str(shard) for shard in [*shards, facts, *halves, maildir, archive, journal, damaged]]


class Cluster:
    """A standalone master and two workers on the loopback address."""

    def __init__(self, folder):
        self.folder = folder
        self.environment = {**os.environ, "SPARK_HOME": str(SPARK), "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable,
                            "SPARK_NO_DAEMONIZE": "1", "SPARK_WORKER_OPTS": "", "SPARK_CONF_DIR": str(folder)}
        (folder / "spark-defaults.conf").write_text(
            "spark.ui.enabled false\nspark.ui.showConsoleProgress false\nspark.driver.host 127.0.0.1\n"
            "spark.driver.bindAddress 127.0.0.1\n"
            "spark.executor.memory 512m\nspark.sql.shuffle.partitions 4\n")
        self.started = []
        master = self.begin("master", "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0")
        self.url = self.wait_for(master, r"Starting Spark master at (spark://\S+)")
        self.workers = []
        for number in (1, 2):
            log = self.begin(f"worker-{number}", "org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "--webui-port", "0",
                             "--cores", "1", "--memory", "1g", "--work-dir", str(folder / f"work-{number}"), self.url)
            self.workers.append(self.started[-1])
            self.wait_for(log, "Successfully registered with master (.*)")

    def begin(self, name, *words):
        log = self.folder / f"{name}.log"
        with open(log, "wb") as out:
            self.started.append(subprocess.Popen([str(SPARK / "bin" / "spark-class"), *words], stdout=out, stderr=out,
                                                 env=self.environment, start_new_session=True))
        return log

    def wait_for(self, log, pattern):
        for _ in range(1200):
            if found := re.search(pattern, log.read_text(errors="replace")):
                return found.group(1)
            time.sleep(0.1)
        raise SystemExit(f"{log.name} does not say {pattern!r}:\n{log.read_text(errors='replace')[-2000:]}")

    def end(self, process):
        """A process that was started here, with all that it started."""
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.started:
            self.end(process)

    def run(self, *options):
        return subprocess.Popen([*JOB, "--master", self.url, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env=self.environment)


def said(process):
    """What a job says itself, and its status. (Java's own warnings begin with a date or with WARN.)"""
    _, errors = process.communicate(timeout=900)
    lines = [line for line in errors.splitlines() if re.match(r"error: |hint: |  |[\d,]+ ", line)]
    return process.returncode, "\n".join(lines), errors


def same(one, other):
    first, second = Path(one).read_bytes(), Path(other).read_bytes()
    if first != second:
        pairs = zip(first.splitlines(), second.splitlines())
        differing = next((pair for pair in pairs if pair[0] != pair[1]), (len(first), len(second)))
        raise SystemExit(f"{one} and {other} differ: {differing}")


def expect(condition, what):
    if not condition:
        raise SystemExit(what)


def main(program, folder):
    folder = Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shards = make_shards(program, folder)
    names = folder / "shards.txt"
    names.write_text("".join(f"{shard}\n" for shard in shards))
    alone = subprocess.run([program, "check", "--no-config", *OPTIONS, "--output", folder / "alone.csv", "--messages", folder / "alone-messages.csv",
                            *shards], capture_output=True, text=True)
    expect(alone.returncode == 0, alone.stderr)
    with Cluster(folder) as cluster:
        common = ["--shards", str(names), *OPTIONS]
        together(cluster, program, folder, common, alone)
        mistakes(cluster, program, folder, common)
        facts_that_end_early(cluster, program, folder, common)
        with_a_worker_killed(cluster, program, folder, common)
    print("twelve shards on two workers, whole and with one killed: the bytes of one machine")


def together(cluster, program, folder, common, alone):
    status, told, errors = said(cluster.run(*common, "--program", program, "--output", str(folder / "all.csv"),
                                            "--messages", str(folder / "all-messages.csv")))
    expect(status == 0, errors)
    same(folder / "all.csv", folder / "alone.csv")
    same(folder / "all-messages.csv", folder / "alone-messages.csv")
    counts = re.search(r"^([\d,]+) messages read from .*?: (.*)$", alone.stderr, re.M).groups()
    expect(f"{counts[0]} messages read from 12 shards: {counts[1]}" in told, f"{told}\n{alone.stderr}")
    flagged = re.search(r"^\d+ of \d+ senders? flagged \([^)]*\)", alone.stderr, re.M).group(0)
    expect(flagged in told, f"{told}\n{alone.stderr}")


def mistakes(cluster, program, folder, common):
    nothing_is_lost(cluster, folder, common)
    report = folder / "report.csv"
    missing = folder / "missing.txt"
    missing.write_text(f"{SHOP}\n{folder / 'nowhere.mbox'}\n")
    status, told, errors = said(cluster.run("--shards", str(missing), "--timezone", "UTC", "--program", program, "--output", str(report)))
    expect(status == 2 and "nowhere.mbox" in told and report.exists(), f"{status}: {errors}")
    report.unlink()
    status, told, errors = said(cluster.run(*common, "--program", str(folder / "no-program"), "--output", str(report)))
    expect(status == 2 and "no-program" in told and "--program" in told and not report.exists(), f"{status}: {errors}")
    ledger = str(folder / "no-ledger.csv")
    status, told, errors = said(cluster.run(*common, "--consent", ledger, "--program", program, "--output", str(report)))
    expect(status == 2 and "no-ledger.csv" in told and not report.exists(), f"{status}: {errors}")


def nothing_is_lost(cluster, folder, common):
    """Refused before anything is read: an output that is an input or another output, or that would replace another file."""
    consent = Path(shutil.copy(OPTIONS[-1], folder / "consent.csv"))
    listing = folder / "alone-messages.csv"
    for outputs, words in [
        (["--output", consent], "consent.csv"),
        (["--output", folder / "a.csv", "--messages", consent], "consent.csv"),
        (["--output", listing], "alone-messages.csv"),
        (["--output", folder / "a.csv", "--messages", folder / "." / "a.csv"], "--messages"),
        (["--output", folder / "odd.mbox"], "odd.mbox"),
    ]:
        before = {path: path.read_bytes() for path in (consent, listing, folder / "odd.mbox")}
        status, told, errors = said(cluster.run(*common, *map(str, outputs)))
        expect(status == 2 and words in told, f"{outputs}: {status}: {errors}")
        expect(all(path.read_bytes() == content for path, content in before.items()), f"{outputs}: a file was changed")


def facts_that_end_early(cluster, program, folder, common):
    """A program that is killed after it wrote facts may have had more to write: an error, never a report over half a mailbox."""
    dying = folder / "dying-program"
    dying.write_text(f'#!/bin/sh\nfor last; do :; done\nif [ "$1" = facts ] && [ "$last" != - ]; then\n'
                     f'  "{program}" "$@"\n  kill -9 $$\nfi\nexec "{program}" "$@"\n')
    dying.chmod(0o755)
    status, told, errors = said(cluster.run(*common, "--program", str(dying), "--output", str(folder / "half.csv")))
    expect(status == 2 and not (folder / "half.csv").exists(), f"{status}: {errors}")
    expect("facts" in told, told)


def with_a_worker_killed(cluster, program, folder, common):
    """The worker is killed once facts were judged somewhere: then both its facts and its part of the judging are gone."""
    slow, begun = folder / "slow-program", folder / "begun"
    slow.write_text(f'#!/bin/sh\nif [ "$1" = check ]; then : > "{begun}"; sleep 3; fi\nexec "{program}" "$@"\n')
    slow.chmod(0o755)
    job = cluster.run(*common, "--program", str(slow), "--output", str(folder / "again.csv"), "--messages", str(folder / "again-messages.csv"))
    while not begun.exists() and job.poll() is None:
        time.sleep(0.05)
    expect(job.poll() is None, "the job was done before a worker could be killed")
    cluster.end(cluster.workers[0])
    status, _, errors = said(job)
    expect(status == 0, errors)
    lost = [line for line in (folder / "master.log").read_text(errors="replace").splitlines() if re.search(r"[Rr]emov\w* worker|disassociated|Lost", line)]
    expect(lost or "Lost" in errors, "nobody noticed that the worker is gone")
    print(lost[0] if lost else next(line for line in errors.splitlines() if "Lost" in line))
    same(folder / "again.csv", folder / "alone.csv")
    same(folder / "again-messages.csv", folder / "alone-messages.csv")


if __name__ == "__main__":
    main(*sys.argv[1:])
