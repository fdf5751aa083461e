"""The rules: nftables, as text that is checked before it is applied, and never on the host.

Whom to cut off or slow down stands in sets whose elements time out by themselves. `apply` works in
a network namespace that a run has made for itself, and refuses every other.
"""

import ipaddress
import json
import os
import re
import subprocess
from math import isinf
from pathlib import Path

from lib.common.errors import ReaderError
from lib.papers.xmednn.deployment.argus import program
from lib.papers.xmednn.deployment.policies import ADDRESS, LIMIT_SECONDS, Policy

TABLE = "netdev xmednn"
SET = {ADDRESS: "met_addresses", "link": "met_links"}
FIELD = {ADDRESS: "ip saddr", "link": "ether saddr"}
LINK_ADDRESS = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")
INTERFACE = re.compile(r"[A-Za-z0-9._-]{1,15}")
# Named by the test hosts: the namespace that the run has made, and the host's own.
OWN, HOST = "IDS_OWN_NAMESPACE", "IDS_HOST_NAMESPACE"
NEW_CONNECTION = "tcp flags & (syn | ack) == syn"


def ruleset(policy: Policy, interface: str, known: frozenset, watched: dict | None = None) -> str:
    """Return a policy's rules before any alarm, for ``nft --file``; a `ReaderError` for bad names.

    `known` holds link-layer addresses; `watched` has them by a name, under which the connections of
    each that get through are counted.
    """
    if not INTERFACE.fullmatch(interface):
        raise ReaderError(f"{interface!r} is no name of an interface.")
    listed = ", ".join(sorted(_checked(link) for link in known))
    lines = [
        "set met_addresses { type ipv4_addr; flags timeout; }",
        "set met_links { type ether_addr; flags timeout; }",
        f"set known {{ type ether_addr; {f'elements = {{ {listed} }}' if listed else ''} }}",
        *(f"counter {name} {{ }}" for name in watched or {}),
        "chain arriving {",
        f'type filter hook ingress device "{interface}" priority 0; policy accept;',
        *_rules(policy),
        *(
            f"ether saddr {_checked(link)} {NEW_CONNECTION} counter name {name}"
            for name, link in (watched or {}).items()
        ),
        "}",
    ]
    return f"table {TABLE} {{\n" + "\n".join(lines) + "\n}\n"


def _rules(policy: Policy) -> list[str]:
    if policy.only_known:
        return ["ether saddr != @known drop"]
    if not policy.key:
        return []
    met = f"{FIELD[policy.key]} @{SET[policy.key]}"
    spared = "ether saddr != @known " if policy.spares else ""
    if policy.limits:
        a_minute = round(60 / LIMIT_SECONDS)
        rate = f"limit rate over {a_minute}/minute burst 1 packets"
        return [f"{spared}{met} {NEW_CONNECTION} {rate} drop"]
    return [f"{spared}{met} drop"]


def element(policy: Policy, sender: str) -> str:
    """Return the command that puts a sender into the policy's set."""
    time = "" if isinf(policy.seconds) else f" timeout {policy.seconds:.0f}s"
    return f"add element {TABLE} {SET[policy.key]} {{ {_checked(sender)}{time} }}\n"


def _checked(sender: str) -> str:
    """Return an address if it is one, so that nothing else comes into a rule."""
    if LINK_ADDRESS.fullmatch(sender):
        return sender
    try:
        return str(ipaddress.IPv4Address(sender))
    except ValueError:
        raise ReaderError(f"{sender!r} is no address that a rule could name.") from None


def check(rules: str) -> None:
    """Let nftables check rules without applying them; a `ReaderError` says what it objects to."""
    _nft(["--check", "--file", "-"], rules)


def apply(rules: str) -> None:
    """Check and apply rules, in the run's own network namespace alone."""
    if not in_own_namespace():
        raise ReaderError(
            "Rules are applied only between the test hosts that a run makes for itself, never on "
            "this machine. Leave --apply out, or give --test-hosts."
        )
    check(rules)
    _nft(["--file", "-"], rules)


def counted(name: str) -> int:
    """Return how many packets a named counter has met."""
    told = json.loads(_nft(["--json", "list", "counter", *TABLE.split(), name], ""))
    return next(one["counter"]["packets"] for one in told["nftables"] if "counter" in one)


def in_own_namespace() -> bool:
    """Tell whether this process is in the network namespace that its run has made."""
    here, own, host = namespace(), os.environ.get(OWN), os.environ.get(HOST)
    return bool(own and host) and here == own and here != host


def namespace() -> str:
    """Return the name of this process's network namespace; empty where there are none."""
    try:
        return os.readlink("/proc/self/ns/net")
    except OSError:
        return ""


def _nft(arguments: list[str], given: str) -> str:
    command = [program("nft"), *arguments]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    if done.returncode:
        said = " ".join(done.stderr.split())[:200]
        raise ReaderError(f"{Path(command[0]).name} {arguments[0]} failed: {said}")
    return done.stdout
