#!/usr/bin/env python3
"""`mailfatigue check` over many mailboxes on Apache Spark: the same report and list of messages as on one machine.

Each shard (a mailbox) becomes facts on a worker (`mailfatigue facts`). The facts are brought together by customer and
sorted; each part of the customers is judged on a worker (`mailfatigue check -`), one customer at a time; the rows are written
here, in the report's order. Shards, and the files that options name, must have the same paths on all workers.
"""

import argparse
import csv
import itertools
import os
import re
import struct
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

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

# Options of `check` that are handed on. Its others write further files, or change the form of the report.
WITH_VALUE = {"--owner": "ADDRESS", "--rules": "FILE", "--brands": "FILE", "--consent": "[NAME=]FILE", "--consent-sender": "NAME",
              "--consent-as-of": "DATE", "--consent-dates": "ORDER", "--consent-format": "NAME", "--consent-map": "FILE",
              "--policy": "FILE", "--since": "DATE"}
WITHOUT_VALUE = ["--keep-tags", "--skip-bad-rows", "--count-mixed", "--include-spam", "--include-unverified"]
# Those of them that `facts` has, too.
SHAPING = ["--owner", "--rules", "--brands", "--keep-tags"]
# What a message that reached several customers is counted under: the first of these that any of them has.
COUNTED = "marketing other owner spam unverified undated outside draft unusable duplicate".split()
# The words of the summary, in its order.
IN_SUMMARY = {"marketing": "marketing", "other": "other", "owner": "by the owner", "duplicate": "duplicates", "spam": "spam or unverified",
              "unverified": "spam or unverified", "undated": "undated", "outside": "outside the period", "draft": "drafts or chats",
              "unusable": "unusable"}
# The times of a message, in the order in which they are believed: from 1990 to two days after the run.
TIMES = "time_before_import time_received time_delivered time_date time_separator".split()
FIRST_TIME, DAY = 631_152_000, 86_400
# The rows of facts that are judged, and of those the ones that the list of messages has.
JUDGED, LISTED = ["message", "written", "unusable", "blocked"], ["message", "unusable"]
# A mailbox to try the program and its options with.
SAMPLE = b"From a@example.com Thu Jan  1 00:00:00 2026\nFrom: a@example.com\nTo: b@example.com\n\n"
# Of a row of the list of messages: its shard, the number of its message there, and its place there.
PLACE = "<iqq"
# A row of an output (`what`: message, pair or, over several senders, pressure) with what it is sorted and counted by.
OUTPUT = ("what string, line string, unflagged int, unconsented int, peak int, marketing int, sender string, customer string, "
          "counted int, shard int, message long, place long")
REPORT_ORDER = "unflagged unconsented peak marketing sender customer".split()
ROWS_AT_ONCE = 4_096


class Trouble(Exception):
    """Something that could not be done, in the words of an error message."""


def trouble(what, hint):
    return Trouble(f"error: {what}\nhint: {hint}")


def main():
    options = arguments()
    shards = shards_of(options.shards)
    must_cost_no_file(options, shards)
    # Spark's progress bar would run through what is said here.
    shows = str(sys.stderr.isatty()).lower()
    spark = SparkSession.builder.appName("mailfatigue").master(options.master).config("spark.ui.showConsoleProgress", shows).getOrCreate()
    try:
        return run(spark, options, shards)
    finally:
        spark.stop()


