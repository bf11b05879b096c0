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
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyspark

ROOT = Path(__file__).resolve().parent.parent.parent
CASES = ROOT / "fixtures" / "cases"
JOB = ROOT / "cluster" / "mailfatigue_spark.py"
SPARK = Path(pyspark.__file__).parent
WHOLE = ["a-consent-list-is-held-against-every-message", "a-list-with-one-author-turns-into-a-talk",
         "a-weekly-letter-that-turns-daily-shows-since-when", "a-wish-in-ones-own-words-is-an-opt-out"]
SHOP = CASES / "a-shop-mails-every-day-though-no-box-was-ticked.mbox"
# Java starts soonest without its second compiler.
QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
OWNER = ["--owner", "robin@home.example"]
OPTIONS = ["--timezone", "Europe/London", *OWNER, "--consent",
           str(CASES / "a-consent-list-is-held-against-every-message.consent.csv")]
# Over all senders to a customer: rows of their own, which no count of pairs has.
PRESSURE = """
[[rule]]
verdict = "too-much"
flag = true
across = "all"
messages = 7
window = 7
"""
# A message that can't be used.
NOBODYS = b"From x@y.example Thu Jan  1 00:00:00 2026\nSubject: nobody wrote this\n\nx\n\n"
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
Bcc: another@home.example

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


# Senders without a domain, whose names a report shows with an apostrophe, or not in full.
ODD_SENDERS = ["=1+1", "'=quoted", "\u200bzeta", '"a ""b"", c\\"', "alpha"]
OFFER = """From MAILER-DAEMON Thu Jan {day:2} 08:00:00 2026
Delivered-To: robin@home.example
Date: {day} Jan 2026 07:59:00 +0000
From: {sender}
To: robin@home.example
Subject: 20% off everything, only today
Message-ID: <offer-{day}-{number}@firm.example>
List-Unsubscribe: <https://firm.example/leave>

20% off everything, only today. Shop now: https://firm.example/shop
Unsubscribe: https://firm.example/leave

"""
WISH = """From {customer} Thu Jan  1 00:00:00 2026
From: {customer}
To: leave@shop.example
Date: Thu, 01 Jan 2026 00:00:00 +0000
Subject: unsubscribe
Message-ID: <wish.{customer}>

Please take me off your list.

"""


def make_shards(program, folder):
    """Twelve shards. What belongs together (a request and its confirmation, an opt-out and later mail, copies) is in several."""
    shards = [shutil.copy(CASES / f"{name}.mbox", folder) for name in WHOLE]
    facts = folder / "kept.parquet"
    subprocess.run([program, "facts", "--no-config", "--quiet", *OWNER, "--output", facts, shards.pop()], check=True)
    messages = re.split(rb"(?m)^(?=From \S+ )", SHOP.read_bytes())[1:]
    # Mailboxes of one name, with a message each: only the shard says that these are two.
    days = [folder / f"today-{number}.parquet" for number in range(2)]
    for number, day in enumerate(days):
        (folder / "today.mbox").write_text(OFFER.format(day=1 + number, number=0, sender="Firm <offers@firm.example>"))
        subprocess.run([program, "facts", "--no-config", "--quiet", *OWNER, "--output", day, folder / "today.mbox"], check=True)
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
    dates = [time.gmtime(1_767_261_600 + number * 86_400) for number in range(40)]
    journal.write_text("".join(
        JOURNAL.format(number=number, day=time.strftime("%a %b %d %H:%M:%S %Y", day), date=time.strftime("%a, %d %b %Y %H:%M:%S +0000", day))
        for number, day in enumerate(dates)))
    odds = folder / "odds"
    odds.mkdir()
    offers = "".join(OFFER.format(day=4, number=number, sender=sender) for number, sender in enumerate(ODD_SENDERS))
    (odds / "damaged.mbox").write_bytes(NOBODYS + offers.encode() + messages[0])
    # Most of these customers have no mail in any shard, so that parts may have nothing but what they wrote.
    (odds / "Sent").write_text("".join(WISH.format(customer=f"customer{number}@home.example") for number in range(8)))
    return [str(shard) for shard in [*shards, facts, *days, *halves, maildir, archive, journal, odds]]


