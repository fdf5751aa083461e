"""The command line: ``python -m lib COMMAND --help``."""

import argparse
import math
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

from lib.errors import ReaderError
from lib.paths import BUILD


def _say(line: str) -> None:
    print(line, flush=True)


def _complain(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _settings(options: argparse.Namespace):
    from lib.execution import Settings

    chosen = (options.profile, options.replicates, options.seed, options.jobs)
    return Settings(BUILD / "run", *chosen, cluster=os.environ.get("CLUSTER") or None)


def _execute(options: argparse.Namespace) -> int:
    from lib.execution import execute, failed, forget
    from lib.notebooks import find_notebooks

    settings = _settings(options)
    notebooks = find_notebooks(options.chapter)
    begin = (lambda: forget(notebooks, settings)) if options.again else None
    outcomes = execute(notebooks, settings, _say, begin)
    return int(failed(outcomes, _complain))


def _book(options: argparse.Namespace) -> int:
    from lib.book import build_book

    if _execute(options):
        return 1
    build_book(_settings(options), _say)
    return 0


def _site(_options: argparse.Namespace) -> None:
    from lib.book import build_site

    build_site(_say)


def _publish(options: argparse.Namespace) -> int:
    from lib.publication import publish, publish_prose

    if options.prose:
        return publish_prose(options.chapter, _say)
    return publish(options.chapter, options.jobs, _say)


def _verify(options: argparse.Namespace) -> int:
    from lib.verification.kept import keep
    from lib.verification.run import Request, remake_twin_reference, verify

    if options.keep_report:
        return keep(_say)
    if options.remake_twin_reference:
        return remake_twin_reference(options.jobs, _say)
    chosen = (options.chapter, options.profile, options.replicates, options.seed, options.jobs)
    return verify(Request(*chosen, options.cluster), _say)


def _serve(options: argparse.Namespace) -> None:
    from lib.book import serve

    serve(options.port, _say)


def _clean(_options: argparse.Namespace) -> None:
    from lib.book import clean

    clean()


def _data(_options: argparse.Namespace) -> int:
    from lib.datasets import download_all

    return download_all()


def _twin(options: argparse.Namespace) -> None:
    from lib.datasets.twin import write_parameters

    for path in write_parameters(options.name):
        _say(f"Written: {path}")


def _claims(options: argparse.Namespace) -> int | None:
    from lib.claims import command

    return command(options.json, options.paper, options.verdict)


def _crate(_options: argparse.Namespace) -> None:
    from lib import archive

    folder = BUILD / "crate"
    archive.write(folder)
    _say(f"The RO-Crate: {folder} and {folder / archive.ZIP}")


def _bench(options: argparse.Namespace) -> None:
    from lib import bench
    from lib.cost import measured, whole_book

    if options.keep:
        measured.record(_say)
        return
    bench.main(_say)
    whole_book.whole_book(_say)


def _whole_number(least: int, most: float = math.inf) -> Callable[[str], int]:
    """Return what reads a whole number of the command line, in a range."""

    def read(text: str) -> int:
        if not re.fullmatch(r"-?\d+", text):
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number")
        if not least <= int(text) <= most:
            end = f" to {most:,}" if math.isfinite(most) else " or more"
            raise argparse.ArgumentTypeError(f"{text} is not {least}{end}")
        return int(text)

    return read


_positive = _whole_number(1)
# What NumPy and scikit-learn take, with room for the further seeds of a run.
_seed = _whole_number(0, 2**32 - 1 - 1_000)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m lib",
        description="Does it still hold? Three IoT intrusion-detection papers, re-executed.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_running(commands)
    _add_publishing(commands)
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
        help="a Dask scheduler, such as tcp://host:8786 (default: CLUSTER, else this machine)",
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
    twin = _add(commands, "twin", _twin, "Fit the parameters of a twin on the real file")
    twin.add_argument("name", metavar="NAME", help="a data set, such as wustl-ehms-2020")
    _add(commands, "crate", _crate, "Write claims, records and verdicts as an RO-Crate")
    bench = _add(
        commands, "bench", _bench, "Measure the book's ways of training against the plain ones"
    )
    bench.add_argument(
        "--keep", action="store_true", help="measure what the page on cost shows, and keep it"
    )
    _add(commands, "clean", _clean, "Remove all that runs and builds have made (_build)")


def main(arguments: list[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : list of str, optional
        The command line without the program's name; ``sys.argv`` when missing.

    Returns
    -------
    int
        0 success; 1 a notebook or check failed; 2 the reader can mend it; 130 interrupted.
    """
    options = _parser().parse_args(arguments)
    if os.environ.get("IDS_DATA"):  # Notebooks run in another folder than this command.
        os.environ["IDS_DATA"] = str(Path(os.environ["IDS_DATA"]).expanduser().absolute())
    try:
        return options.run(options) or 0
    except ReaderError as problem:
        _complain(str(problem))
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as problem:
        from lib.disk import trouble_with

        if trouble_with(problem) is None:
            raise
        _complain(trouble_with(problem))
        return 2
    except KeyboardInterrupt:
        _complain("\nStopped. The same command goes on from here.")
        return 130


if __name__ == "__main__":
    sys.exit(main())