def run(spark, options, shards):
    to_facts = [options.program, "facts", "--no-config", "--quiet", "--threads=1", "--allow-empty", "--output=-", *given(options, SHAPING)]
    to_rows = [options.program, "check", "-", "--no-config", "--quiet", "--threads=1", "--all", f"--timezone={options.timezone}",
               *given(options, [*WITH_VALUE, *WITHOUT_VALUE, "--until", "--as-of"])]
    tried = spark.range(0, 1, 1, 1).mapInArrow(try_program(to_facts, to_rows), "version string, schema binary, report string, messages string").first()
    schema = pa.ipc.read_schema(pa.py_buffer(bytes(tried.schema)))
    facts = facts_of_all(spark, shards, read_shards(to_facts, tried.version, schema), schema)
    failures = sorted(facts.where("row = 'failed'").select("shard", "note").collect())
    for failure in failures:
        print(failure.note, file=sys.stderr)
    newest, somebody = facts.where("row = 'message'").agg(f.max(believed_time()), f.min("customer")).first()
    if somebody is None:
        raise trouble("no shard contains a message that can be used", "see whether these are the right ones; nothing was written")
    if not options.as_of and (as_of := day_of_asking(newest, options)):
        to_rows.append(f"--as-of={as_of}")
    rows = judge_all(facts, somebody, options.partitions or spark.sparkContext.defaultParallelism * 2, to_rows, tried.version, schema)
    report = rows.where("what != 'message'" + ("" if options.all else " AND marketing < 0"))
    messages = rows.where("what = 'message'" + ("" if options.all else " AND counted = 0"))
    write_all([(options.output, tried.report, report.orderBy(*REPORT_ORDER)),
               (options.messages, tried.messages, messages.orderBy("shard", "place"))])
    flagged = summary(len(shards), rows, report, options.quiet)
    return 2 if failures else 1 if flagged and options.fail_on_flagged else 0


def facts_of_all(spark, shards, read, schema):
    """The facts of all shards, each read by a task of its own."""
    listed = spark.createDataFrame(spark.sparkContext.parallelize(list(enumerate(shards)), len(shards)), "shard int, path string")
    with_places = schema.append(pa.field("shard", pa.int32())).append(pa.field("place", pa.int64()))
    return listed.mapInArrow(read, from_arrow_schema(with_places)).persist(StorageLevel.DISK_ONLY)


def judge_all(facts, somebody, parts, command, version, schema):
    """The rows of both outputs, judged in parts that have all mail of some customers each."""
    # Every customer's mail is judged by the addresses that owners blocked.
    blocked = facts.where("row = 'blocked'").select(schema.names).toArrow().cast(schema).to_batches()
    # A message that can't be used is nobody's: it goes where some customer's mail is, to have its row in the list.
    return (facts.where("row != 'blocked' AND row != 'failed'").repartition(parts, f.coalesce("customer", f.lit(somebody)))
            .sortWithinPartitions("customer", "shard", "place")
            .mapInArrow(judge(command, version, schema, blocked), OUTPUT).persist(StorageLevel.DISK_ONLY))


# On workers: the program.

def try_program(to_facts, to_rows):
    """The program's version, the schema of facts with what shaped them, and the headers of both outputs: what is wrong with
    the options shows before any shard is read."""
    def tried(_):
        version = version_of(to_facts[0])
        with tempfile.TemporaryDirectory() as folder:
            sample = os.path.join(folder, "sample.mbox")
            with open(sample, "wb") as file:
                file.write(SAMPLE)
            made = subprocess.run(to_facts + [sample], capture_output=True)
            if made.returncode != 0:
                raise ended(to_facts, made.returncode, made.stderr)
            facts = pa.ipc.open_stream(made.stdout)
            headers = [lines_of(path)[0] for path in check(to_rows, facts.schema, facts, folder)]
        row = [version, facts.schema.serialize().to_pybytes(), *headers]
        yield pa.record_batch([pa.array([cell]) for cell in row], names=["version", "schema", "report", "messages"])
    return tried


def start(command, **streams):
    try:
        return subprocess.Popen(command, **streams)
    except OSError as error:
        raise trouble(f"`{command[0]}` can't be run on {host()}: {error.strerror}",
                      "install mailfatigue on every worker, or say with --program where it is")


def version_of(program):
    with start([program, "--version"], stdout=subprocess.PIPE, text=True) as process:
        return process.stdout.read().strip()


def must_be(version, program):
    """The same program on every worker."""
    here = version_of(program)
    if here != version:
        raise trouble(f"`{program}` on {host()} is {here}, on another worker {version}",
                      "put the same program on every worker, or ship it with --files")


