"""Two test hosts in network namespaces that a run makes for itself, and that end with it.

The gateway's host sends a capture's frames, at their times, to the server's host, where Argus
listens and nftables filters; this machine's own network is not touched. Each process is told to die
with its parent, and all are in one process namespace, so that ``kill -9`` ends all.
"""

import contextlib
import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass

from lib.common.errors import ReaderError
from lib.common.paths import ROOT
from lib.papers.xmednn.deployment import firewall
from lib.papers.xmednn.deployment.argus import listening, program
from lib.papers.xmednn.deployment.capture import Packet, capture, wired_rows
from lib.papers.xmednn.deployment.watching import Watch

GATEWAY, SERVER = "gateway0", "server0"
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
# After the last frame Argus needs a moment to report its flow, and before the first one to begin.
SETTLE_SECONDS = 2.5
READY = "ready"
SPIN_SECONDS = 0.001


@dataclass(frozen=True)
class Traffic:
    """What the gateway's host sends: readings from so many stretches of one class of the twin.

    The first `skipped` are left out; the next follow every `seconds_a_reading`, until `seconds`.
    """

    stretches: int = 4
    skipped: int = 60
    seconds_a_reading: float = 0.5
    seconds: float = 1e9

    def packets(self) -> tuple[list[Packet], dict[str, str], dict[str, int]]:
        """Return the frames, both senders' link-layer addresses, and how many readings each has."""
        rows = wired_rows(self.stretches).iloc[self.skipped :].reset_index(drop=True)
        links = dict(zip(("readings", "attacks"), rows["SrcMac"].unique(), strict=True))
        rows = rows[rows.index < self.seconds / self.seconds_a_reading]
        attack = rows["Label"] == 1
        sent = {"readings": int((~attack).sum()), "attacks": int(attack.sum())}
        return capture(rows, self.seconds_a_reading), links, sent


def why_not() -> str:
    """Return why test hosts cannot be made here, in a sentence; empty where they can."""
    for name in ("unshare", "ip", "nft", "argus", "ra"):
        try:
            program(name)
        except ReaderError as problem:
            return str(problem)
    trial = f"{program('ip')} link add {GATEWAY} type veth peer name {SERVER}"
    done = subprocess.run(
        [*_apart(), "sh", "-c", trial], capture_output=True, text=True, check=False
    )
    said = " ".join(done.stderr.split())[:150]
    return f"Network namespaces are not permitted here: {said}." if done.returncode else ""


def _apart() -> list[str]:
    """Return the command that runs another in namespaces of its own, and ends it with itself."""
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    return [program("unshare"), *user, "--net", "--pid", "--fork", "--kill-child", "--"]


def die_with_parent() -> None:
    """Have the kernel end this process when its parent ends."""
    ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)


def run_between(options: list[str], quietly: bool = False) -> int:
    """Run ``python -m lib watch`` with options inside the namespaces; return its status."""
    problem = why_not()
    if problem:
        raise ReaderError(problem)
    command = [*_apart(), sys.executable, "-m", "lib", "watch", *options]
    environment = os.environ | {firewall.HOST: firewall.namespace()}
    output = subprocess.DEVNULL if quietly else None
    inside = subprocess.Popen(
        command, cwd=ROOT, env=environment, preexec_fn=die_with_parent, stdout=output, stderr=output
    )
    try:
        return inside.wait()
    finally:
        inside.kill()


def is_inside() -> bool:
    """Tell whether this process was started by `run_between`."""
    host = os.environ.get(firewall.HOST)
    return bool(host) and host != firewall.namespace()


def run_inside(watch: Watch, traffic: Traffic) -> dict:
    """Send the traffic past a watch, and return what was ``sent``, got ``through``, ``happened``.

    The first two count ``readings`` and ``attacks``; the third lists the alarms with their times.
    """
    os.environ[firewall.OWN] = firewall.namespace()
    _, links, sent = traffic.packets()
    ended = []

    def over() -> bool:
        if sender.poll() is not None and not ended:
            ended.append(time.time())
        return bool(ended) and time.time() > ended[0] + SETTLE_SECONDS

    with _sender(traffic) as sender:
        _connect(sender)
        firewall.apply(firewall.ruleset(watch.policy, SERVER, watch.known, links))
        with listening(SERVER, over) as tables:
            time.sleep(SETTLE_SECONDS)
            watch.tell(f"Test hosts are up in {firewall.namespace()}.")
            _tell(sender, "go")
            watch.over(tables, time.time)
    through = {name: firewall.counted(name) for name in links}
    happened = [one | {"attack": one["link"] == links["attacks"]} for one in watch.happened]
    return {"sent": sent, "through": through, "happened": happened}


def _sender(traffic: Traffic) -> subprocess.Popen:
    """Start the gateway's host, a process in a network namespace of its own."""
    settings = json.dumps(vars(traffic))
    command = [program("unshare"), "--net", sys.executable, "-m", __name__, settings]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=ROOT, preexec_fn=die_with_parent, **pipes)


def _tell(sender: subprocess.Popen, word: str) -> None:
    sender.stdin.write(f"{word}\n")
    sender.stdin.flush()


def _heard(sender: subprocess.Popen) -> None:
    if sender.stdout.readline().strip() != READY:
        raise ReaderError("The gateway's test host did not start.")


def _connect(sender: subprocess.Popen) -> None:
    """Lay the pair of interfaces between the two hosts."""
    _heard(sender)
    for step in (
        f"link add {GATEWAY} type veth peer name {SERVER}",
        f"link set {GATEWAY} netns {sender.pid}",
        f"link set {SERVER} addrgenmode none up promisc on",
    ):
        subprocess.run([program("ip"), *step.split()], check=True)
    _tell(sender, "connected")
    _heard(sender)


def send(traffic: Traffic) -> None:
    """Be the gateway's host: send the traffic's frames at their times when told to."""
    packets = traffic.packets()[0]
    _be_on_time()
    print(READY, flush=True)
    sys.stdin.readline()
    steps = f"link set {GATEWAY} addrgenmode none up"
    subprocess.run([program("ip"), *steps.split()], check=True)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
        wire.bind((GATEWAY, 0))
        print(READY, flush=True)
        sys.stdin.readline()
        ahead = time.time() - packets[0].second
        for packet in packets:
            _wait_until(packet.second + ahead)
            wire.send(packet.frame)


def _be_on_time() -> None:
    """Go before all other processes where that is allowed: a busy machine must not move frames."""
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))


def _wait_until(moment: float) -> None:
    """Sleep until shortly before a moment, and then look at the clock: gaps are of microseconds."""
    left = moment - time.time()
    if left > 2 * SPIN_SECONDS:
        time.sleep(left - SPIN_SECONDS)
    while time.time() < moment:
        pass


if __name__ == "__main__":
    send(Traffic(**json.loads(sys.argv[1])))
