"""The testbed of the BoT-IoT twin: its hosts, and the normal traffic that goes on in every capture.

The network is private; the hosts outside it have addresses reserved for documentation.
"""

import numpy as np

from lib.papers.botiot.packets.packets import address, packets
from lib.papers.botiot.packets.recorder import Recorder, delay_of, established, happens

NETWORK = "10.77.5."
ATTACKERS = tuple(address(f"{NETWORK}{host}") for host in (21, 22, 23, 24))
VICTIMS = tuple(address(f"{NETWORK}{host}") for host in (31, 32, 33, 34))
SENSORS = tuple(address(f"{NETWORK}{host}") for host in (61, 62))
BROADCAST = address(f"{NETWORK}255")
SILENT_RESOLVER, RESOLVER = address("10.77.9.53"), address("10.77.8.53")
BROKER = address("203.0.113.83")
WEB_SITES = tuple(address(f"198.51.100.{host}") for host in range(10, 30))


def background(recorder: Recorder, start: float, stop: float, busy: float = 1.0) -> None:
    """Keep the normal traffic of a window of time."""
    rng = recorder.rng
    for time in rng.uniform(start, stop, rng.poisson(1.75)):
        _lookup(recorder, time)
    for time in rng.uniform(start, max(stop - 5.1, start), rng.poisson(1.35)):
        _vain_lookup(recorder, time)
    for time in rng.uniform(start, stop, rng.poisson(0.35)):
        _small_talk(recorder, time)
    if happens(rng, 0.8):
        _telemetry(recorder, start, stop)
    for chance, flow in ((0.5, _sensor_datagrams), (0.3, _sensor_stream), (0.12, _one_way)):
        if happens(rng, busy * chance):
            length = min(stop - start, rng.uniform(8, 45))
            flow(recorder, start, start + length)
    if stop - start > 50 and happens(rng, 0.2):
        _browse(recorder, rng.uniform(start, stop - 30))


def _lookup(recorder: Recorder, time: float) -> None:
    """Keep a name lookup and its answer, from nearby or from far."""
    rng = recorder.rng
    host, port = int(rng.choice(VICTIMS)), int(rng.integers(1024, 65_535))
    delay = rng.choice([0.004 * rng.lognormal(0, 0.7), rng.normal(0.147, 0.003)])
    question = {"sport": port, "dport": 53, "payload": int(rng.integers(22, 60))}
    answer = {"sport": 53, "dport": port, "payload": int(rng.integers(60, 300))}
    recorder.one(time, "udp", host, RESOLVER, **question)
    recorder.one(time + delay, "udp", RESOLVER, host, **answer)


def _vain_lookup(recorder: Recorder, time: float) -> None:
    """Keep a name lookup that is repeated after five seconds and never answered."""
    host, port = int(recorder.rng.choice(VICTIMS)), int(recorder.rng.integers(1024, 65_535))
    for when in (time, time + recorder.rng.normal(5.045, 0.004)):
        recorder.one(when, "udp", host, SILENT_RESOLVER, sport=port, dport=53, payload=46)


def _small_talk(recorder: Recorder, time: float) -> None:
    """Keep an announcement to all, an ARP exchange, or an IPv6 host's call for a router."""
    rng = recorder.rng
    host, other = (int(each) for each in rng.choice(VICTIMS, 2, replace=False))
    choice = rng.choice(["announcement", "arp", "router"], p=[0.35, 0.5, 0.15])
    if choice == "announcement":
        port = int(rng.choice([138, 5353]))
        recorder.one(time, "udp", host, BROADCAST, sport=port, dport=port, payload=65)
    elif choice == "router":
        recorder.one(time, "router_solicitation", host, 0)
    else:
        resolve(recorder, np.array([time]), host, other)


def resolve(recorder: Recorder, times: np.ndarray, host: int, other: int) -> None:
    """Keep ARP exchanges: a host asks where another is, and is told."""
    for time in times:
        recorder.one(time, "arp", host, other)
        recorder.one(time + delay_of(recorder.rng, 2e-4), "arp_reply", other, host)


def _telemetry(recorder: Recorder, start: float, stop: float) -> None:
    """Keep the MQTT publications of a connection that was opened before."""
    gap = recorder.rng.uniform(1.7, 3.2)
    times = np.arange(start + recorder.rng.uniform(0, gap), stop, gap)
    times = times + recorder.rng.normal(0, 0.3, len(times)).clip(-0.7, 0.7)
    there, back = (VICTIMS[0], BROKER, 41_307, 8883), (BROKER, VICTIMS[0], 8883, 41_307)
    recorder.add(established(times, there, 700))
    recorder.add(established(times + recorder.rng.normal(0.05, 0.002), back, 0))


def _sensor_datagrams(recorder: Recorder, start: float, stop: float) -> None:
    """Keep datagrams that two hosts exchange at eighty a second."""
    times = np.arange(start, stop, 1 / 80)
    here, there, ports = SENSORS[0], VICTIMS[1], (3456, 80)
    recorder.add(_datagrams(times, here, there, ports, 908))
    recorder.add(_datagrams(times + 2e-3, there, here, ports[::-1], 950))


def _datagrams(times: np.ndarray, source: int, destination: int, ports: tuple, size: int):
    ends = {"source": source, "destination": destination, "sport": ports[0], "dport": ports[1]}
    return packets(times, "udp", payload=size, **ends)


def _sensor_stream(recorder: Recorder, start: float, stop: float) -> None:
    """Keep a connection on which two hosts exchange eighty messages a second."""
    times = np.arange(start, stop, 1 / 80)
    here, there = (SENSORS[1], VICTIMS[0], 8080, 80), (VICTIMS[0], SENSORS[1], 80, 8080)
    recorder.add(established(times, here, 920))
    recorder.add(established(times + 2e-3, there, 860))


def _one_way(recorder: Recorder, start: float, stop: float) -> None:
    """Keep what a host sends without an answer, as datagrams or as segments."""
    rng = recorder.rng
    times = np.arange(start, stop, 1 / rng.choice([7.5, 26, 44]))
    if happens(rng, 0.3):
        recorder.add(_datagrams(times, VICTIMS[3], VICTIMS[0], (365, 565), 18))
    else:
        recorder.add(established(times, (VICTIMS[2], VICTIMS[0], 80, 80), 230))


def _browse(recorder: Recorder, time: float) -> None:
    """Keep a visit to a web site."""
    rng = recorder.rng
    ends = (VICTIMS[0], int(rng.integers(33_000, 61_000)), int(rng.choice(WEB_SITES)), 443)
    pages = " ".join([">PA:300 <PA:1300 <PA:900 >A"] * int(rng.integers(1, 9)))
    wait = rng.choice([0.02, 5, 20])
    recorder.talk(time, ends, f">T <SA >A {pages} >FA@{wait} <FA >A", 0.05)
