#!/usr/bin/env python3
"""`mailfatigue check` over many mailboxes on Apache Spark: the same report and list of messages as on one machine.

Each shard (a mailbox that every worker can read) becomes facts on a worker (`mailfatigue facts`). The facts are brought
together by customer and sorted; each part is judged on a worker (`mailfatigue check -`), in the memory of one customer at a
time; the rows are written here, in the report's order. All options that are not listed are those of `mailfatigue check`; the files that
they name must be on every worker.
"""

import argparse
import csv
import itertools
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from zoneinfo import ZoneInfo

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
    sys.exit(f"error: this Python lacks {missing.name}\nhint: install pyspark, pyarrow and pandas, here and on every worker")

# Options of `check` that this program can't honour: they write further files, or change the form of those that it writes.
REFUSED = ("--html --xlsx --format --senders --streams --evidence --starter-ledger --unmatched --since-last --only-changes --cache "
           "--excel --delimiter --bom --raw --redact --max-age --config").split()
# What a message that reached several customers is counted under: the first of these that any of them has.
COUNTED = "marketing other owner spam unverified undated outside draft unusable duplicate".split()
# The words of the summary, in its order.
IN_SUMMARY = {"marketing": "marketing", "other": "other", "owner": "by the owner", "duplicate": "duplicates", "spam": "spam or unverified",
              "unverified": "spam or unverified", "undated": "undated", "outside": "outside the period", "draft": "drafts or chats",
              "unusable": "unusable"}
# The times of a message, in the order in which they are believed: from 1990 to two days after the run.
TIMES = "time_before_import time_received time_delivered time_date time_separator".split()
FIRST_TIME, DAY = 631_152_000, 86_400
# A mailbox to learn the columns of facts from.
SAMPLE = b"From a@example.com Thu Jan  1 00:00:00 2026\nFrom: a@example.com\nTo: b@example.com\n\n"
ROWS_AT_ONCE = 4_096
# Of a message: its shard, its number there, and the place of its row.
PLACE = "<iqq"
JUDGED = ("what string, line string, unflagged int, unconsented int, peak int, marketing int, sender string, customer string, "
          "counted int, shard int, message long, place long")
REPORT_ORDER = "unflagged unconsented peak marketing sender customer".split()


class Trouble(Exception):
    """Something that could not be done, in the words of an error message."""


def trouble(what, hint):
    return Trouble(f"error: {what}\nhint: {hint}")


def main():
    own, judging = arguments().parse_known_args()
    refused = [option for option in judging if option.split("=")[0] in REFUSED]
    if refused:
        raise trouble(f"`{refused[0]}` can't be used on a cluster", "leave it out, or run `mailfatigue check` over facts on one machine")
    shards = shards_of(own.shards)
    must_cost_no_file(own, judging, shards)
    shaping = [f"--owner={owner}" for owner in own.owner] + (["--keep-tags"] if own.keep_tags else [])
    shaping += [f"{name}={value}" for name, value in [("--rules", own.rules), ("--brands", own.brands)] if value]
    read = [own.program, "facts", "--no-config", "--quiet", "--threads=1", "--output=-", *shaping]
    spark = SparkSession.builder.appName("mailfatigue").master(own.master).getOrCreate()
    try:
        return run(spark, own, shards, read, shaping + judging)
    finally:
        spark.stop()


def run(spark, own, shards, read, options):
    schema = pa.ipc.read_schema(pa.py_buffer(bytes(one_value(spark.range(1).mapInArrow(columns_of_facts(read), "schema binary")))))
    with_places = schema.append(pa.field("shard", pa.int32())).append(pa.field("place", pa.int64()))
    listed = spark.createDataFrame(list(enumerate(shards)), "shard int, path string").repartition(len(shards), "shard")
    facts = listed.mapInArrow(read_shards(read, schema), from_arrow_schema(with_places)).persist(StorageLevel.DISK_ONLY)
    as_of = own.as_of or day_of_asking(facts, own)
    if as_of is None and facts.where("row = 'message'").isEmpty():
        tell_failures(facts)
        raise trouble("no shard contains a message that can be used", "see whether these are the right ones; nothing was written")
    blocked = facts.where("row = 'blocked'").select(schema.names).toArrow().cast(schema).combine_chunks()
    options = options + [f"--timezone={own.timezone}"] + ([f"--until={own.until}"] if own.until else [])
    options += [f"--as-of={as_of}"] if as_of else []
    command = [own.program, "check", "-", "--no-config", "--quiet", "--all", "--threads=1", *options]
    parts = own.partitions or max(spark.sparkContext.defaultParallelism * 2, 1)
    # A message that can't be used is nobody's: it goes where some customer's mail is, to have its row in the list.
    somebody = one_value(facts.where("row = 'message'").select(f.min("customer")))
    customer = f.coalesce("customer", f.lit(somebody))
    judged = (facts.where("row IN ('message', 'written', 'unusable')").repartition(parts, customer)
              .sortWithinPartitions(customer, "shard", "place")
              .mapInArrow(judge(command, schema, blocked.to_batches()), JUDGED).persist(StorageLevel.DISK_ONLY))
    report = judged.where("what = 'report'" + ("" if own.all else " AND marketing < 0"))
    messages = judged.where("what = 'message'" + ("" if own.all else " AND counted = 0"))
    header = {row.what: row.line for row in judged.where("what LIKE '% header'").select("what", "line").distinct().collect()}
    files = [(own.output, header["report header"], report.orderBy(*REPORT_ORDER))]
    if own.messages:
        files.append((own.messages, header["message header"], messages.orderBy("shard", "place")))
    write_all(files)
    flagged = summary(shards, judged, report)
    failed = tell_failures(facts)
    return 2 if failed else 1 if flagged and own.fail_on_flagged else 0


