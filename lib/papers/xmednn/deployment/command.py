"""What ``python -m lib watch`` does."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from lib.common.errors import ReaderError
from lib.common.files import write_whole
from lib.papers.xmednn.deployment import firewall, hosts, model
from lib.papers.xmednn.deployment.capture import capture, capture_bytes, wired_rows
from lib.papers.xmednn.deployment.policies import POLICIES
from lib.papers.xmednn.deployment.watching import Watch, watch_capture, watch_interface

SEED = 2022


def watch(options: argparse.Namespace, say: Callable[[str], None]) -> int | None:
    """Run one of the command's ways; return its status, none where all went well."""
    if options.write_twin:
        write_whole(Path(options.write_twin), capture_bytes(capture(wired_rows())))
        return say(f"Written: {options.write_twin}")
    if options.train:
        return train(Path(options.train), say)
    if options.measure:
        from lib.papers.xmednn.deployment.measuring import measure

        return measure(say)
    if options.apply and not options.test_hosts:
        raise ReaderError(
            "Rules are applied only between the test hosts that a run makes for itself, never on "
            "this machine: give --test-hosts with --apply, or leave --apply out."
        )
    made = _watch(options, say)
    if options.test_hosts:
        return _between_hosts(made, options, say)
    if options.rules:
        interface = options.interface or hosts.SERVER
        say(firewall.ruleset(made.policy, interface, made.known).rstrip())
    if options.capture:
        return watch_capture(made, Path(options.capture))
    return watch_interface(made, options.interface, options.seconds or float("inf"))


def _watch(options: argparse.Namespace, say: Callable[[str], None]) -> Watch:
    if options.policy not in POLICIES:
        known = "; ".join(f"{name} ({policy.words})" for name, policy in POLICIES.items())
        raise ReaderError(f"There is no policy {options.policy}. Choose: {known}.")
    for link in options.known:
        if not firewall.LINK_ADDRESS.fullmatch(link):
            raise ReaderError(f"{link} is no link-layer address, such as 02:00:00:00:00:01.")
    policy = POLICIES[options.policy]
    if (policy.spares or policy.only_known) and not (options.known or options.test_hosts):
        raise ReaderError(f"The policy {policy.name} needs --known with an address, or several.")
    # In a stream of events nothing else may stand.
    told = _complain if options.json else say
    network = model.load(Path(options.model) if options.model else model.FOLDER)
    made = Watch(network, policy, frozenset(options.known), say, told, options.json)
    made.applied = options.apply
    return made


def _complain(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _between_hosts(made: Watch, options: argparse.Namespace, say: Callable[[str], None]) -> int:
    if not hosts.is_inside():
        return hosts.run_between(sys.argv[2:])
    traffic = hosts.Traffic(seconds=options.seconds or hosts.Traffic.seconds)
    if not made.known:
        made.known = frozenset([traffic.packets()[1]["readings"]])
        made.gate.known = made.known
    found = hosts.run_inside(made, traffic)
    if options.record:
        write_whole(Path(options.record), json.dumps(found, indent=1) + "\n")
    for name, count in found["sent"].items():
        made.tell(f"{name}: {found['through'][name]:,} of {count:,} got through.")
    for line in made.summary():
        made.tell(line)
    return 0


def train(folder: Path, say: Callable[[str], None]) -> None:
    """Train the network on the file, or its twin, and keep it in a folder."""
    # Imported here: watching needs neither the data nor what trains.
    from lib.papers import xmednn
    from lib.papers.xmednn.deployment import training

    dataset = xmednn.load()
    about = {
        "what": "XMeDNN's network, trained on whole runs of attacks at their true share",
        "rows": f"{dataset.name}, {dataset.source}",
        "sha256": dataset.sha256,
    }
    model.save(training.train(dataset.frame, SEED, about=about), folder)
    say(f"Written: {folder} ({about['rows']}).")
