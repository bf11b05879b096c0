#!/usr/bin/env python3
"""`mailfatigue check` over many mailboxes on Apache Spark: the same report and list of messages as on one machine.

Each shard (a mailbox) becomes facts on a worker (`mailfatigue facts`). Spark brings the facts together by customer and sorts
them; each part of the customers is judged on a worker (`mailfatigue check -`), one customer at a time; the rows of all parts
are sorted and written here. Shards, and the files that options name, must have the same paths on all workers.
"""

import argparse
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, suppress
from itertools import chain, islice, repeat
from socket import gethostname

try:
    import pandas  # which Spark asks for
    import pyarrow as pa
    import pyarrow.compute as pc
    from py4j.protocol import Py4JJavaError
    from pyspark import StorageLevel
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession, functions as f
    from pyspark.sql.pandas.types import from_arrow_schema
except ImportError as missing:
    print(f"error: this Python lacks {missing.name}\nhint: install pyspark, pyarrow and pandas, here and on every worker", file=sys.stderr)
    sys.exit(2)

# Options of `check` that are handed on, with their values. Its others write further files, or change the form of the report.
HANDED_ON = {"--owner": "ADDRESS", "--keep-tags": None, "--rules": "FILE", "--brands": "FILE", "--consent": "[NAME=]FILE",
             "--consent-sender": "NAME", "--consent-as-of": "DATE", "--consent-dates": "ORDER", "--consent-format": "NAME",
             "--consent-map": "FILE", "--skip-bad-rows": None, "--policy": "FILE", "--since": "DATE", "--until": "DATE",
             "--as-of": "DATE", "--count-mixed": None, "--include-spam": None, "--include-unverified": None}
SHAPING = ["--owner", "--keep-tags", "--rules", "--brands"]  # those that `facts` has, too
# What a message is counted under (`counted_as`), in the order of the summary, and the words there.
IN_SUMMARY = {"marketing": "marketing", "other": "other", "owner": "by the owner", "duplicate": "duplicates", "spam": "spam or unverified",
              "unverified": "spam or unverified", "undated": "undated", "outside": "outside the period", "draft": "drafts or chats",
              "unusable": "unusable"}
# A message to several customers is counted once, under the first of these that any of them has.
FIRST_OF = [*(word for word in IN_SUMMARY if word != "duplicate"), "duplicate"]
FIRST_TIME, TWO_DAYS = 631_152_000, 172_800  # a message's time is believed from 1990 to two days after the run
# The rows of facts that the list of messages has.
LISTED = ["message", "unusable"]
SHARD_BITS = 40  # a message's number among all has that of its shard above these, and below them that in its shard
SAMPLE = b"From a@example.com Thu Jan  1 00:00:00 2026\nFrom: a@example.com\nTo: b@example.com\n\n"  # a mailbox
ROWS_AT_ONCE = 4_096


class Trouble(Exception):
    """Something that could not be done, in the words of an error message."""

    def __init__(self, what, hint):
        super().__init__(f"error: {what}\nhint: {hint}")


def main():
    options = arguments()
    shards = shards_of(options.shards)
    must_cost_no_file(options, shards)
    # Spark's progress bar would run through what is said here.
    shows = str(sys.stderr.isatty()).lower()
    with SparkSession.builder.appName("mailfatigue").master(options.master).config("spark.ui.showConsoleProgress", shows).getOrCreate() as spark:
        return run(spark, options, shards)