class Cluster:
    """A standalone master and workers on the loopback address. Each has room for two jobs, and a job takes one core of each."""

    def __init__(self, folder, workers=2, java=QUICK, settings=""):
        self.folder = folder
        self.environment = {**os.environ, "SPARK_HOME": str(SPARK), "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable,
                            "SPARK_NO_DAEMONIZE": "1", "SPARK_WORKER_OPTS": "", "SPARK_CONF_DIR": str(folder), "SPARK_DAEMON_JAVA_OPTS": QUICK}
        # No job begins before all workers are there.
        (folder / "spark-defaults.conf").write_text(
            "spark.ui.enabled false\nspark.driver.host 127.0.0.1\n"
            f"spark.driver.bindAddress 127.0.0.1\nspark.cores.max {workers}\nspark.scheduler.minRegisteredResourcesRatio 1\n"
            "spark.executor.memory 512m\nspark.sql.shuffle.partitions 4\n"
            f"spark.driver.extraJavaOptions {java}\nspark.executor.extraJavaOptions {java}\n{settings}")
        self.started = []
        master = self.begin("master", "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0")
        self.url = self.wait_for(master, r"Starting Spark master at (spark://\S+)")
        self.workers = []
        for number in range(1, workers + 1):
            log = self.begin(f"worker-{number}", "org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "--webui-port", "0",
                             "--cores", "2", "--memory", "2g", "--work-dir", str(self.home(number)), self.url)
            self.workers.append(self.started[-1])
            self.wait_for(log, "Successfully registered with master (.*)")

    def home(self, number):
        """A worker's folder: its programs run two folders below, so that `../../NAME` is a file of that worker alone."""
        home = self.folder / f"work-{number}"
        home.mkdir(exist_ok=True)
        return home

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

    def begin_job(self, *options, before=(sys.executable,), **environment):
        command = [*before, str(JOB), "--master", self.url, *map(str, options)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**self.environment, **environment})

    def run(self, *options, **more):
        return said(self.begin_job(*options, **more))

    def refuses(self, *jobs):
        """Each job ends with status 2 and says its words; nothing is written. A job is its words, its options and, perhaps, its
        environment. Java takes seconds to start: two jobs run at a time."""
        with ThreadPoolExecutor(2) as threads:
            for refused in [threads.submit(self.refuses_one, number, *job) for number, job in enumerate(jobs)]:
                refused.result()

    def refuses_one(self, number, words, options, environment=None):
        report = self.folder / f"refused-{number}.csv"
        status, told, errors = self.run("--output", report, *options, **(environment or {}))
        expect(status == 2 and all(word in told for word in words), f"{options}: {status}: {told}\n{errors}")
        expect(not report.exists(), f"{options}: a report was written")


def said(process):
    """What a job says itself (on standard output where spark-submit starts it), and its status. Java's own warnings begin with a
    date or with WARN."""
    errors, _ = process.communicate(timeout=3600)
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


def script(path, *lines):
    """A program of a few lines of shell."""
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)
    return path


def main(program, folder):
    program, folder = Path(program).resolve(), Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shards = make_shards(program, folder)
    names = folder / "shards.txt"
    names.write_text("".join(f"{shard}\n" for shard in shards))
    policy = folder / "policy.toml"
    policy.write_text(subprocess.run([program, "policy"], capture_output=True, check=True, text=True).stdout + PRESSURE)
    alone = on_one_machine(program, [*OPTIONS, "--policy", policy], folder / "alone.csv", ["--messages", folder / "alone-messages.csv", *shards])
    expect(alone.returncode == 0, alone.stderr)
    common = ["--shards", names, *OPTIONS, "--policy", policy]
    with Cluster(folder) as cluster:
        together(cluster, program, folder, common, alone)
        refused_before_anything_is_read(cluster, program, folder, common)
        shards_that_give_no_mail(cluster, program, folder)
        unlike_workers(cluster, program, folder, common)
        a_shard_a_day(cluster, program, folder)
        with_a_worker_killed(cluster, program, folder, common)
    print("twelve shards on two workers, whole and with one killed: the bytes of one machine")


