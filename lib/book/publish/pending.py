"""Putting what is published in its place: all of it, if need be by the next command."""

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from lib import claims
from lib.book.stamps.citation import citation
from lib.book.verify.manifest import write_manifest
from lib.book.verify.verdicts import write_verdicts
from lib.common.files import sha256_of, write_whole
from lib.common.paths import BUILD, REFERENCE, ROOT
from lib.notebook.records import RecordSet

# What is being published, until all of it stands in its place.
PENDING = BUILD / "publish" / "pending.json"


def finish(say: Callable[[str], None]) -> None:
    """Finish a publication that was interrupted between two files; drop one that is no more.

    A file may be as it was before, or as the publication has it. Where all are as before, because
    it put none or a person has restored them, there is nothing to finish. Where one is neither, a
    person has changed it since, and must not lose that.
    """
    if not PENDING.exists():
        return
    why = _why_to_drop()
    if not why:
        _put_pending()
        say("A publication that was interrupted is finished.")
        return
    PENDING.unlink()
    say(f"A publication that was interrupted is dropped: {why}. 'make site' says if files differ.")


def _why_to_drop() -> str:
    try:
        found = {
            name: (_digest(ROOT / name), each["before"], _digest_of(each["text"]))
            for name, each in _pending().items()
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return f"{PENDING.name} is damaged"
    changed = [name for name, (now, *ends) in found.items() if now not in ends]
    if changed:
        return f"{', '.join(changed[:3])} changed since"
    to_move = [(now, before) for now, before, after in found.values() if before != after]
    untouched = to_move and all(now == before for now, before in to_move)
    return "its files are as they were before" if untouched else ""


def _pending() -> dict[str, dict[str, str | None]]:
    """Return for each file the text that it is to have, and the digest that it had."""
    content = json.loads(PENDING.read_text(encoding="utf-8"))
    for name, each in content.items():
        if {*each} != {"text", "before"} or not all(
            isinstance(value, str | None) for value in each.values()
        ):
            raise ValueError(f"{name} has no text and no digest")
    return content


def _digest_of(text: str | None) -> str | None:
    return None if text is None else sha256(text.encode()).hexdigest()


def _digest(path: Path) -> str | None:
    return sha256_of(path) if path.is_file() else None


def put(files: dict[Path, str | None]) -> None:
    """Write files, or remove those without text, verdicts, manifest: all, if need be next time."""
    # What is read at the end is read before the first file is written.
    claims.load()
    citation(ROOT)
    listed = {
        str(path.relative_to(ROOT)): {"text": text, "before": _digest(path)}
        for path, text in files.items()
    }
    write_whole(PENDING, json.dumps(listed))
    _put_pending()


def _put_pending() -> None:
    for name, each in _pending().items():
        path, text = ROOT / name, each["text"]
        for half_written in path.parent.glob(f".{path.name}.*"):
            half_written.unlink()
        if text is None:
            path.unlink(missing_ok=True)
        else:
            write_whole(path, text)
    write_verdicts(claims.load(), RecordSet.read(REFERENCE))
    write_manifest()
    PENDING.unlink()