def run(spark, options, shards):
    common = ["--no-config", "--quiet", "--threads=1"]
    shaping = [word for word in options.given if word.split("=")[0] in SHAPING]
    to_facts = [options.program, "facts", *common, "--allow-empty", "--output=-", *shaping]
    to_rows = [options.program, "check", "-", *common, "--all", f"--timezone={options.timezone}", *options.given]
    tried = "version string, schema binary, report string, messages string"
    version, schema, *headers = spark.range(0, 1, 1, 1).mapInArrow(lambda _: try_program(to_facts, to_rows), tried).first()
    schema = pa.ipc.read_schema(pa.py_buffer(bytes(schema)))
    # Each shard is read by a task of its own.
    paths = spark.createDataFrame(spark.sparkContext.parallelize(list(enumerate(shards)), len(shards)), "number long, path string")
    facts = (paths.mapInArrow(lambda batches: read_shards(to_facts, version, schema, batches), from_arrow_schema(schema))
             .persist(StorageLevel.DISK_ONLY))
    unread = facts.where("row = 'unread'").orderBy("message").collect()
    for row in unread:
        print(row.note, file=sys.stderr)
    newest, somebody = newest_day(spark, facts, options.timezone)
    if somebody is None:
        raise Trouble("no shard contains a message that can be used", "see whether these are the right ones; nothing was written")
    given = dict(word.split("=", 1) for word in options.given if "=" in word)
    if newest and "--as-of" not in given:
        to_rows.append(f"--as-of={min(str(newest), given.get('--until', str(newest)))}")
    parts = options.partitions or spark.sparkContext.defaultParallelism * 2
    rows = judge_all(facts, somebody, parts, to_rows, version, schema)
    report, messages = cells(rows.where("message IS NULL"), headers[0]), cells(rows.where("message IS NOT NULL"), headers[1])
    shown = report if options.all else report.where("int(marketing_messages) > 0")
    listed = messages if options.all else messages.where("counted_as = 'marketing'")
    most = [f.coalesce(f.col(name).cast("int"), f.lit(0)).desc() for name in ("unconsented_peak_days", "peak_days", "marketing_messages")]
    files = [(options.output, headers[0], shown.orderBy(f.desc("flagged"), *most, "sender", "customer")),
             (options.messages, headers[1], listed.orderBy("message", "customer"))]
    write_all([file for file in files if file[0]])
    if not options.quiet:
        summary(len(shards), report, messages)
    return 2 if unread else int(options.fail_on_flagged and not shown.where("flagged = 'yes'").isEmpty())


def newest_day(spark, facts, timezone):
    """The local date of the newest message, and some customer."""
    spark.conf.set("spark.sql.session.timeZone", timezone)
    latest = int(time.time()) + TWO_DAYS
    # The first that is believed, in the order of the columns.
    times = (f.when(f.col(name).between(FIRST_TIME, latest), f.col(name)) for name in facts.columns if name.startswith("time_"))
    return facts.where("row = 'message'").agg(f.to_date(f.timestamp_seconds(f.max(f.coalesce(*times)))), f.min("customer")).first()


def judge_all(facts, somebody, parts, command, version, schema):
    """The lines of both outputs, judged in parts that have all mail of some customers each; a line of the list of messages
    with the message's number."""
    # Every customer's mail is judged by the addresses that owners blocked.
    blocked = facts.where("row = 'blocked'").toArrow().cast(schema).to_batches()
    # A message that can't be used is nobody's: it goes where some customer's mail is, to have its row in the list.
    return (facts.where("row IN ('message', 'written', 'unusable')").repartition(parts, f.coalesce("customer", f.lit(somebody)))
            .sortWithinPartitions("customer", "message", "row")
            .mapInArrow(lambda batches: judge(command, version, schema, blocked, batches), "line string, message long")
            .persist(StorageLevel.DISK_ONLY))


# On workers.

def try_program(to_facts, to_rows):
    """The program's version, the schema of facts with what shaped them, and the headers of both outputs: what is wrong with
    the options shows before any shard is read."""
    version = version_of(to_facts[0])
    made = subprocess.run([*to_facts, "-"], input=SAMPLE, capture_output=True)
    if made.returncode != 0:
        raise ended(to_facts, made.returncode, io.BytesIO(made.stderr))
    facts = pa.ipc.open_stream(made.stdout)
    with tempfile.TemporaryDirectory() as folder:
        report, messages = (file.readline() for file in check(to_rows, facts.schema, facts, folder))
    found = {"version": version, "schema": facts.schema.serialize().to_pybytes(), "report": report, "messages": messages}
    yield pa.RecordBatch.from_pylist([found])