def on_one_machine(program, options, report, more):
    return subprocess.run([program, "check", "--no-config", *options, "--output", report, *more], capture_output=True, text=True)


def together(cluster, program, folder, common, alone):
    """By spark-submit, which ships the program to the workers."""
    submit = [SPARK / "bin" / "spark-submit", "--master", cluster.url, "--files", program]
    status, told, errors = cluster.run(*common, "--program", f"./{program.name}", "--output", folder / "all.csv",
                                       "--messages", folder / "all-messages.csv", "--partitions", 12, before=submit)
    expect(status == 0, errors)
    same(folder / "all.csv", folder / "alone.csv")
    same(folder / "all-messages.csv", folder / "alone-messages.csv")
    expect((folder / "all.csv").stat().st_mode == (folder / "alone.csv").stat().st_mode, "others may read the report")
    counts = re.search(r"^([\d,]+) messages read from .*?: (.*)$", alone.stderr, re.M).groups()
    expect(f"{counts[0]} messages read from 12 shards: {counts[1]}" in told, f"{told}\n{alone.stderr}")
    flagged = re.search(r"^\d+ of \d+ senders? flagged \([^)]*\)", alone.stderr, re.M).group(0)
    expect(flagged in told, f"{told}\n{alone.stderr}")


def refused_before_anything_is_read(cluster, program, folder, common):
    """Lists of shards and options that are wrong, and outputs that would cost a file."""
    twice, none, lacking = folder / "twice.txt", folder / "none.txt", folder / "lacking"
    twice.write_text(f"{SHOP}\n{SHOP.parent}/./{SHOP.name}\n")
    none.write_text("\n")
    lacking.mkdir()
    (lacking / "pyarrow.py").write_text("raise ModuleNotFoundError(\"No module named 'pyarrow'\", name='pyarrow')\n")
    consent = Path(shutil.copy(OPTIONS[-1], folder / "consent.csv"))
    listing, odd = folder / "alone-messages.csv", folder / "odd.mbox"
    before = {path: path.read_bytes() for path in (consent, listing, odd)}
    cluster.refuses(
        (["twice", SHOP.name], ["--timezone", "UTC", "--shards", twice]),
        (["names no shard"], ["--timezone", "UTC", "--shards", none]),
        (["this Python lacks pyarrow"], common, {"PYTHONPATH": str(lacking)}),
        (["`--html`", "cluster"], [*common, "--html", "page.html"]),
        ([SHOP.name, "cluster"], [*common, SHOP]),
        (["Nowhere/City"], [*common, "--timezone", "Nowhere/City", "--program", program]),
        (["consent.csv"], [*common, "--output", consent]),
        (["consent.csv"], [*common, "--consent", f"shop.example={consent}", "--messages", consent]),
        (["alone-messages.csv"], [*common, "--output", listing]),
        (["--messages"], [*common, "--output", folder / "both.csv", "--messages", folder / "." / "both.csv"]),
        (["odd.mbox"], [*common, "--messages", odd]),
        (["/dev/null"], [*common, "--output", "/dev/null"]),
    )
    expect(not (folder / "both.csv").exists(), "a report was written")
    expect(all(path.read_bytes() == content for path, content in before.items()), "a file was changed")
    unwritable = f"import mailfatigue_spark as job\ntry: job.write_all([({str(folder / 'gone' / 'x.csv')!r}, '', None)])\nexcept job.Trouble as error: print(error)"
    told = subprocess.run([sys.executable, "-c", unwritable], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(JOB.parent)}).stdout
    expect("x.csv`: can't be written" in told, f"a disk that is full while the report is written: {told}")