def ended(command, status, said):
    """Why the program did not do its work: in its own words, where it left any."""
    words = said.decode("utf-8", "replace").strip()
    return Trouble(words or f"error: `{command[0]} {command[1]}` ended with status {status} on {host()}")


def host():
    return os.uname().nodename


# On workers: mailboxes to facts.

def read_shards(command, version, schema):
    """Shards (number, path) to rows of facts, each with its shard and its place there."""
    def read(batches):
        must_be(version, command[0])
        for batch in batches:
            for shard, path in zip(*(column.to_pylist() for column in batch.columns)):
                place = 0
                for rows in facts_of(command, path, schema):
                    rows = rows.append_column("shard", pa.array([shard] * rows.num_rows, pa.int32()))
                    yield rows.append_column("place", pa.array(range(place, place + rows.num_rows), pa.int64()))
                    place += rows.num_rows
    return read


def facts_of(command, path, schema):
    """The facts of a mailbox. Where something in it can't be read, a row `failed` says what."""
    with tempfile.TemporaryFile() as said:
        process = start(command + [path], stdout=subprocess.PIPE, stderr=said)
        broken = None
        try:
            with pa.ipc.open_stream(process.stdout) as stream:
                if stream.schema.metadata != schema.metadata:
                    raise trouble(f"a file of --rules or --brands on {host()} differs from another worker's", "put the same files on every worker")
                for batch in stream:
                    yield batch.filter(pc.is_in(batch.column("row"), pa.array(JUDGED)))
        except pa.ArrowInvalid as error:
            broken = error
        finally:
            process.stdout.close()
            process.wait()
        # A stream may end between two batches as if it were whole, so the status counts: 2 says that something could not be
        # read. Anything else is for Spark to repeat.
        said.seek(0)
        if broken or process.returncode not in (0, 2):
            raise ended(command, process.returncode, said.read())
        if process.returncode == 2:
            what, *more = str(ended(command, 2, said.read())).split("\n")
            cells = {"row": "failed", "note": "\n".join([f"{what} (on {host()})", *more])}
            yield pa.record_batch([pa.array([cells.get(field.name)], field.type) for field in schema], schema=schema)


# On workers: the facts of some customers to rows of the report and of the list of messages.

def judge(command, version, schema, blocked):
    """Facts sorted by customer, shard and place to rows of the outputs."""
    schema = schema.with_metadata({**schema.metadata, b"mailfatigue.sorted-by": b"customer"})

    def judged(batches):
        first = next(batches, None)
        if first is None:
            return
        must_be(version, command[0])
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as places:
            facts = (noted(batch, places).select(schema.names).cast(schema) for batch in itertools.chain([first], batches))
            report, messages = check(command, schema, itertools.chain(blocked, facts), folder)
            yield from batched(rows_of_report(report))
            yield from batched(rows_of_messages(messages, places))
    return judged


def check(command, schema, facts, folder):
    """Judges facts as they come; returns the paths of the report and of the list of messages."""
    report, messages = os.path.join(folder, "report.csv"), os.path.join(folder, "messages.csv")
    with tempfile.TemporaryFile() as said:
        process = start(command + ["--output", report, "--messages", messages], stdin=subprocess.PIPE, stderr=said)
        try:
            with process.stdin, pa.ipc.new_stream(process.stdin, schema) as stream:
                for rows in facts:
                    stream.write_batch(rows)
        except BrokenPipeError:
            pass  # It ended early, and says why.
        if process.wait() != 0:
            said.seek(0)
            raise ended(command, process.returncode, said.read())
    return report, messages


def noted(batch, places):
    """Notes the place of each row that the list of messages will have, in its order."""
    listed = batch.filter(pc.is_in(batch.column("row"), pa.array(LISTED)))
    for place in zip(*(listed.column(name).to_pylist() for name in ("shard", "message", "place"))):
        places.write(struct.pack(PLACE, *place))
    return batch