# On workers: mailboxes to facts.

def columns_of_facts(command):
    """The schema of facts by these options, with what shaped them in its metadata."""
    def read(_):
        with tempfile.TemporaryFile() as sample, tempfile.TemporaryFile() as said:
            sample.write(SAMPLE)
            sample.seek(0)
            process = start(command + ["-"], stdin=sample, stdout=subprocess.PIPE, stderr=said)
            stream = process.stdout.read()
            if process.wait() != 0:
                raise Trouble(words(said))
            schema = pa.ipc.open_stream(stream).schema
        yield pa.record_batch([pa.array([schema.serialize().to_pybytes()], pa.binary())], names=["schema"])
    return read


def read_shards(command, schema):
    """Shards (number, path) to rows of facts, each with its shard and its place there."""
    def read(batches):
        for batch in batches:
            for shard, path in zip(*(column.to_pylist() for column in batch.columns)):
                place = 0
                for rows in facts_of(command, path, schema):
                    places = pa.array(range(place, place + rows.num_rows), pa.int64())
                    rows = rows.append_column("shard", pa.array([shard] * rows.num_rows, pa.int32()))
                    yield rows.append_column("place", places)
                    place += rows.num_rows
    return read


def facts_of(command, path, schema):
    """The facts of a mailbox; where there are none, a row that says why."""
    with tempfile.TemporaryFile() as said:
        process = start(command + [path], stdout=subprocess.PIPE, stderr=said)
        stream = None
        try:
            stream = pa.ipc.open_stream(process.stdout)
            must_be_same(stream.schema, schema)
            yield from stream
        except pa.ArrowInvalid as error:
            if stream is not None:
                raise RuntimeError(f"error: `{path}`: its facts end midway: {error}")
        finally:
            process.stdout.close()
            process.wait()
        # A stream may end between two batches as if it were whole, so the status counts: 2 says that something, named in the
        # rows, could not be read. Anything else is for Spark to repeat.
        if process.returncode not in (0, 2):
            raise RuntimeError(f"error: `{path}`: mailfatigue facts ended with status {process.returncode}\n{words(said)}")
        if stream is None:
            note = words(said) or f"error: `{path}`: has no facts"
            cells = {"row": "failed", "note": note, "mailbox": path}
            yield pa.record_batch([pa.array([cells.get(field.name)], field.type) for field in schema], schema=schema)


def must_be_same(found, expected):
    """The same program with the same rules on every worker."""
    there, here = found.metadata or {}, expected.metadata or {}
    if there != here:
        version = lambda of: of.get(b"mailfatigue.program", b"of another version").decode()
        raise trouble(f"mailfatigue on {os.uname().nodename} is {version(there)}, elsewhere {version(here)}, or has other rules",
                      "put the same program on every worker, or ship it with --files")


def start(command, **streams):
    try:
        return subprocess.Popen(command, **streams)
    except OSError as error:
        raise trouble(f"`{command[0]}` can't be run on {os.uname().nodename}: {error.strerror}",
                      "install mailfatigue on every worker, or say with --program where it is")


def words(said):
    said.seek(0)
    return said.read().decode("utf-8", "replace").strip()


# On workers: the facts of some customers to rows of the report and of the list of messages.

