"""Packets to flows, flows to decisions, decisions to rules: a line for each alarm."""

import contextlib
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import inf
from pathlib import Path

import pandas as pd

from lib.papers.xmednn.deployment import firewall
from lib.papers.xmednn.deployment.argus import STARTED, flows_of, listening
from lib.papers.xmednn.deployment.model import DRIFTED, Model
from lib.papers.xmednn.deployment.policies import Gate, Policy

# With fewer flows a share of them says nothing of drift.
ENOUGH_FLOWS = 30
SIGNATURE = "XMeDNN takes this flow for an attack"


@dataclass
class Watch:
    """A model and a policy at work; `say` takes a line of an alarm, and `tell` one of all else.

    `known` holds link-layer addresses; with `as_events` a line has the shape of Suricata's EVE;
    rules are applied with `applied` alone, which only the test hosts allow.
    """

    model: Model
    policy: Policy
    known: frozenset
    say: Callable[[str], None]
    tell: Callable[[str], None]
    as_events: bool = False
    applied: bool = False
    # What was seen and done.
    flows: list = field(default_factory=list)
    alarms: int = 0
    happened: list = field(default_factory=list)

    def __post_init__(self):
        self.gate = Gate(self.policy, self.known)

    def over(self, tables: Iterable[pd.DataFrame], clock: Callable[[], float] | None = None):
        """Decide on flows as they come, in force when `clock` says, else at the flow's own end."""
        for table in tables:
            chances = self.model.chances(table)
            self.flows.append(table)
            for row, chance in zip(table.to_dict("records"), chances, strict=True):
                self._decide(row, float(chance), clock)

    def _decide(self, row: dict, chance: float, clock: Callable[[], float] | None) -> None:
        ends = row["SrcAddr"], row["SrcMac"]
        alarm = chance > self.model.cut
        self.alarms += alarm
        alarmed, rule = time.time(), ""
        met = not self.gate.lets_through(row[STARTED], *ends)
        if not met:
            moment = clock() if clock else row[STARTED] + row["Dur"]
            sender = self.gate.told(moment, *ends, alarm)
            rule = firewall.element(self.policy, sender).strip() if sender else ""
        if rule and self.applied:
            firewall.apply(f"{rule}\n")
        if alarm:
            self.say(self._line(row, chance, rule, met))
            times = {"began": row[STARTED], "alarm": alarmed, "block": time.time()}
            self.happened.append({"link": row["SrcMac"], "rule": rule} | times)

    def _line(self, row: dict, chance: float, rule: str, met: bool) -> str:
        if self.as_events:
            return json.dumps(event(row, chance, rule, self.applied and (met or bool(rule))))
        began = datetime.fromtimestamp(row[STARTED], UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        source = f"{row['SrcAddr']}:{row['Sport']} ({row['SrcMac']})"
        done = f"; {'applied' if self.applied else 'would apply'}: {rule}" if rule else ""
        done = "; met by a rule already" if met else done
        return f"{began} attack {chance:.3f} {source} -> {row['DstAddr']}:{row['Dport']}{done}"

    def summary(self) -> list[str]:
        """Return what was seen, and which columns are not as in training, in a line each."""
        seen = pd.concat(self.flows) if self.flows else pd.DataFrame()
        lines = [f"{len(seen):,} flows, {self.alarms:,} alarms. Policy: {self.policy.words}."]
        if len(seen) < ENOUGH_FLOWS:
            return [*lines, "Too few flows to tell whether their columns are as in training."]
        drift = self.model.drift(seen)
        moved = drift[drift > DRIFTED].sort_values(ascending=False)
        lines += [
            f"{name} has drifted: {share:.0%} of the flows lie outside the range of 98 % of the "
            "training rows."
            for name, share in moved.items()
        ]
        return lines if len(moved) else [*lines, "No column has drifted from the training rows."]


def event(row: dict, chance: float, rule: str, blocked: bool) -> dict:
    """Return an alarm in the shape of an alert of Suricata's EVE."""
    began = datetime.fromtimestamp(row[STARTED], UTC).strftime("%Y-%m-%dT%H:%M:%S.%f%z")
    return {
        "timestamp": began,
        "event_type": "alert",
        "src_ip": row["SrcAddr"],
        "src_port": _port(row["Sport"]),
        "dest_ip": row["DstAddr"],
        "dest_port": _port(row["Dport"]),
        "proto": "TCP",
        "ether": {"src_mac": row["SrcMac"], "dest_mac": row["DstMac"]},
        "alert": {
            "action": "blocked" if blocked else "allowed",
            "gid": 1,
            "signature_id": 1,
            "rev": 1,
            "signature": SIGNATURE,
            "category": "Potentially Bad Traffic",
            "severity": 2,
        },
        "flow": {
            "bytes_toserver": int(row["SrcBytes"]),
            "bytes_toclient": int(row["DstBytes"]),
            "start": began,
        },
        "xmednn": {"chance": round(chance, 6), "rule": rule},
    }


def _port(text: str) -> int:
    return int(text) if text.isdigit() else 0


def watch_capture(watch: Watch, path: Path) -> None:
    """Decide on the flows of a capture, in the order of their beginnings; apply nothing."""
    flows = flows_of(path)
    watch.over([flows])
    for line in watch.summary():
        watch.tell(line)


def watch_interface(watch: Watch, interface: str, seconds: float = inf) -> None:
    """Decide on the flows of an interface as they come, until a time is over or Ctrl-C."""
    until = time.time() + seconds
    stop = contextlib.suppress(KeyboardInterrupt)
    with stop, listening(interface, lambda: time.time() >= until) as tables:
        watch.over(tables, time.time)
    for line in watch.summary():
        watch.tell(line)
