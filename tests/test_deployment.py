"""From packets to a block: captures, flows, the kept model, policies, rules and test hosts."""

import dataclasses
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scapy.layers.inet import IP, TCP
from scapy.layers.l2 import ARP, Ether
from waiting import wait_until

from lib.common.errors import ReaderError
from lib.common.paths import ROOT
from lib.datasets import twin as drawing
from lib.datasets.fitting import rows_digest
from lib.methods.dense.network import DenseSettings, dense_network
from lib.papers import xmednn
from lib.papers.xmednn.deployment import argus, capture, firewall, hosts, measuring, model, training
from lib.papers.xmednn.deployment.policies import POLICIES, Gate, replay
from lib.papers.xmednn.deployment.watching import Watch, event, watch_capture

GATEWAY, ATTACKER = "02:00:00:00:00:01", "02:00:00:00:00:66"
ADDRESS = "10.0.0.1"
NO_HOSTS = hosts.why_not()
needs_argus = pytest.mark.skipif(
    not (shutil.which("argus", path=argus.SBIN) and shutil.which("ra", path=argus.SBIN)),
    reason="argus-server and argus-client are not installed",
)
needs_hosts = pytest.mark.skipif(bool(NO_HOSTS), reason=NO_HOSTS or "test hosts can be made")


@pytest.fixture(scope="session")
def rows() -> pd.DataFrame:
    return capture.wired_rows(4)


@pytest.fixture(scope="session")
def packets(rows) -> list[capture.Packet]:
    return capture.capture(rows)