def judge(command, schema, blocked):
    """Facts sorted by customer, shard and place to rows for the outputs, each with what it is sorted by."""
    schema = schema.with_metadata({**(schema.metadata or {}), b"mailfatigue.sorted-by": b"customer"})

    def judged(batches):
        first = next(batches, None)
        if first is None:
            return
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as places, tempfile.TemporaryFile() as said:
            report, messages = os.path.join(folder, "report.csv"), os.path.join(folder, "messages.csv")
            process = start(command + ["--output", report, "--messages", messages], stdin=subprocess.PIPE, stderr=said)
            try:
                with process.stdin, pa.ipc.new_stream(process.stdin, schema) as stream:
                    for rows in blocked:
                        stream.write_batch(rows)
                    for batch in itertools.chain([first], batches):
                        note_places(batch, places)
                        stream.write_batch(batch.select(schema.names).cast(schema))
            except BrokenPipeError:
                pass  # It ended early, and says why.
            if process.wait() != 0:
                raise Trouble(words(said) or f"error: mailfatigue check ended with status {process.returncode}")
            yield from batched(rows_of_report(report))
            yield from batched(rows_of_messages(messages, places))
    return judged


def note_places(batch, places):
    """Notes the place of each row that the list of messages will have, in its order."""
    listed = batch.filter(pc.is_in(batch.column("row"), pa.array(["message", "unusable"])))
    for place in zip(*(listed.column(name).to_pylist() for name in ("shard", "message", "place"))):
        places.write(struct.pack(PLACE, *place))


def rows_of_report(path):
    header, lines = lines_of(path)
    yield {"what": "report header", "line": header}
    for line, cell in lines:
        number = lambda name: -int(cell[name] or 0)
        yield {"what": "report", "line": line, "unflagged": int(cell["flagged"] != "yes"), "unconsented": number("unconsented_peak_days"),
               "peak": number("peak_days"), "marketing": number("marketing_messages"), "sender": unguarded(cell["sender"]),
               "customer": unguarded(cell["customer"])}


def rows_of_messages(path, places):
    header, lines = lines_of(path)
    yield {"what": "message header", "line": header}
    places.seek(0)
    for line, cell in lines:
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
    columns = [column.split() for column in JUDGED.split(", ")]
    types = {"string": pa.string(), "int": pa.int32(), "long": pa.int64()}
    while some := list(itertools.islice(rows, ROWS_AT_ONCE)):
        yield pa.record_batch([pa.array([row.get(name) for row in some], types[kind]) for name, kind in columns],
                              names=[name for name, _ in columns])


# Here.

def day_of_asking(facts, own):
    """The local date of the newest message, or --until where that is earlier."""
    latest = int(time.time()) + 2 * DAY
    believed = f.coalesce(*(f.when(f.col(name).between(FIRST_TIME, latest), f.col(name)) for name in TIMES))
    newest = one_value(facts.where("row = 'message'").select(f.max(believed)))
    days = [datetime.fromtimestamp(newest, ZoneInfo(own.timezone)).date().isoformat()] if newest is not None else []
    return min(days + [own.until] * bool(days and own.until), default=None)


def one_value(frame):
    return frame.first()[0]


def write_all(files):
    """Writes each file beside its place; all are complete before one is put there."""
    written = []
    try:
        for path, header, rows in files:
            real = os.path.realpath(path)
            handle, beside = tempfile.mkstemp(dir=os.path.dirname(real), prefix=".mailfatigue-")
            written.append((beside, real))
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(header + "\n")
                for row in rows.select("line").toLocalIterator(prefetchPartitions=True):
                    file.write(row.line + "\n")
        for beside, path in written:
            os.replace(beside, path)
    finally:
        for beside, _ in written:
            if os.path.exists(beside):
                os.remove(beside)


def summary(shards, judged, report):
    """Says how many messages were read and how many senders are flagged; returns the latter."""
    of_message = judged.where("what = 'message'").groupBy("shard", "message").agg(f.min("counted").alias("counted"))
    found = {COUNTED[row.counted]: row["count"] for row in of_message.groupBy("counted").count().collect()}
    counts = {}
    for word, shown in IN_SUMMARY.items():
        if word in found:
            counts[shown] = counts.get(shown, 0) + found[word]
    parts = [f"{count:,} {'duplicate' if (count, word) == (1, 'duplicates') else word}" for word, count in counts.items()]
    marketing = report.where("marketing < 0")
    pairs = marketing.agg(f.count("*"), f.count_distinct("sender")).first()
    flagged = marketing.where("unflagged = 0").agg(f.count("*"), f.count_distinct("sender")).first()
    print(f"{sum(counts.values()):,} messages read from {counted(len(shards), 'shard')}: {', '.join(parts)}", file=sys.stderr)
    print(f"{flagged[1]:,} of {counted(pairs[1], 'sender')} flagged ({flagged[0]:,} of {counted(pairs[0], 'sender-customer pair')})",
          file=sys.stderr)
    return flagged[1]