def shards_that_give_no_mail(cluster, program, folder):
    """A shard without mail is no error. One that can't be read, here or only on some worker, is named, and the rest counts."""
    (folder / "empty.mbox").write_bytes(b"")
    (folder / "folder").mkdir()
    messages = re.split(rb"(?m)^(?=From \S+ )", SHOP.read_bytes())[1:]
    nobodys = folder / "nobodys.mbox"
    nobodys.write_bytes(NOBODYS)
    # Two on one worker, two on the other: whoever takes turns has not all where they are.
    here_and_there = [cluster.home(1 + number // 2 % 2) / f"{number}.mbox" for number in range(8)]
    for number, shard in enumerate(here_and_there):
        shard.write_bytes(b"".join(messages[number::8]))
    names = folder / "some.txt"
    plain = [folder / "empty.mbox", nobodys, folder / "folder", folder / "nowhere.mbox", folder / "even.mbox"]
    names.write_text("".join(f"{shard}\n" for shard in plain) + "".join(f"../../{shard.name}\n" for shard in here_and_there))
    options = ["--timezone", "UTC", *OWNER]
    no_mail = folder / "no-mail.txt"
    no_mail.write_text(f"{plain[0]}\n{plain[1]}\n")
    with ThreadPoolExecutor(1) as thread:
        some = thread.submit(cluster.run, "--shards", names, *options, "--program", program, "--output", folder / "some.csv")
        cluster.refuses((["no shard contains a message"], ["--shards", no_mail, *options, "--program", program]))
    status, told, errors = some.result()
    expect(status == 2, f"{status}: {errors}")
    named = set(re.findall(r"^error: `(.*?)`: .* \(on \S+\)$", told, re.M))
    missing = {f"../../{shard.name}" for shard in here_and_there} & named
    expect(missing and named == missing | {str(folder / "nowhere.mbox"), str(folder / "folder")}, told)
    expect("1 unusable" in told, told)
    rest = [shard for shard in [*plain, *here_and_there] if not named & {str(shard), f"../../{shard.name}"}]
    expect(on_one_machine(program, options, folder / "rest.csv", rest).returncode == 0, "the rest can't be read")
    same(folder / "some.csv", folder / "rest.csv")


def unlike_workers(cluster, program, folder, common):
    """What only some workers have, or have differently, is an error that names it. (Spark is not to try again: it might succeed.) A
    program that is killed after it wrote facts is an error, too: it may have had more to write, and half a mailbox is no report."""
    once = {"PYSPARK_SUBMIT_ARGS": "--conf spark.task.maxFailures=1 pyspark-shell"}
    dying = script(folder / "dying-program", "for last; do :; done", 'case "$1 $last" in "facts -") ;; "facts "*)',
                   f'  "{program}" "$@"; kill -9 $$ ;; esac', f'exec "{program}" "$@"')
    for name in ("mailfatigue", "program"):
        (cluster.home(1) / name).symlink_to(program)
    script(cluster.home(2) / "mailfatigue", 'if [ "$1" = --version ]; then echo mailfatigue 9.9.9; exit; fi', f'exec "{program}" "$@"')
    version = subprocess.run([program, "--version"], capture_output=True, text=True).stdout.strip()
    shutil.copy(OPTIONS[-1], cluster.home(1) / "ledger.csv")
    python = script(folder / "python", f'case "$PWD" in */work-2/*) export PYTHONPATH="{folder}/lacking:$PYTHONPATH";; esac',
                    f'exec "{sys.executable}" "$@"')
    cluster.refuses(
        ([version, "mailfatigue 9.9.9", "--files"], [*common, "--program", "../../mailfatigue"], once),
        (["`../../program` can't be run on", "--program"], [*common, "--program", "../../program"], once),
        (["`../../ledger.csv`", "(on "], [*common, "--consent", "../../ledger.csv", "--program", program], once),
        (["the Python of a worker lacks pyarrow", "PYSPARK_PYTHON"], [*common, "--program", program], {**once, "PYSPARK_PYTHON": str(python)}),
        (["facts", "status -9"], [*common, "--program", dying]),
    )


def a_shard_a_day(cluster, program, folder):
    """The README's commands, over some nights: what the job says of facts is what one machine says of the mail."""
    here = folder / "nights"
    for name in ("bin", "mail", "facts"):
        (here / name).mkdir(parents=True)
    (here / "cluster").symlink_to(JOB.parent)
    (here / "bin" / "mailfatigue").symlink_to(program)
    environment = {**cluster.environment, "PATH": f"{here / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}", "XDG_CONFIG_HOME": str(here)}
    readme = (ROOT / "README.md").read_text()
    each_night, judged = (re.search(rf"<!-- {mark} -->\n```sh\n(.*?)```", readme, re.S).group(1)
                          for mark in ("a shard a day", "a shard a day, judged on a cluster"))
    for day in range(20, 25):
        (here / "mail" / f"2026-01-{day}.mbox").write_text(OFFER.format(day=day, number=0, sender="Firm <offers@firm.example>"))
        subprocess.run(["sh", "-ec", each_night.replace("2026-11-26", f"2026-01-{day}")], cwd=here, env=environment, check=True)
    run = subprocess.run(["sh", "-ec", judged.replace("spark://127.0.0.1:7077", cluster.url)], cwd=here, env=environment,
                         capture_output=True, text=True)
    expect(run.returncode == 0 and "5 messages read from 5 shards: 5 marketing" in run.stderr, run.stderr)
    mail = sorted(path.relative_to(here) for path in (here / "mail").iterdir())
    alone = subprocess.run([program, "check", "--no-config", "-q", "--timezone", "Europe/London", "--messages", "one-messages.csv", "-o", "one.csv",
                            *mail], cwd=here)
    expect(alone.returncode == 0, "the mail can't be read")
    same(here / "report.csv", here / "one.csv")
    same(here / "messages.csv", here / "one-messages.csv")


def with_a_worker_killed(cluster, program, folder, common):
    """The worker is killed once facts were judged somewhere: then both its facts and its part of the judging are gone."""
    begun = folder / "begun"
    earlier = Path(shutil.copy(folder / "all.csv", folder / "again.csv"))
    earlier.chmod(0o640)
    slow = script(folder / "slow-program", 'case "$*" in check*--as-of=*)', f'  : > "{begun}"; sleep 3 ;; esac', f'exec "{program}" "$@"')
    job = cluster.begin_job(*common, "-q", "--program", slow, "--output", folder / "again.csv", "--messages", folder / "again-messages.csv")
    while not begun.exists() and job.poll() is None:
        time.sleep(0.05)
    expect(job.poll() is None, "the job was done before a worker could be killed")
    before = (folder / "master.log").stat().st_size
    cluster.end(cluster.workers[0])
    status, told, errors = said(job)
    expect(status == 0 and told == "", errors)
    lost = [line for log in ((folder / "master.log").read_bytes()[before:].decode(errors="replace"), errors) for line in log.splitlines()
            if re.search(r"removing it|Lost executor", line)]
    expect(lost, "nobody noticed that the worker is gone")
    print(*lost, sep="\n")
    same(folder / "again.csv", folder / "alone.csv")
    same(folder / "again-messages.csv", folder / "alone-messages.csv")
    expect(earlier.stat().st_mode & 0o777 == 0o640, "the report has another mode than the one before")
    expect(not list(folder.glob(".mailfatigue-*")), "something was left over")


if __name__ == "__main__":
    main(*sys.argv[1:])