@pytest.fixture(scope="session")
def twin_capture(packets, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("captured") / "twin.pcap"
    path.write_bytes(capture.capture_bytes(packets))
    return path


class TestPackets:
    def test_a_capture_is_the_same_each_time(self, rows, packets):
        assert capture.capture(rows) == packets

    def test_checksums_and_lengths_are_right(self, packets):
        for packet in packets[:70]:
            read = Ether(packet.frame)
            if ARP in read:
                continue
            sums = read[IP].chksum, read[TCP].chksum
            del read[IP].chksum, read[TCP].chksum
            again = Ether(bytes(read))
            assert sums == (again[IP].chksum, again[TCP].chksum)
            assert read[IP].len == len(read[IP].original[: read[IP].len])

    def test_spoofing_is_announced_and_its_answers_go_to_the_attacker(self, rows, packets):
        attacker = rows.loc[rows["Label"] == 1, "SrcMac"].iloc[0]
        read = [Ether(packet.frame) for packet in packets]
        announced = [one for one in read if ARP in one]
        assert {one.src for one in announced} == {attacker}
        stretches = (rows["Attack Category"] != rows["Attack Category"].shift()).cumsum()
        spoofed = rows["Attack Category"] == "Spoofing"
        assert len(announced) == stretches[spoofed].nunique()
        to_attacker = {one[TCP].dport for one in read if TCP in one and one.dst == attacker}
        assert to_attacker == set(rows.loc[spoofed, "Sport"])

    def test_in_data_alteration_answers_go_to_the_gateway_itself(self, rows, packets):
        gateway = rows.loc[rows["Label"] == 0, "SrcMac"].iloc[0]
        altered = set(rows.loc[rows["Attack Category"] == "Data Alteration", "Sport"])
        answers = [
            read for p in packets if TCP in (read := Ether(p.frame)) and read[TCP].dport in altered
        ]
        assert answers
        assert {one.dst for one in answers} == {gateway}

    def test_moments_give_the_gaps_and_jitters_that_they_are_made_from(self, rows):
        usual = rows[rows["TotPkts"] == 7]
        found = []
        for row in usual.itertuples(index=False):
            moments = np.array(capture.moments(row)) * 1000
            assert (np.diff(moments) >= 0).all()
            sent, answered = np.diff(moments[[0, 2, 3, 6]]), np.diff(moments[[1, 4, 5]])
            found.append((sent.mean(), sent.std(), answered.mean(), answered.std()))
        columns = ["SIntPkt", "SrcJitter", "DIntPkt", "DstJitter"]
        made = pd.DataFrame(found, columns=columns)
        # Means are met; a deviation can be out of reach of seven packets in this order.
        for column in ("SIntPkt", "DIntPkt"):
            np.testing.assert_allclose(made[column], usual[column], rtol=0.02, atol=0.05)
        for column, share in {"SrcJitter": 0.8, "DstJitter": 0.95}.items():
            near = np.isclose(made[column], usual[column], rtol=0.05, atol=0.1)
            assert near.mean() > share, column


DAMAGED = {
    "empty": (b"", "is empty"),
    "text": (b"no packets here, only words", "no packet capture"),
    "pcapng": (b"\x0a\x0d\x0d\x0a" + bytes(60), "pcapng. Convert it first"),
    "a header alone": (capture.PCAP, "holds no packet"),
    "half a header": (capture.PCAP[:9], "ends within its header"),
    "another link": (capture.PCAP[:20] + struct.pack("<I", 113), "link type 113"),
    "a long frame": (capture.PCAP + struct.pack("<IIII", 1, 0, 2**30, 60), "damaged after 0"),
}


class TestCaptures:
    @pytest.mark.parametrize("kind", DAMAGED)
    def test_what_is_no_capture_is_named(self, tmp_path, kind):
        content, said = DAMAGED[kind]
        path = tmp_path / "given.pcap"
        path.write_bytes(content)
        with pytest.raises(ReaderError, match=said):
            argus.check_capture(path)

    def test_a_missing_file_and_a_folder_are_named(self, tmp_path):
        with pytest.raises(ReaderError, match="is not there"):
            argus.check_capture(tmp_path / "none.pcap")
        with pytest.raises(ReaderError, match="is no file"):
            argus.check_capture(tmp_path)

    @pytest.mark.parametrize("cut", [1, 30, 70])
    def test_a_capture_that_is_cut_off_says_how_much_is_whole(self, twin_capture, tmp_path, cut):
        whole = twin_capture.read_bytes()
        count = argus.check_capture(twin_capture)
        path = tmp_path / "cut.pcap"
        path.write_bytes(whole[:-cut])
        with pytest.raises(ReaderError, match=rf"cut off after {count - 1:,} whole packets"):
            argus.check_capture(path)

    def test_the_packets_of_a_capture_are_counted(self, twin_capture, packets):
        assert argus.check_capture(twin_capture) == len(packets)

    def test_without_argus_the_packages_are_named(self, monkeypatch, twin_capture):
        monkeypatch.setenv("PATH", "")
        monkeypatch.setattr(argus, "SBIN", "")
        with pytest.raises(ReaderError, match="argus-server and argus-client"):
            argus.flows_of(twin_capture)

    def test_an_interface_that_is_not_there_is_named_with_those_that_are(self):
        with pytest.raises(ReaderError, match=r"no interface nowhere7. There are: .*lo"):
            argus.listening("nowhere7", lambda: True).__enter__()

    @needs_argus
    def test_listening_without_permission_is_named(self, monkeypatch):
        monkeypatch.setattr(argus, "may_listen", lambda: False)
        with pytest.raises(ReaderError, match="not permitted: it takes root"):
            argus.listening("lo", lambda: True).__enter__()


class TestFlows:
    @needs_argus
    def test_argus_prints_the_very_columns_of_the_file(self, twin_capture, rows):
        flows = argus.flows_of(twin_capture)
        network = [name for name in xmednn.network_features(rows) if name != "Packet_num"]
        assert [*flows.columns] == [*network, argus.STARTED]

    @needs_argus
    def test_flows_are_those_that_were_wired(self, twin_capture, rows):
        flows = argus.flows_of(twin_capture)
        usual = rows[rows["TotPkts"] == 7].assign(Sport=lambda frame: frame["Sport"].astype(str))
        both = usual.merge(flows, on="Sport", suffixes=("", " found"))
        assert len(both) == len(usual)
        for name in ("SrcBytes", "DstBytes", "TotPkts", "SrcAddr", "SrcMac", "DstMac", "sMaxPktSz"):
            assert (both[name] == both[f"{name} found"]).mean() > 0.98, name
        for name in ("Dur", "SIntPkt", "DIntPkt", "SrcLoad", "Rate"):
            near = np.isclose(both[name], both[f"{name} found"], rtol=0.02, atol=0.01)
            assert near.mean() > 0.95, name
        flags = both.groupby("Attack Category")["Flgs found"].agg(lambda one: one.str[1].mode()[0])
        assert flags.to_dict() == {"normal": "e", "Spoofing": "e", "Data Alteration": "M"}

    @needs_argus
    def test_on_a_busy_machine_no_flow_of_a_capture_is_lost(self, twin_capture):
        alone = len(argus.flows_of(twin_capture))
        busy = [sys.executable, "-c", "while True: pass"]
        others = [subprocess.Popen(busy) for _ in range(3 * (os.cpu_count() or 1))]
        try:
            with ThreadPoolExecutor(8) as several:
                found = set(several.map(lambda _: len(argus.flows_of(twin_capture)), range(16)))
        finally:
            for other in others:
                other.kill()
                other.wait()
        assert found == {alone}

    @needs_argus
    def test_the_kept_flows_are_what_argus_makes_today(self, tmp_path):
        if argus.version() != measuring.measured()["versions"]["argus"]:
            pytest.skip("another version of argus made the kept flows")
        path = tmp_path / "twin.pcap"
        path.write_bytes(capture.capture_bytes(capture.capture(capture.wired_rows())))
        made, kept = argus.flows_of(path), measuring.captured_flows()
        words = list(kept.select_dtypes(exclude="number"))
        pd.testing.assert_frame_equal(made[words], kept[words])
        twin = json.loads((ROOT / f"data/twins/{capture.NAME}.json").read_text(encoding="utf-8"))
        if rows_digest(drawing.make_twin(capture.NAME, None, capture.twin)) != twin["drawn"]:
            # It factors the correlations with other signs, and so times some flows otherwise.
            pytest.skip("this processor draws other rows than those that were put on the wire")
        pd.testing.assert_frame_equal(made, kept)


@pytest.fixture(scope="session")
def small_model() -> model.Model:
    network = dense_network(DenseSettings((3, 4, 1)), 0)
    weights = tuple(network[place].weight.detach().numpy().T.copy() for place in (0, 2))
    biases = tuple(network[place].bias.detach().numpy().copy() for place in (0, 2))
    least, greatest = np.zeros(3), np.array([1.0, 2.0, 0.0])
    usual = np.array([[0, 0, 0], [1, 2, 0.0]])
    return model.Model(("Dur", "Rate", "Loss"), least, greatest, usual, weights, biases, 0.5, {})


class TestModel:
    def test_what_is_saved_is_loaded(self, small_model, tmp_path):
        model.save(small_model, tmp_path)
        loaded = model.load(tmp_path)
        flows = pd.DataFrame({"Dur": [0.1, 3], "Rate": [1, 0.0], "Loss": [0, 7]})
        np.testing.assert_array_equal(loaded.chances(flows), small_model.chances(flows))
        assert (loaded.columns, loaded.cut) == (small_model.columns, small_model.cut)

    def test_a_chance_is_what_torch_gives(self, small_model):
        import torch

        network = dense_network(DenseSettings((3, 4, 1)), 0)
        flows = pd.DataFrame(np.random.default_rng(0).uniform(-1, 2, (50, 3)))
        flows.columns = ["Dur", "Rate", "Loss"]
        scaled = torch.tensor((flows / [1, 2, 1]).to_numpy(np.float32))
        with torch.inference_mode():
            expected = torch.sigmoid(network(scaled)).numpy()[:, 0]
        np.testing.assert_allclose(small_model.chances(flows), expected, atol=1e-6)

    def test_weights_of_another_model_are_refused(self, small_model, tmp_path):
        model.save(small_model, tmp_path)
        other = dataclasses.replace(small_model, biases=tuple(b + 1 for b in small_model.biases))
        model.save(other, tmp_path / "other")
        shutil.copy(tmp_path / "other" / "weights.npz", tmp_path)
        with pytest.raises(ReaderError, match="another digest"):
            model.load(tmp_path)

    def _with_arrays(self, folder: Path, **arrays) -> None:
        path, described = folder / "weights.npz", folder / "card.json"
        with np.load(path) as kept:
            np.savez(path, **(dict(kept) | arrays))
        card = json.loads(described.read_text())
        described.write_text(json.dumps(card | {"weights": model.sha256_of(path)}))

    @pytest.mark.parametrize(
        ("arrays", "said"),
        [
            ({"least": np.array([{}, 0, 1], dtype=object)}, "allow_pickle=False"),
            ({"least": np.zeros(4)}, "least is not"),
            ({"bias_0": np.full(4, np.nan)}, "bias_0 is not"),
        ],
    )
    def test_arrays_that_do_not_fit_are_refused(self, small_model, tmp_path, arrays, said):
        model.save(small_model, tmp_path)
        self._with_arrays(tmp_path, **arrays)
        with pytest.raises(ReaderError, match=said):
            model.load(tmp_path)

    @pytest.mark.parametrize("name", ["weights.npz", "card.json"])
    def test_a_missing_or_broken_file_is_named(self, small_model, tmp_path, name):
        model.save(small_model, tmp_path)
        (tmp_path / name).write_bytes(b"{")
        with pytest.raises(ReaderError, match="sound model"):
            model.load(tmp_path)
        (tmp_path / name).unlink()
        with pytest.raises(ReaderError, match=f"{name} is missing"):
            model.load(tmp_path)

    def test_a_missing_column_is_named(self, small_model):
        with pytest.raises(ReaderError, match="lack the column Loss"):
            small_model.chances(pd.DataFrame({"Dur": [1.0], "Rate": [1.0]}))

    def test_drift_is_the_share_outside_the_usual_range(self, small_model):
        flows = pd.DataFrame({"Dur": [0.5, 2, 3, 1], "Rate": 1.0, "Loss": 0.0})
        assert small_model.drift(flows).to_dict() == {"Dur": 0.5, "Rate": 0, "Loss": 0}

    def test_the_committed_model_tells_altered_flows_from_normal_ones(self):
        flows = measuring.captured_flows()
        network = model.load()
        alarm = network.chances(flows) > network.cut
        attack = flows["SrcMac"] != flows["SrcMac"].iloc[0]
        altered = attack & flows["Flgs"].str.contains("M")
        assert alarm[altered].mean() > 0.9
        assert alarm[~attack].mean() < 0.02
        assert alarm[attack & ~altered].mean() < 0.1  # spoofing, which it misses

    def test_the_committed_model_reads_no_address_and_no_clock(self):
        read = set(model.load().columns)
        assert not read & {*xmednn.REMOVED, *xmednn.DEVICE_READINGS, *xmednn.CLASSES, "Sport"}

    def test_training_gives_a_model_that_scales_by_its_training_rows(self, no_data):
        frame = xmednn.load().frame
        made = training.train(frame, 2022, epochs=1)
        kept = model.load()
        assert made.columns == kept.columns
        assert [w.shape for w in made.weights] == [w.shape for w in kept.weights]
        flows = training.timeless(frame).features
        assert (made.least >= flows.min().to_numpy()).all()
        assert (made.greatest <= flows.max().to_numpy()).all()
        assert 0 <= made.chances(flows).min() <= made.chances(flows).max() <= 1


N, A = False, True
STREAM = [N, N, A, N, A, A, A, N, N, N]
GIVEN = [GATEWAY] * 5 + [ATTACKER] * 3 + [GATEWAY] * 2
# By hand: a flow a second, in force after half a second.
EXPECTED = {
    "printed": [1, 1, 1, 0, 0, 0, 0, 0, 0, 0],
    "minute": [1, 1, 1, 0, 0, 0, 0, 0, 0, 0],
    "limit": [1, 1, 1, 1, 0, 0, 0, 0, 0, 0],
    "k_of_n": [1, 1, 1, 1, 1, 1, 0, 0, 0, 0],
    "link": [1, 1, 1, 0, 0, 1, 0, 0, 0, 0],
    "link_k_of_n": [1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    "allow": [1, 1, 1, 1, 1, 1, 0, 0, 1, 1],
    "alert": [1] * 10,
    "known": [1, 1, 1, 1, 1, 0, 0, 0, 1, 1],
}


class TestPolicies:
    def _through(self, policy, apart=1.0, delay=0.5, stream=STREAM, links=GIVEN):
        ends = np.full(len(stream), ADDRESS), np.array(links)
        known = frozenset([GATEWAY])
        return replay(np.array(stream), *ends, policy, known, apart, delay).astype(int).tolist()

    def test_every_policy_is_expected_by_hand(self):
        assert [*EXPECTED] == [*POLICIES]

    @pytest.mark.parametrize("name", EXPECTED)
    def test_who_gets_through(self, name):
        assert self._through(POLICIES[name]) == EXPECTED[name]

    def test_a_block_ends_with_its_time(self):
        short = dataclasses.replace(POLICIES["printed"], seconds=2.0)
        stream = [A, N, N, N, A, N]
        links = [GATEWAY] * 6
        # In force from 0.5 to 2.5, and from 4.5 on.
        assert self._through(short, stream=stream, links=links) == [1, 0, 0, 1, 1, 0]

    def test_a_late_block_lets_more_through(self):
        late = self._through(POLICIES["printed"], delay=2.5)
        assert late == [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]

    def test_a_limited_sender_begins_one_connection_in_ten_seconds(self):
        stream, links = [A] + [N] * 24, [GATEWAY] * 25
        through = self._through(POLICIES["limit"], stream=stream, links=links)
        assert np.flatnonzero(through).tolist() == [0, 1, 11, 21]

    def test_a_sender_that_is_met_already_is_not_met_again(self):
        gate = Gate(POLICIES["minute"])
        assert gate.told(0.0, ADDRESS, GATEWAY, True) == ADDRESS
        assert gate.told(5.0, ADDRESS, GATEWAY, True) == ""
        assert gate.told(61.0, ADDRESS, GATEWAY, True) == ADDRESS


class TestRules:
    KNOWN = frozenset([GATEWAY])

    @pytest.mark.parametrize("name", ['lo"; flush ruleset', "", "a b", "x" * 16])
    def test_an_interface_is_a_name_and_nothing_more(self, name):
        with pytest.raises(ReaderError, match="no name of an interface"):
            firewall.ruleset(POLICIES["printed"], name, self.KNOWN)

    @pytest.mark.parametrize("sender", ["10.0.0.1 } ; flush ruleset", "", "10.0.0.256", "::1"])
    def test_only_an_address_comes_into_a_set(self, sender):
        with pytest.raises(ReaderError, match="no address"):
            firewall.element(POLICIES["printed"], sender)

    def test_a_block_for_a_time_has_a_time_out_and_one_for_ever_has_none(self):
        assert "{ 10.0.0.1 timeout 60s }" in firewall.element(POLICIES["minute"], ADDRESS)
        assert "{ 10.0.0.1 }" in firewall.element(POLICIES["printed"], ADDRESS)
        assert f"met_links {{ {ATTACKER} }}" in firewall.element(POLICIES["link"], ATTACKER)

    def test_nothing_is_applied_on_this_machine(self, monkeypatch):
        rules = firewall.ruleset(POLICIES["printed"], "lo", self.KNOWN)
        here = firewall.namespace()
        for own, host in ((None, None), (here, here), ("net:[1]", here), (here, None)):
            for name, value in ((firewall.OWN, own), (firewall.HOST, host)):
                monkeypatch.delenv(name, raising=False)
                if value:
                    monkeypatch.setenv(name, value)
            with pytest.raises(ReaderError, match="never on this machine"):
                firewall.apply(rules)

    @needs_hosts
    @pytest.mark.parametrize("name", POLICIES)
    def test_nftables_takes_the_rules_of_each_policy(self, name):
        policy = POLICIES[name]
        rules = firewall.ruleset(policy, "lo", self.KNOWN, {"readings": GATEWAY})
        if policy.key:
            sender = ADDRESS if policy.key == "address" else ATTACKER
            rules += firewall.element(policy, sender)
        for given, status in ((rules, 0), (rules.replace("type filter", "type nonsense"), 1)):
            command = [*hosts._apart(), argus.program("nft"), "--check", "--file", "-"]
            done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
            assert done.returncode == status, done.stderr


@pytest.fixture
def watch() -> Watch:
    said: list[str] = []
    made = Watch(model.load(), POLICIES["link"], frozenset(), said.append, said.append)
    made.said = said
    return made


class TestWatching:
    def test_each_alarm_has_a_line_and_the_first_of_a_sender_a_rule(self, watch):
        flows = measuring.captured_flows()
        watch.over([flows])
        alarms = watch.model.chances(flows) > watch.model.cut
        assert len(watch.said) == watch.alarms == alarms.sum() > 10
        rules = [line for line in watch.said if "would apply: add element" in line]
        assert len(rules) == flows[alarms]["SrcMac"].nunique()
        assert any("met by a rule already" in line for line in watch.said)

    def test_flow_by_flow_or_at_once_the_decisions_are_the_same(self, watch):
        flows = measuring.captured_flows().iloc[:400]
        watch.over(flows.iloc[[place]] for place in range(len(flows)))
        at_once = dataclasses.replace(watch, flows=[], happened=[], alarms=0)
        at_once.over([flows])
        assert at_once.alarms == watch.alarms
        assert watch.said[: len(watch.said) // 2] == watch.said[len(watch.said) // 2 :]

    def test_an_event_has_what_readers_of_eve_look_for(self):
        row = measuring.captured_flows().to_dict("records")[0]
        told = json.loads(json.dumps(event(row, 0.9, "", False)))
        assert told["event_type"] == "alert"
        assert {"timestamp", "src_ip", "src_port", "dest_ip", "dest_port", "proto"} <= set(told)
        assert {"action", "gid", "signature_id", "signature", "severity"} <= set(told["alert"])
        assert told["alert"]["action"] == "allowed"
        assert event(row, 0.9, "", True)["alert"]["action"] == "blocked"
        assert isinstance(told["dest_port"], int)

    def test_a_column_that_has_moved_is_named(self, watch):
        flows = measuring.captured_flows()
        watch.over([flows])
        assert watch.summary()[-1] == "No column has drifted from the training rows."
        moved = dataclasses.replace(watch, flows=[flows.assign(Dur=flows["Dur"] * 100)])
        assert any(line.startswith("Dur has drifted: ") for line in moved.summary())

    def test_few_flows_say_nothing_of_drift(self, watch):
        watch.over([measuring.captured_flows().iloc[:5]])
        assert "Too few flows" in watch.summary()[-1]

    @needs_argus
    def test_a_capture_is_watched_from_end_to_end(self, watch, twin_capture, rows):
        watch_capture(watch, twin_capture)
        attacker = rows.loc[rows["Label"] == 1, "SrcMac"].iloc[0]
        assert any(attacker in line and "would apply" in line for line in watch.said)


def command(*options: str, **variables: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "lib", "watch", *options],
        cwd=ROOT,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )


class TestCommand:
    @pytest.mark.parametrize(
        ("options", "said"),
        [
            (["--capture", "none.pcap"], "none.pcap is not there"),
            (["--capture", "none.pcap", "--apply"], "never on this machine"),
            (["--capture", "none.pcap", "--policy", "guess"], "no policy guess. Choose: printed"),
            (["--capture", "none.pcap", "--policy", "allow"], "needs --known"),
            (["--capture", "none.pcap", "--known", "gateway"], "no link-layer address"),
            (["--capture", "none.pcap", "--model", "nowhere"], "there is no model"),
            (["--interface", "nowhere7"], "There is no interface nowhere7"),
        ],
    )
    def test_what_a_person_can_mend_is_said_in_a_line(self, options, said):
        done = command(*options)
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr
        assert done.stderr.count("\n") == 1

    @needs_argus
    def test_one_command_goes_from_a_capture_to_decisions(self, tmp_path):
        path = tmp_path / "twin.pcap"
        assert command("--write-twin", str(path)).returncode == 0
        text = command("--capture", str(path), "--policy", "link", "--rules")
        assert text.returncode == 0, text.stderr
        assert text.stdout.startswith("table netdev xmednn {")
        assert "would apply: add element netdev xmednn met_links" in text.stdout
        told = command("--capture", str(path), "--json")
        assert all(json.loads(line)["event_type"] == "alert" for line in told.stdout.splitlines())
        assert "alarms. Policy" in told.stderr


def host_network() -> tuple[str, str]:
    """Return the host's own interfaces and rules."""
    links = subprocess.run([argus.program("ip"), "-o", "link"], capture_output=True, text=True)
    rules = subprocess.run(
        [argus.program("nft"), "list", "ruleset"], capture_output=True, text=True, check=False
    )
    names = " ".join(line.split()[1] for line in links.stdout.splitlines())
    return names, rules.stdout


def processes_in(namespace: str) -> list[str]:
    """Return the processes that are in a network namespace."""
    found = []
    for path in Path("/proc").glob("[0-9]*/ns/net"):
        try:
            if os.readlink(path) == namespace:
                found.append(path.parts[2])
        except OSError:  # it has just ended
            continue
    return found


@needs_hosts
class TestHosts:
    def _run(self, tmp_path, policy: str) -> dict:
        path = tmp_path / "found.json"
        options = ["--policy", policy, "--seconds", "30", "--record", str(path), "--json"]
        done = command("--test-hosts", "--apply", *options)
        assert done.returncode == 0, done.stderr
        return json.loads(path.read_text())

    def test_a_block_is_in_force_and_met_by_the_kernel(self, tmp_path):
        before = host_network()
        found = self._run(tmp_path, "link")
        assert host_network() == before
        sent, through = found["sent"], found["through"]
        assert through["readings"] == sent["readings"]
        assert 0 < through["attacks"] < sent["attacks"]
        (first,) = [one for one in found["happened"] if one["rule"]]
        assert first["attack"]
        assert first["began"] < first["alarm"] < first["block"] < first["began"] + 5

    def test_the_printed_policy_cuts_the_gateway_off_too(self, tmp_path):
        found = self._run(tmp_path, "printed")
        rule = next(one["rule"] for one in found["happened"] if one["rule"])
        assert "met_addresses" in rule
        assert found["through"]["attacks"] < found["sent"]["attacks"]

    def test_nothing_is_left_after_a_kill(self):
        before = host_network()
        options = ["--test-hosts", "--apply", "--policy", "printed", "--seconds", "60"]
        process = subprocess.Popen(
            [sys.executable, "-m", "lib", "watch", *options],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            line = process.stdout.readline()
            assert line.startswith("Test hosts are up in ")
            namespace = line.split()[-1].rstrip(".")
            assert processes_in(namespace)
        finally:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        wait_until(lambda: not processes_in(namespace), f"{namespace} is empty")
        assert host_network() == before


def test_why_there_are_no_test_hosts_is_said(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(argus, "SBIN", "")
    assert "unshare is not installed" in hosts.why_not()


def test_the_kept_measurement_is_whole():
    kept = measuring.measured()
    assert set(kept["hosts"]) == set(measuring.ENFORCED) <= set(POLICIES)
    assert kept["capture"]["flows"] == len(measuring.captured_flows())
    assert all(seconds > 0 for stage in kept["stages"].values() for seconds in stage)
    # A capture of one flow takes less than the whole one, or starting was not told apart.
    assert max(kept["stages"]["start"]) < min(kept["stages"]["argus"])
    assert kept["capture"]["alone"] == measuring.ALONE
    for found in kept["hosts"].values():
        assert all(0 <= found["through"][name] <= found["sent"][name] for name in found["sent"])


def test_waiting_is_no_work_of_a_stage():
    assert measuring._spent(lambda: time.sleep(0.2)) < 0.1


@needs_argus
def test_the_memory_of_who_starts_argus_is_not_counted_as_its_own(tmp_path):
    held = np.ones(30_000_000)
    path = tmp_path / "short.pcap"
    path.write_bytes(capture.capture_bytes(capture.capture(capture.wired_rows().head(1))))
    assert measuring.memory(path)["argus"] < held.nbytes / 1024**2 / 4