def counted(number, one):
    return f"{number:,} {one}{'' if number == 1 else 's'}"


def tell_failures(facts):
    """Names each mailbox that could not be read; returns how many there are."""
    notes = [row.note for row in facts.where("row = 'failed'").orderBy("shard", "place").select("note").collect()]
    for note in notes:
        print(in_words(note), file=sys.stderr)
    return len(notes)


def in_words(note):
    """A failure that `facts` put down as JSON, as the program says it; one that it said itself is said again."""
    if not note.startswith("{"):
        return note
    error = json.loads(note)
    lines = [f"error: {error['subject']}: {error['what']}", *(f"  {detail}" for detail in error["details"])]
    return "\n".join(lines + [f"hint: {error['hint']}"] * bool(error["hint"]))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--master", required=True, metavar="URL", help="spark://HOST:PORT, local[N], yarn or k8s://…")
    add("--shards", required=True, metavar="FILE", help="the mailboxes: a path a line, as workers see them")
    add("--output", required=True, metavar="FILE", help="the report (CSV)")
    add("--messages", metavar="FILE", help="the list of messages (CSV)")
    add("--timezone", required=True, metavar="ZONE", help="IANA name: the machines may have different ones")
    add("--program", default="mailfatigue", metavar="PATH", help="the program on workers [default: mailfatigue]")
    add("--partitions", type=int, metavar="N", help="parts by customer [default: twice the cores]")
    add("--owner", action="append", default=[], metavar="ADDRESS", help="as in check")
    add("--keep-tags", action="store_true", help="as in check")
    add("--rules", metavar="FILE", help="as in check")
    add("--brands", metavar="FILE", help="as in check")
    add("--as-of", metavar="DATE", help="as in check")
    add("--until", metavar="DATE", help="as in check")
    add("--all", action="store_true", help="as in check")
    add("--fail-on-flagged", action="store_true", help="as in check")
    return parser


def shards_of(path):
    try:
        with open(path, encoding="utf-8") as file:
            shards = [line.rstrip("\r\n") for line in file if line.strip()]
    except OSError as error:
        raise trouble(f"`{path}`: can't be read: {error.strerror}", "give a file with the path of a mailbox on each line")
    if not shards:
        raise trouble(f"`{path}`: names no shard", "write the path of a mailbox on each line, as workers see it")
    known = set()
    for shard in shards:
        if os.path.normpath(shard) in known:
            raise trouble(f"`{path}`: names `{shard}` twice", "its messages would be read twice: leave one line out")
        known.add(os.path.normpath(shard))
    return shards


def must_cost_no_file(own, judging, shards):
    """Before anything is read: no output is an input or another output, and each replaces only an earlier one of its kind."""
    named = [own.shards, own.rules, own.brands, *shards, *judging, *(word.rsplit("=", 1)[-1] for word in judging)]
    inputs = {os.path.realpath(path): path for path in named if path and os.path.exists(path)}
    outputs = {}
    for option, path, begins in [("--output", own.output, b"flagged,verdict,"), ("--messages", own.messages, b"sender,customer,day,time,")]:
        if path is None:
            continue
        real = os.path.realpath(path)
        if real in inputs or any(os.path.exists(real) and os.path.samefile(real, read) for read in inputs):
            raise trouble(f"{option} `{path}`: is read, too", "name another file; nothing was written")
        if real in outputs:
            raise trouble(f"{option} `{path}`: is the file of {outputs[real]}, too", "name two files")
        outputs[real] = option
        must_be_writable(option, path, begins)


def must_be_writable(option, path, begins):
    folder = os.path.dirname(os.path.realpath(path))
    if os.path.isdir(path) or not os.access(folder, os.W_OK):
        raise trouble(f"{option} `{path}`: can't be written there", "name a file in a folder that is there and writable")
    if os.path.exists(path) and os.path.getsize(path):
        with open(path, "rb") as file:
            earlier = file.read(64).removeprefix(b"\xef\xbb\xbf").startswith(begins)
        if not earlier:
            raise trouble(f"{option} `{path}`: is a file of something else", "name another file, or move that one away")



if __name__ == "__main__":
    try:
        sys.exit(main())
    except Trouble as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    except (Py4JJavaError, PySparkException) as error:
        # A worker's own words, out of Spark's.
        found = re.search(r"(?:Trouble|RuntimeError): (error: .*(?:\n(?:hint: .*|  (?!File ).*))*)", str(error))
        print(found.group(1) if found else f"error: Spark: {error}", file=sys.stderr)
        sys.exit(2)
