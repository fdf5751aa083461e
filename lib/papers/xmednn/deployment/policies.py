"""What is done with an alarm: one state that the replay, the rules and the live run share."""

from collections import deque
from dataclasses import dataclass, field
from math import inf

import numpy as np

ADDRESS, LINK = "address", "link"
LIMIT_SECONDS = 10.0  # a limited sender may begin one connection in so many seconds


@dataclass(frozen=True)
class Policy:
    """What an alarm leads to; `name` is for command line and records, `words` for readers.

    Once `needed` of a sender's last `of` flows gave an alarm, whoever has its source address (`key`
    "address") or link-layer address ("link"; "" is nobody) is cut off for `seconds`, or slowed down
    with `limits`. With `spares` known devices never are; with `only_known` all others are cut off
    without an alarm.
    """

    name: str
    words: str
    key: str = ""
    seconds: float = inf
    needed: int = 1
    of: int = 1
    limits: bool = False
    spares: bool = False
    only_known: bool = False


POLICIES = {
    policy.name: policy
    for policy in (
        Policy("printed", "block the source address, as printed", ADDRESS),
        Policy("minute", "block the source address for a minute", ADDRESS, 60),
        Policy("limit", "slow the source address down for a minute", ADDRESS, 60, limits=True),
        Policy("k_of_n", "block the source address after 3 of 5 alarms", ADDRESS, inf, 3, 5),
        Policy("link", "block the link-layer address", LINK),
        Policy("link_k_of_n", "block the link-layer address after 3 of 5 alarms", LINK, inf, 3, 5),
        Policy("allow", "block the link-layer address, known devices never", LINK, spares=True),
        Policy("alert", "alert only"),
        Policy("known", "no detector: known link-layer addresses only", only_known=True),
    )
}


@dataclass
class Gate:
    """Who is cut off or slowed down at which moment; `known` holds link-layer addresses."""

    policy: Policy
    known: frozenset = frozenset()
    until: dict = field(default_factory=dict)
    recent: dict = field(default_factory=dict)
    passed: dict = field(default_factory=dict)

    def told(self, second: float, address: str, link: str, alarm: bool) -> str:
        """Learn of a flow; return the sender to meet from now on, or an empty text."""
        policy = self.policy
        if not policy.key:
            return ""
        sender = address if policy.key == ADDRESS else link
        last = self.recent.setdefault(sender, deque(maxlen=policy.of))
        last.append(alarm)
        if not alarm or sum(last) < policy.needed or (policy.spares and link in self.known):
            return ""
        if second < self.until.get(sender, -inf):
            return ""  # it is met already, and nftables does not begin a time-out again
        self.until[sender] = second + policy.seconds
        return sender

    def lets_through(self, second: float, address: str, link: str) -> bool:
        """Tell whether a flow that begins now gets through."""
        policy = self.policy
        if policy.only_known:
            return link in self.known
        sender = address if policy.key == ADDRESS else link
        if second >= self.until.get(sender, -inf):
            return True
        if policy.limits and second - self.passed.get(sender, -inf) >= LIMIT_SECONDS:
            self.passed[sender] = second
            return True
        return False


def replay(
    alarms: np.ndarray,
    addresses: np.ndarray,
    links: np.ndarray,
    policy: Policy,
    known: frozenset,
    apart: float,
    delay: float,
) -> np.ndarray:
    """Tell which flows get through when alarms act on what comes after them.

    Parameters
    ----------
    alarms : numpy.ndarray of bool
        Shape (flows,), in the order of time: whether the detector would flag each.
    addresses, links : numpy.ndarray of str
        Shape (flows,), the senders' addresses.
    policy : Policy
        What alarms lead to.
    known : frozenset of str
        Link-layer addresses of known devices.
    apart : float
        Seconds from one flow to the next.
    delay : float
        Seconds from a flow's beginning until what it leads to is in force.

    Returns
    -------
    numpy.ndarray of bool
        Shape (flows,). A flow that does not get through is not seen by the detector either.
    """
    gate, through, waiting = Gate(policy, known), np.zeros(len(alarms), dtype=bool), deque()
    flows = zip(alarms.tolist(), addresses.tolist(), links.tolist(), strict=True)
    for number, (alarm, address, link) in enumerate(flows):
        now = number * apart
        while waiting and waiting[0][0] <= now:
            gate.told(*waiting.popleft())
        through[number] = gate.lets_through(now, address, link)
        if through[number]:
            waiting.append((now + delay, address, link, alarm))
    return through