def rows_of_report(path):
    for line, cell in lines_of(path)[1]:
        descending = lambda name: -int(cell[name] or 0)
        what = "pressure" if cell["grouped_by"] in ("group", "all") else "pair"
        yield {"what": what, "line": line, "unflagged": int(cell["flagged"] != "yes"), "unconsented": descending("unconsented_peak_days"),
               "peak": descending("peak_days"), "marketing": descending("marketing_messages"), "sender": unguarded(cell["sender"]),
               "customer": unguarded(cell["customer"])}


def rows_of_messages(path, places):
    places.seek(0)
    for line, cell in lines_of(path)[1]:
        shard, message, place = struct.unpack(PLACE, places.read(struct.calcsize(PLACE)))
        yield {"what": "message", "line": line, "counted": COUNTED.index(cell["counted_as"]), "shard": shard, "message": message, "place": place}
    if places.read(1):
        raise RuntimeError("error: the list of messages lacks rows")


def lines_of(path):
    """The header and each line of a CSV file with its cells by name. No cell has a line end: `check` takes them out."""
    file = open(path, encoding="utf-8", newline="")
    header = file.readline().rstrip("\n")
    names = header.split(",")
    return header, ((line.rstrip("\n"), dict(zip(names, next(csv.reader([line]))))) for line in file)


def unguarded(cell):
    """Without the apostrophe that keeps a spreadsheet from calculating: the report is sorted without it."""
    return cell[1:] if re.match(r"'\s*[=+@\-＝＋＠－]", cell) else cell


def batched(rows):
    columns = [column.split() for column in OUTPUT.split(", ")]
    types = {"string": pa.string(), "int": pa.int32(), "long": pa.int64()}
    while some := list(itertools.islice(rows, ROWS_AT_ONCE)):
        yield pa.record_batch([pa.array([row.get(name) for row in some], types[kind]) for name, kind in columns],
                              names=[name for name, _ in columns])


# On the driver.

def believed_time():
    latest = int(time.time()) + 2 * DAY
    return f.coalesce(*(f.when(f.col(name).between(FIRST_TIME, latest), f.col(name)) for name in TIMES))


def day_of_asking(newest, options):
    """The local date of the newest message, or --until where that is earlier."""
    days = [datetime.fromtimestamp(newest, ZoneInfo(options.timezone)).date().isoformat()] if newest is not None else []
    return min(days + [options.until] * bool(days and options.until), default=None)


def write_all(files):
    """Writes each file beside its place; all are complete before one is put there."""
    written = []
    try:
        for path, header, rows in files:
            if path is None:
                continue
            real = os.path.realpath(path)
            handle, beside = tempfile.mkstemp(dir=os.path.dirname(real), prefix=".mailfatigue-")
            written.append((beside, real))
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(header + "\n")
                for row in rows.select("line").toLocalIterator(prefetchPartitions=True):
                    file.write(row.line + "\n")
        for beside, real in written:
            os.replace(beside, real)
    finally:
        for beside, _ in written:
            if os.path.exists(beside):
                os.remove(beside)


def summary(shards, rows, report, quiet):
    """Says how many messages were read and how many senders are flagged; returns whether any row is."""
    flagged = report.where("unflagged = 0")
    if quiet:
        return not flagged.isEmpty()
    of_message = rows.where("what = 'message'").groupBy("shard", "message").agg(f.min("counted").alias("counted"))
    found = {COUNTED[row.counted]: row["count"] for row in of_message.groupBy("counted").count().collect()}
    counts = {}
    for word, shown in IN_SUMMARY.items():
        if word in found:
            counts[shown] = counts.get(shown, 0) + found[word]
    parts = [f"{count:,} {'duplicate' if (count, word) == (1, 'duplicates') else word}" for word, count in counts.items()]
    print(f"{sum(counts.values()):,} messages read from {counted(shards, 'shard')}: {', '.join(parts)}", file=sys.stderr)
    all_pairs, flagged_pairs = (some.where("what = 'pair' AND marketing < 0").agg(f.count("*"), f.count_distinct("sender")).first()
                                for some in (report, flagged))
    print(f"{flagged_pairs[1]:,} of {counted(all_pairs[1], 'sender')} flagged ({flagged_pairs[0]:,} of {counted(all_pairs[0], 'sender-customer pair')})",
          file=sys.stderr)
    return not flagged.isEmpty()


