"""The command line: ``python -m lib COMMAND --help``."""

import argparse
import math
import os
import re
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

from lib.common.errors import ReaderError
from lib.common.memory import memory_allowed
from lib.common.paths import BUILD, ROOT

# What ends a command that nobody reads on, and one that meets an error that nobody foresaw.
UNHEARD, CRASHED = 141, 4
# With less, libraries end without a word, or try again for ever.
LEAST_MEMORY = 1 << 30


def _say(line: str) -> None:
    print(line, flush=True)


def _complain(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _settings(options: argparse.Namespace):
    from lib.book.run.settings import Settings

    chosen = (options.profile, options.replicates, options.seed, options.jobs)
    return Settings(BUILD / "run", *chosen, cluster=os.environ.get("CLUSTER") or None)


def _execute(options: argparse.Namespace) -> int:
    from lib.book.notebooks import find_notebooks
    from lib.book.run.execution import execute, failed, forget

    settings = _settings(options)
    notebooks = find_notebooks(options.chapter)
    _say_what_is_overlooked(notebooks)
    begin = (lambda: forget(notebooks, settings)) if options.again else None
    outcomes = execute(notebooks, settings, _say, begin)
    return int(failed(outcomes, _complain))


def _say_what_is_overlooked(notebooks: list) -> None:
    """Say in a line for each data set what a person's folders hold in the place of its files."""
    from lib.book.stamps.inputs import data_found
    from lib.datasets import entry
    from lib.datasets.overlooked import overlooked

    states = {}
    for notebook in notebooks:
        states |= data_found(notebook.source)
    for name in (key.split(" ", 1)[1] for key, state in states.items() if state.startswith("twin")):
        line = overlooked(entry(name))
        if line:
            _say(f"{line} Its twin stands in.")


def _book(options: argparse.Namespace) -> int:
    from lib.book.pages.build import build_book

    if _execute(options):
        return 1
    _editions(options)
    build_book(_settings(options), _say)
    return 0


def _site(_options: argparse.Namespace) -> None:
    from lib.book.pages.build import build_site

    build_site(_say)


def _editions(_options: argparse.Namespace) -> None:
    from lib.book.lessons.making import make_editions

    make_editions(_say)


def _class(options: argparse.Namespace) -> int:
    os.environ["IDS_TWIN"] = "1"
    return _book(options)


def _publish(options: argparse.Namespace) -> int:
    from lib.book.publish.publication import publish, publish_prose

    if options.prose:
        return publish_prose(options.chapter, _say)
    return publish(options.chapter, options.jobs, _say)


def _verify(options: argparse.Namespace) -> int:
    from lib.book.notebooks import find_notebooks
    from lib.book.verify.kept import keep
    from lib.book.verify.run import Request, remake_twin_reference, verify

    if options.keep_report:
        return keep(_say)
    if options.remake_twin_reference:
        return remake_twin_reference(options.chapter, options.jobs, _say)
    _say_what_is_overlooked(find_notebooks(options.chapter))
    chosen = (options.chapter, options.profile, options.replicates, options.seed, options.jobs)
    return verify(Request(*chosen, options.cluster), _say)


def _serve(options: argparse.Namespace) -> None:
    from lib.book.pages.build import serve

    serve(options.port, _say)


def _clean(_options: argparse.Namespace) -> None:
    from lib.book.pages.build import clean

    clean()


def _data(_options: argparse.Namespace) -> int:
    from lib.datasets.downloading import download_all

    return download_all()


def _twin(options: argparse.Namespace) -> None:
    from lib.datasets.fitting import write_twins
    from lib.datasets.registry import entry
    from lib.networks import NAMES, TWIN
    from lib.papers.every import MAKERS, PAPERS

    generators = {paper.NAME: paper.twin for paper in PAPERS} | dict.fromkeys(NAMES, TWIN)
    if options.name not in generators:
        entry(options.name)  # a name that the registry does not know has a message of its own
        raise ReaderError(f"there is no twin of {options.name}. Choose: {', '.join(generators)}.")
    for path in write_twins(options.name, generators[options.name], MAKERS.get(options.name)):
        _say(f"Written: {path}")


def _new_paper(options: argparse.Namespace) -> int:
    from lib.book.publish.new_paper import new_paper
    from lib.book.publish.publication import publish
    from lib.book.verify.run import remake_twin_reference

    chapter = new_paper(options.name, options.title, _say)
    status = publish(chapter, None, _say) or remake_twin_reference(chapter, None, _say)
    if status == 0:
        _say(f"The chapter {chapter} stands, on its twin. What comes next: chapters/add-a-paper.md")
    return status


def _claims(options: argparse.Namespace) -> int | None:
    from lib.claims import command

    return command(options.json, options.paper, options.verdict)


def _examine(options: argparse.Namespace) -> None:
    import json

    from lib.review.scores.examination import examine
    from lib.review.scores.report import as_text
    from lib.review.scores.table import of_claims, read_table

    if bool(options.table) == bool(options.claims):
        raise ReaderError("give a table, such as scores.csv, or --claims with a pattern of ids")
    table = of_claims(options.claims) if options.claims else read_table(Path(options.table))
    share = 1 / options.folds if options.folds else options.test
    chosen = (options.rows, options.positives, options.average, share, bool(options.folds))
    found = examine(table, *chosen)
    _say(json.dumps(found, indent=1) if options.json else as_text(found))


def _audit(options: argparse.Namespace) -> None:
    import json

    from lib.review.files.audit import audit
    from lib.review.files.report import as_text

    found = audit(Path(options.file), options.label, options.ignore, options.seed)
    _say(json.dumps(found, indent=1) if options.json else as_text(found))


def _pdf(options: argparse.Namespace) -> None:
    from lib.book.pages import printed
    from lib.book.pages.build import HTML

    if options.if_possible and printed.browser() is None:
        _say("No PDF: it is printed by Chromium or Chrome, and none is on the PATH.")
        return
    _say(f"The book as a PDF: {printed.print_book(HTML)}")


def _watch(options: argparse.Namespace) -> int | None:
    from lib.papers.xmednn.deployment.command import watch

    return watch(options, _say)


def _crate(_options: argparse.Namespace) -> None:
    from lib.book.publish import archive

    folder = BUILD / "crate"
    archive.write(folder)
    _say(f"The RO-Crate: {folder} and {folder / archive.ZIP}")


def _bench(options: argparse.Namespace) -> None:
    from lib.book.cost import bench, measured, whole_book

    if options.keep:
        measured.record(_say)
        return
    bench.main(_say)
    whole_book.whole_book(_say)


def _whole_number(least: int, most: float = math.inf) -> Callable[[str], int]:
    """Return what reads a whole number of the command line, in a range."""

    def read(text: str) -> int:
        if not re.fullmatch(r"-?(\d+|\d{1,3}(,\d{3})+)", text):
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number")
        number = int(text.replace(",", ""))
        if not least <= number <= most:
            end = f" to {most:,}" if math.isfinite(most) else " or more"
            raise argparse.ArgumentTypeError(f"{text} is not {least}{end}")
        return number

    return read


_positive = _whole_number(1)
# What NumPy and scikit-learn take, with room for the further seeds of a run.
_seed = _whole_number(0, 2**32 - 1 - 1_000)


def _share(text: str) -> float:
    """Read a share of rows, such as 30%, 30, 0.3 or 1/3."""
    number = text.strip().removesuffix("%")
    if parts := re.fullmatch(r"(\d+)/([1-9]\d*)", number):
        share = int(parts[1]) / int(parts[2])
    elif re.fullmatch(r"\d*\.?\d+", number):
        share = float(number) / (100 if "%" in text or float(number) > 1 else 1)
    else:
        raise argparse.ArgumentTypeError(f"{text!r} is no share, such as 30% or 1/3")
    if not 0 < share <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not above 0 % and at most 100 %")
    return share


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m lib",
        description="Does it still hold? Three IoT intrusion-detection papers, re-executed.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_running(commands)
    _add_publishing(commands)
    _add_reviewing(commands)
    _add_watching(commands)
    _add_others(commands)
    return parser


def _add(commands, name: str, run: Callable, text: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text[0].lower() + text[1:], description=f"{text}.")
    command.set_defaults(run=run)
    return command


def _add_chapter_and_jobs(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--chapter",
        metavar="NAME",
        help="a chapter, such as 03-xmednn-ehms, or a notebook, such as "
        "03-xmednn-ehms/03_audit; several with commas between (default: all)",
    )
    command.add_argument(
        "--jobs", type=_positive, help="notebooks executed at once (default: processors)"
    )


def _add_running(commands) -> None:
    for name, run, text in (
        ("book", _book, "Execute what has changed and build the book from it"),
        ("execute", _execute, "Execute what has changed, without building pages"),
    ):
        command = _add(commands, name, run, text)
        _add_chapter_and_jobs(command)
        command.add_argument(
            "--profile",
            choices=("quick", "full"),
            default="quick",
            help="quick: reduced epochs and replicates (default); full: the paper's settings",
        )
        command.add_argument(
            "--replicates", type=_positive, help="seeds a result (default: 2 quick, 10 full)"
        )
        command.add_argument("--seed", type=_seed, help="the first seed (default: the notebook's)")
        command.add_argument(
            "--again", action="store_true", help="execute everything, also what is unchanged"
        )
    taught = _add(commands, "class", _class, "Run a chapter on its twin, and make its editions")
    _add_chapter_and_jobs(taught)
    taught.set_defaults(profile="quick", replicates=None, seed=None, again=False)
    text = "Make the notebooks and slides of the lessons, in _build/editions"
    _add(commands, "editions", _editions, text)


def _add_publishing(commands) -> None:
    _add(commands, "site", _site, "Build the published book; execute nothing")
    publish = _add(
        commands,
        "publish",
        _publish,
        "Execute on real data at full profile and refresh the committed pages and records",
    )
    _add_chapter_and_jobs(publish)
    publish.add_argument(
        "--prose",
        action="store_true",
        help="only put the present prose and verdicts around the published outputs",
    )
    verify = _add(
        commands,
        "verify",
        _verify,
        "Execute again and hold every claim, record and page against the published ones",
    )
    _add_chapter_and_jobs(verify)
    verify.add_argument(
        "--profile",
        choices=("quick", "full"),
        help="full: real data, the paper's settings (default); quick: the twins, which judge the "
        "code only (default without real data)",
    )
    verify.add_argument("--replicates", type=_positive, help="seeds (default: 2 quick, 10 full)")
    verify.add_argument("--seed", type=_seed, help="the first seed (default: the published run's)")
    verify.add_argument(
        "--cluster",
        metavar="ADDRESS",
        default=os.environ.get("CLUSTER") or None,
        help="a Dask scheduler, such as tcp://host:8786 or tls://host:8786 (default: CLUSTER, else "
        "this machine); whoever reaches it can run code on its machines",
    )
    verify.add_argument(
        "--remake-twin-reference",
        action="store_true",
        help="only run on the twins and keep the records to verify the code against",
    )
    verify.add_argument(
        "--keep-report",
        action="store_true",
        help="run nothing; put the last report, if all held, among the book's downloads",
    )


def _add_reviewing(commands) -> None:
    examine = _add(commands, "examine", _examine, "Hold anyone's printed scores against arithmetic")
    examine.add_argument("table", nargs="?", metavar="TABLE.csv", help="one row a model")
    examine.add_argument("--claims", metavar="PATTERN", help="a table of the book's own ledger")
    examine.add_argument(
        "--rows", type=_positive, required=True, help="rows of the test, or of the whole file"
    )
    examine.add_argument("--positives", type=_positive, help="of these, rows of the scored class")
    examine.add_argument("--test", type=_share, help="share of the rows that tests, such as 20%%")
    examine.add_argument(
        "--folds", type=_whole_number(2), help="each row of the table is one of so many folds"
    )
    examine.add_argument("--average", choices=("positive", "macro", "weighted"))
    audit = _add(commands, "audit", _audit, "Look in a file for what gives its label away")
    audit.add_argument("file", metavar="FILE.csv")
    audit.add_argument("--label", required=True, metavar="COLUMN", help="the column of the classes")
    audit.add_argument(
        "--ignore", action="append", default=[], metavar="COLUMN", help="leave out; may be repeated"
    )
    audit.add_argument("--seed", type=_seed, default=2022, help="of all draws (default: 2022)")
    for command in (examine, audit):
        command.add_argument("--json", action="store_true", help="for a program")


def _add_watching(commands) -> None:
    watch = _add(
        commands,
        "watch",
        _watch,
        "Let XMeDNN's network watch a capture or an interface, and say what it would block",
    )
    where = watch.add_mutually_exclusive_group(required=True)
    where.add_argument("--capture", metavar="FILE", help="packets on Ethernet, as pcap")
    where.add_argument("--interface", metavar="NAME", help="listen, until Ctrl-C")
    where.add_argument(
        "--test-hosts",
        action="store_true",
        help="send the twin's packets between two hosts in network namespaces of the run's own",
    )
    where.add_argument("--write-twin", metavar="FILE", help="write the twin's packets as pcap")
    where.add_argument("--train", metavar="FOLDER", help="train the network and keep it there")
    where.add_argument(
        "--measure", action="store_true", help="measure anew what the page on deployment shows"
    )
    watch.add_argument("--record", metavar="FILE", help="keep what the test hosts did, as JSON")
    watch.add_argument("--policy", default="printed", metavar="NAME", help="default: printed")
    watch.add_argument(
        "--known",
        action="append",
        default=[],
        metavar="LINK-ADDRESS",
        help="a device that some policies never cut off; may be repeated",
    )
    watch.add_argument("--model", metavar="FOLDER", help="default: data/models/xmednn-ehms")
    watch.add_argument("--seconds", type=_positive, help="how long to listen, or to send")
    watch.add_argument("--rules", action="store_true", help="print the rules that alarms add to")
    kind = watch.add_mutually_exclusive_group()
    kind.add_argument(
        "--dry-run", action="store_true", default=True, help="apply no rule (default)"
    )
    kind.add_argument(
        "--apply", action="store_true", help="apply rules, which only --test-hosts allows"
    )
    watch.add_argument("--json", action="store_true", help="alarms in the shape of Suricata's EVE")


def _add_others(commands) -> None:
    serve = _add(commands, "serve", _serve, "Serve the built book on this machine")
    serve.add_argument(
        "--port",
        type=_whole_number(0, 65_535),
        default=8000,
        help="default: 8000; 0 takes a free one",
    )
    _add(commands, "data", _data, "Download the data that may be downloaded")
    claims = _add(commands, "claims", _claims, "Print every claim with its verdict")
    claims.add_argument("--json", action="store_true", help="as a list of objects")
    claims.add_argument("--paper", help="only the claims of this paper, such as xmednn")
    claims.add_argument("--verdict", help="only the claims with this verdict")
    paper = _add(commands, "new-paper", _new_paper, "Lay out a paper with its chapter, on a twin")
    paper.add_argument("name", metavar="NAME", help="lower-case letters and digits, such as demo")
    paper.add_argument("--title", help="what readers see (default: the name)")
    twin = _add(commands, "twin", _twin, "Fit the parameters of a twin on the real file")
    twin.add_argument("name", metavar="NAME", help="a data set, such as wustl-ehms-2020")
    pdf = _add(commands, "pdf", _pdf, "Print the built book as one PDF, with a browser")
    pdf.add_argument(
        "--if-possible",
        action="store_true",
        help="without a browser say so, and stop with status 0",
    )
    _add(commands, "crate", _crate, "Write claims, records and verdicts as an RO-Crate")
    bench = _add(
        commands, "bench", _bench, "Measure the book's ways of training against the plain ones"
    )
    bench.add_argument(
        "--keep", action="store_true", help="measure what the page on cost shows, and keep it"
    )
    _add(commands, "clean", _clean, "Remove all that runs and builds have made (_build)")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; whatever ends it is said in a line, by a status of its own."""
    _open_what_is_closed()
    os.environ.pop("PYTHONSAFEPATH", None)  # hides lib from a Python that begins in our folder
    sys.stdout.reconfigure(errors="replace")  # a terminal may lack our signs
    if os.path.expanduser("~") == "~":  # no HOME, and a user whom the system does not list
        os.environ["HOME"] = str(BUILD / "home")
    _warn_in_one_line()
    options = _parser().parse_args(arguments)
    allowed = memory_allowed()
    if allowed < LEAST_MEMORY:
        _complain(
            f"This shell allows {allowed >> 20} MB of memory, at least {LEAST_MEMORY >> 20} are "
            "needed. Allow more: ulimit -v unlimited"
        )
        return 2
    if os.environ.get("IDS_DATA"):  # Notebooks run in another folder than this command.
        os.environ["IDS_DATA"] = str(Path(os.path.expanduser(os.environ["IDS_DATA"])).absolute())
    try:
        return options.run(options) or 0
    except ReaderError as problem:
        _complain(str(problem))
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNHEARD
    except KeyboardInterrupt:
        _complain("\nStopped. The same command goes on from here.")
        return 130
    except Exception as problem:
        if os.environ.get("IDS_DEBUG"):
            raise
        return _crashed(problem)


def _warn_in_one_line() -> None:
    """Let the book's own warnings be the line that they are, without the code that gives them."""
    usual = warnings.formatwarning

    def formatted(message, category, filename, *place) -> str:
        own = category is UserWarning and Path(filename).resolve().is_relative_to(ROOT / "lib")
        return f"{message}\n" if own else usual(message, category, filename, *place)

    warnings.formatwarning = formatted


def _open_what_is_closed() -> None:
    """Let what a shell has closed (``>&-``) lead nowhere, and no file of ours take its number."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            # The lowest free number is taken, and so this one.
            os.open(os.devnull, os.O_RDWR)
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, "w" if number else "r", closefd=False))  # noqa: SIM115


def _crashed(problem: Exception) -> int:
    """Say in a line what went wrong and where, and return the status."""
    from traceback import extract_tb

    from lib.common.disk import trouble_with

    told = trouble_with(problem) if isinstance(problem, OSError) else None
    if isinstance(problem, MemoryError):
        told = "There is not enough memory. Run less at once (JOBS=1), or allow more."
    if told:
        _complain(told)
        return 2
    own = [
        each for each in extract_tb(problem.__traceback__) if f"{ROOT / 'lib'}/" in each.filename
    ]
    where = f"{Path(own[-1].filename).relative_to(ROOT)}, line {own[-1].lineno}"
    what = " ".join(f"{type(problem).__name__}: {problem}".split())[:300]
    _complain(
        f"An error of the book itself: {what} ({where}). IDS_DEBUG=1 shows where it came from."
    )
    return CRASHED


if __name__ == "__main__":
    sys.exit(main())