def version_of(program, elsewhere=None):
    """The version of the program, which must be the same on every worker."""
    try:
        version = subprocess.run([program, "--version"], stdout=subprocess.PIPE, text=True).stdout.strip()
    except OSError as error:
        raise Trouble(f"`{program}` can't be run on {gethostname()}: {error.strerror}",
                      "install mailfatigue on every worker, or say with --program where it is")
    if elsewhere not in (None, version):
        raise Trouble(f"`{program}` on {gethostname()} is {version}, on another worker {elsewhere}",
                      "put the same program on every worker, or ship it with --files")
    return version


def ended(command, status, said):
    """Why the program did not do its work: in its own words, where it left any, with the worker's name."""
    said.seek(0)
    what, *more = said.read().decode("utf-8", "replace").strip().split("\n")
    what = what or f"error: `{command[0]} {command[1]}` ended with status {status}"
    return RuntimeError("\n".join([f"{what} (on {gethostname()})", *more]))


def read_shards(command, version, schema, batches):
    """Shards (number, path) to rows of facts. Their messages have numbers that no other shard's have."""
    version_of(command[0], version)
    at = schema.get_field_index("message")
    for shard in chain.from_iterable(batch.to_pylist() for batch in batches):
        for rows in facts_of(command, shard["path"], schema):
            yield rows.set_column(at, schema.field(at), pc.add(rows.column(at), shard["number"] << SHARD_BITS))


def facts_of(command, path, schema):
    """The facts of a mailbox. Where something in it can't be read, a row `unread` says what."""
    with tempfile.TemporaryFile() as said, subprocess.Popen([*command, path], stdout=subprocess.PIPE, stderr=said) as process:
        is_whole = False
        with process.stdout, suppress(pa.ArrowInvalid):
            stream = pa.ipc.open_stream(process.stdout)
            if stream.schema.metadata != schema.metadata:
                raise Trouble(f"a file of --rules or --brands on {gethostname()} differs from another worker's", "put the same files on every worker")
            yield from stream
            is_whole = True
        # A stream may end between two batches as if it were whole, so the status counts: 2 says that something could not be
        # read. Anything else is for Spark to repeat.
        status = process.wait()
        if not is_whole or status not in (0, 2):
            raise ended(command, status, said)
        if status == 2:
            yield pa.RecordBatch.from_pylist([{"row": "unread", "message": 0, "note": str(ended(command, status, said))}], schema)


def judge(command, version, schema, blocked, batches):
    """Facts sorted by customer and message to lines of both outputs."""
    version_of(command[0], version)
    schema = schema.with_metadata({**schema.metadata, b"mailfatigue.sorted-by": b"customer"})
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile("w+") as numbers:
        facts = chain(blocked, noted((batch.cast(schema) for batch in batches), numbers))
        try:
            report, messages = check(command, schema, facts, folder)
        except RuntimeError:
            for _ in facts:
                pass  # Those that were not judged are noted, too.
            if numbers.tell() > 0:
                raise
            return  # Nobody's mail is here, though what somebody wrote may be.
        numbers.seek(0)
        next(report), next(messages)  # the headers
        rows = chain(zip(report, repeat(None)), zip(messages, map(int, numbers), strict=True))
        while some := list(islice(rows, ROWS_AT_ONCE)):
            lines, messages_of = zip(*some)
            yield pa.record_batch([pa.array(lines, pa.string()), pa.array(messages_of, pa.int64())], ["line", "message"])


def noted(facts, numbers):
    """Notes the number of each row that the list of messages will have, in its order."""
    for rows in facts:
        listed = rows.filter(pc.is_in(rows.column("row"), pa.array(LISTED)))
        numbers.writelines(f"{number}\n" for number in listed.column("message").to_pylist())
        yield rows