def counted(number, one):
    return f"{number:,} {one}{'' if number == 1 else 's'}"


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
    for option in ("--until", "--as-of"):
        add(option, metavar="DATE")
    for option, metavar in WITH_VALUE.items():
        add(option, action="append", default=[], metavar=metavar)
    for option in [*WITHOUT_VALUE, "--all", "--fail-on-flagged"]:
        add(option, action="store_true")
    options, others = parser.parse_known_args()
    if others:
        raise trouble(f"`{others[0]}` can't be used on a cluster", "leave it out, or run `mailfatigue check` over facts on one machine")
    must_be_valid(options)
    return options


def must_be_valid(options):
    """Before anything is read: what this program needs itself."""
    try:
        ZoneInfo(options.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        raise trouble(f"--timezone `{options.timezone}`: unknown here", "write an IANA name such as Europe/Berlin; or install Python's package tzdata")
    if options.partitions is not None and options.partitions < 1:
        raise trouble(f"--partitions {options.partitions}: too few", "write a number from 1 on")


def given(options, names):
    """These options of `check`, as they were given."""
    words = []
    for name in names:
        value = getattr(options, name.removeprefix("--").replace("-", "_"))
        values = value if isinstance(value, list) else [value]
        words += [name if one is True else f"{name}={one}" for one in values if one]
    return words


def shards_of(path):
    try:
        with open(path, encoding="utf-8") as file:
            shards = [line.rstrip("\r\n") for line in file if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise trouble(f"`{path}`: can't be read: {error}", "give a file with the path of a mailbox on each line")
    if not shards:
        raise trouble(f"`{path}`: names no shard", "write the path of a mailbox on each line, as workers see it")
    known = set()
    for shard in shards:
        if os.path.normpath(shard) in known:
            raise trouble(f"`{path}`: names `{shard}` twice", "its messages would be read twice: leave one line out")
        known.add(os.path.normpath(shard))
    return shards


def must_cost_no_file(options, shards):
    """Before anything is read: no output is an input or another output, and each replaces only an earlier one of its kind."""
    values = [option.split("=", 1)[1] for option in given(options, WITH_VALUE)]
    lists = [value.split("=", 1)[1] for value in values if "=" in value]
    inputs = [path for path in [options.shards, *shards, *values, *lists] if os.path.exists(path)]
    outputs = {}
    for option, path, begins in [("--output", options.output, b"flagged,verdict,"), ("--messages", options.messages, b"sender,customer,day,time,")]:
        if path is None:
            continue
        real = os.path.realpath(path)
        if os.path.exists(real) and any(os.path.samefile(real, read) for read in inputs):
            raise trouble(f"{option} `{path}`: is read, too", "name another file; nothing was written")
        if real in outputs:
            raise trouble(f"{option} `{path}`: is the file of {outputs[real]}, too", "name two files")
        outputs[real] = option
        must_be_writable(option, path, real, begins)


def must_be_writable(option, path, real, begins):
    if os.path.exists(real) and not os.path.isfile(real) or not os.access(os.path.dirname(real), os.W_OK):
        raise trouble(f"{option} `{path}`: can't be written there", "name a file in a folder that is there and writable")
    if os.path.exists(real) and os.path.getsize(real):
        with open(real, "rb") as file:
            earlier = file.read(64).removeprefix(b"\xef\xbb\xbf").startswith(begins)
        if not earlier:
            raise trouble(f"{option} `{path}`: is a file of something else", "name another file, or move that one away")


def of_worker(error):
    """A worker's own words, out of Spark's."""
    if lacking := re.search(r"No module named '(\w+)", error):
        return f"error: the Python of a worker lacks {lacking.group(1)}\nhint: install pyspark, pyarrow and pandas on every worker"
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