def check(command, schema, facts, folder):
    """Judges facts as they come; returns the report and the list of messages, as open files."""
    report, messages = (os.path.join(folder, name) for name in ("report.csv", "messages.csv"))
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen([*command, "--output", report, "--messages", messages], stdin=subprocess.PIPE, stderr=said)
        try:
            with process.stdin, pa.ipc.new_stream(process.stdin, schema) as stream:
                for rows in facts:
                    stream.write_batch(rows)
        except BrokenPipeError:
            pass  # It ended early, and says why.
        if process.wait() != 0:
            raise ended(command, process.returncode, said)
    # A line is a row: no cell has a line end, since `check` takes them out.
    return [open(path, encoding="utf-8", newline="\n") for path in (report, messages)]


# On the driver.

def cells(lines, header):
    """Lines of an output with their cells, all of them texts, by name."""
    columns = ", ".join(f"`{name}` string" for name in header.strip().split(","))
    return lines.select("*", f.from_csv("line", columns, {"escape": '"'}).alias("cells")).select("line", "message", "cells.*")


def write_all(files):
    """Writes each file beside its place; all are complete before one is put there. A new one is for nobody else to read."""
    written = []
    try:
        with ExitStack() as folders:
            for path, header, rows in files:
                real = os.path.realpath(path)
                folder = folders.enter_context(tempfile.TemporaryDirectory(dir=os.path.dirname(real), prefix=".mailfatigue-"))
                handle, beside = tempfile.mkstemp(dir=folder)
                written.append((beside, real))
                if os.path.exists(real):
                    shutil.copymode(real, beside)
                with open(handle, "w", encoding="utf-8", newline="") as file:
                    file.write(header)
                    file.writelines(row.line for row in rows.select("line").toLocalIterator(prefetchPartitions=True))
            for beside, real in written:
                os.replace(beside, real)
    except OSError as error:
        raise Trouble(f"`{path}`: can't be written: {error.strerror}", "see whether its disk is full")


def summary(shards, report, messages):
    """Says how many messages were read and how many senders are flagged."""
    counted = lambda number, one: f"{number:,} {one}{'' if number == 1 else 's'}"
    place = f.array_position(f.array(*map(f.lit, FIRST_OF)), f.col("counted_as"))
    counts = Counter()
    for found in messages.groupBy("message").agg(f.min(place).alias("place")).groupBy("place").count().collect():
        counts[IN_SUMMARY[FIRST_OF[found.place - 1]]] += found["count"]
    parts = [counted(counts[word], "duplicate") if word == "duplicates" else f"{counts[word]:,} {word}"
             for word in dict.fromkeys(IN_SUMMARY.values()) if counts[word]]
    print(f"{counts.total():,} messages read from {counted(shards, 'shard')}: {', '.join(parts)}", file=sys.stderr)
    flagged = f.when(f.col("flagged") == "yes", f.col("sender"))
    pairs = report.where("int(marketing_messages) > 0 AND grouped_by NOT IN ('group', 'all')")
    senders, flagged_senders, all_pairs, flagged_pairs = pairs.agg(
        f.count_distinct("sender"), f.count_distinct(flagged), f.count("sender"), f.count(flagged)).first()
    print(f"{flagged_senders:,} of {counted(senders, 'sender')} flagged "
          f"({flagged_pairs:,} of {counted(all_pairs, 'sender-customer pair')})", file=sys.stderr)


# Arguments.

def arguments():
    usage = "%(prog)s --master URL --shards FILE --output FILE [--messages FILE] [--program PATH] [options of check]"
    parser = argparse.ArgumentParser(usage=usage, description=__doc__, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--master", required=True, metavar="URL", help="spark://HOST:PORT, local[N], yarn or k8s://URL")
    add("--shards", required=True, metavar="FILE", help="the mailboxes: a path a line, as workers see them")
    add("-o", "--output", required=True, metavar="FILE", help="the report (CSV)")
    add("--messages", metavar="FILE", help="the list of messages (CSV)")
    add("--program", default="mailfatigue", metavar="PATH", help="the program on workers [default: mailfatigue]")
    add("--partitions", type=int, metavar="N", help="in how many parts customers are judged [default: twice the cores]")
    add("-q", "--quiet", action="store_true", help="no summary; errors remain")
    add = parser.add_argument_group("options of check", "as `mailfatigue check --help` says").add_argument
    add("--timezone", required=True, metavar="ZONE", help="must be given: machines may have different ones")
    add("--all", action="store_true")
    add("--fail-on-flagged", action="store_true")
    for option, value in HANDED_ON.items():
        more = {"action": "append", "metavar": value, "type": f"{option}={{}}".format} if value else {"action": "append_const", "const": option}
        add(option, dest="given", default=[], **more)
    options, others = parser.parse_known_args()
    if others:
        raise Trouble(f"`{others[0]}` can't be used on a cluster", "leave it out, or run `mailfatigue check` over facts on one machine")
    if options.partitions is not None and options.partitions < 1:
        raise Trouble(f"--partitions {options.partitions}: too few", "write a number from 1 on")
    return options


def shards_of(path):
    try:
        with open(path, encoding="utf-8") as file:
            shards = [line.rstrip("\r\n") for line in file if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise Trouble(f"`{path}`: can't be read: {error}", "give a file with the path of a mailbox on each line")
    if not shards:
        raise Trouble(f"`{path}`: names no shard", "write the path of a mailbox on each line, as workers see it")
    shard, times = Counter(map(os.path.normpath, shards)).most_common(1)[0]
    if times > 1:
        raise Trouble(f"`{path}`: names `{shard}` twice", "its messages would be read twice: leave one line out")
    return shards


def must_cost_no_file(options, shards):
    """Before anything is read: no output is an input or the other output, and each replaces only an earlier one of its kind."""
    values = [word.split("=", 1)[1] for word in options.given if "=" in word]
    inputs = [options.shards, *shards, *values, *(value.split("=", 1)[-1] for value in values)]
    taken = [os.stat(path) for path in inputs if os.path.exists(path)]
    if options.messages and os.path.realpath(options.output) == os.path.realpath(options.messages):
        raise Trouble(f"--messages `{options.messages}`: is the file of --output, too", "name two files")
    for option, path, begins in [("--output", options.output, b"flagged,verdict,"), ("--messages", options.messages, b"sender,customer,day,time,")]:
        if path is None:
            continue
        real = os.path.realpath(path)
        if os.path.exists(real) and not os.path.isfile(real) or not os.access(os.path.dirname(real), os.W_OK):
            raise Trouble(f"{option} `{path}`: can't be written there", "name a file in a folder that is there and writable")
        if os.path.exists(real) and any(os.path.samestat(os.stat(real), read) for read in taken):
            raise Trouble(f"{option} `{path}`: is read, too", "name another file; nothing was written")
        with open(real, "rb") if os.path.exists(real) else io.BytesIO() as earlier:
            if not (earlier.read(64) or begins).removeprefix(b"\xef\xbb\xbf").startswith(begins):
                raise Trouble(f"{option} `{path}`: is a file of something else", "name another file, or move that one away")


def of_worker(error):
    """A worker's own words, out of Spark's."""
    if lacking := re.search(r"No module named '(\w+)", error):
        return (f"error: the Python of a worker lacks {lacking.group(1)}\n"
                "hint: install pyspark, pyarrow and pandas on every worker, for the `python3` there or the one in PYSPARK_PYTHON")
    found = re.search(r"(?:Trouble|RuntimeError): (error: .*(?:\n(?:hint: .*|  (?!File ).*))*)", error)
    return found.group(1) if found else f"error: Spark: {error}"


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Trouble as error:
        print(error, file=sys.stderr)
    except (Py4JJavaError, PySparkException) as error:
        print(of_worker(str(error)), file=sys.stderr)
    sys.exit(2)
