"""The synthetic twin of WUSTL-EHMS-2020: what is measured on the real file, how rows are drawn.

Traits of the real file that the twin has as well:

* 84 attack blocks in time, in the order and of the lengths of the experiment;
* ``SrcMac`` names the attacker, ``Flgs`` nearly names the attack, ten columns are constant;
* a source port is used once: ports advance among those not used yet, so that the steps widen;
  three ports are printed by their service names, all in normal rows;
* ``Packet_num`` counts the flows; a few rows of Data Alteration bear another row's number;
* loads, rates and inter-packet times are arithmetic of bytes, packets and duration;
* biometrics drift, and stand still for most of the second half of the recording.
"""

import numpy as np
import pandas as pd

from lib.datasets import copula
from lib.datasets.copula import significant

SEED = 2020
CLASSES = ("normal", "Spoofing", "Data Alteration")
BIOMETRICS = ("Temp", "SpO2", "Pulse_Rate", "SYS", "DIA", "Heart_rate", "Resp_Rate", "ST")
TIMING = ("duration", "destination_gap", "source_jitter", "destination_jitter")
PRINTED = ("DIntPkt", "SrcJitter")
PROFILE = (
    *("Flgs", "SrcBytes", "DstBytes", "TotPkts", "Loss", "pLoss", "pSrcLoss", "pDstLoss"),
    *("sMaxPktSz", "dMaxPktSz", "sMinPktSz"),
)
FACTORS = ("source_load", "destination_load", "source_gap", "active_gap")
USUAL_PACKETS = 7
FIRST_PORT, LAST_PORT = 49152, 65535
SERVICES = {57000: "dircproxy", 60177: "tfido", 60179: "fido"}
ATTACKER_COLUMN = "SrcMac"
BITS = 8
MILLISECONDS = 1000


# What is measured on the real file.


def fit(frame: pd.DataFrame) -> dict:
    """Measure on the real file everything that the generator needs; aggregates only."""
    frame = frame.reset_index(drop=True)
    category = frame["Attack Category"]
    block = (category != category.shift()).cumsum() - 1
    return {
        "columns": list(frame.columns),
        "types": {name: str(frame[name].dtype) for name in frame},
        "decimals": {name: _decimals(frame[name]) for name in frame.select_dtypes("float")},
        "constants": _constants(frame),
        "addresses": frame.groupby("Label")[ATTACKER_COLUMN].first().tolist(),
        "blocks": {
            "category": [CLASSES.index(name) for name in category.groupby(block).first()],
            "rows": [int(count) for count in block.groupby(block).size()],
        },
        "ports": _fit_ports(frame),
        "packet_numbers": _fit_packet_numbers(frame),
        "classes": {name: _fit_class(frame[category == name], block) for name in CLASSES},
    }


def _decimals(values: pd.Series) -> int:
    texts = values.map(repr).str.partition(".")[2]
    return int(texts.where(texts != "0", "").str.len().max())


def _constants(frame: pd.DataFrame) -> dict:
    same = [name for name in frame if frame[name].nunique() == 1]
    return {name: frame[name].iloc[:1].tolist()[0] for name in same}


def _ports(frame: pd.DataFrame) -> np.ndarray:
    names = {service: str(port) for port, service in SERVICES.items()}
    return frame["Sport"].replace(names).astype(int).to_numpy()


def _fit_ports(frame: pd.DataFrame) -> dict:
    """Measure by how many unused ports the source port advances from one flow to the next."""
    ports = _ports(frame)
    free, steps = np.ones(LAST_PORT - FIRST_PORT + 1, dtype=bool), np.full(len(ports), np.nan)
    for row, port in enumerate(ports - FIRST_PORT):
        if row and free[port]:
            start = ports[row - 1] - FIRST_PORT
            span = free[start:port] if port > start else np.r_[free[start:], free[:port]]
            steps[row] = span.sum() + 1
        free[port] = False
    after = (frame["Attack Category"].shift() == "Data Alteration") & (frame["Label"] == 0)
    return {
        "start": int(round(ports[0], -1)),
        "step": copula.describe_levels(pd.Series(steps[~after]).dropna().clip(upper=30)),
        "step_after_alteration": copula.describe_quantiles(pd.Series(steps[after]).dropna()),
    }


def _fit_packet_numbers(frame: pd.DataFrame) -> dict:
    """Count the rows that bear another flow's number, and those that continue a flow."""
    repeated = frame["Packet_num"].duplicated()
    continued = frame.duplicated(["Sport", "Packet_num"])
    ahead = (frame["Packet_num"].diff() - 1).abs()
    return {
        "displaced": int((repeated & ~continued).sum()),
        "continued": int(continued.sum()),
        "ahead": significant(np.quantile(ahead[ahead > 1], (0.1, 0.5, 0.9)), 2),
    }


def _timing(frame: pd.DataFrame) -> pd.DataFrame:
    """Return duration in seconds, and gaps and jitters relative to it."""
    gap = frame["DIntPkt"]
    ratios = {
        "duration": frame["Dur"],
        "destination_gap": gap / (frame["Dur"] * MILLISECONDS),
        "source_jitter": frame["SrcJitter"] / (frame["Dur"] * MILLISECONDS),
        "destination_jitter": (frame["DstJitter"] / gap).where(gap > 0, 0.0),
    }
    return pd.DataFrame(ratios)


def _fit_class(rows: pd.DataFrame, block: pd.Series) -> dict:
    usual = rows["TotPkts"] == USUAL_PACKETS
    timing, biometrics = _timing(rows), rows[list(BIOMETRICS)]
    scores = copula.normal_scores(biometrics)
    scores = copula.normal_scores(timing[usual]).join(scores)
    positions = block[scores.index]
    return {
        "scores": copula.fit_scores(scores, positions),
        "biometrics": {name: copula.describe_levels(biometrics[name]) for name in BIOMETRICS},
        "usual": _fit_flows(rows[usual], timing[usual]),
        "unusual": _fit_unusual(rows[~usual], timing[~usual]) if not usual.all() else None,
    }


def _fit_flows(rows: pd.DataFrame, timing: pd.DataFrame) -> dict:
    """Describe the flows of one class: their profiles and their relative timing."""
    return {
        "rows": len(rows),
        "profiles": _profiles(rows),
        "timing": {name: copula.describe_quantiles(timing[name]) for name in TIMING},
    }


def _fit_unusual(rows: pd.DataFrame, timing: pd.DataFrame) -> dict:
    """Describe flows of another length; few, so without time, and with the range as printed."""
    correlation = copula.normal_scores(timing).corr().fillna(0).to_numpy()
    return _fit_flows(rows, timing) | {
        "correlation": significant(correlation, 3),
        "printed": {name: copula.describe_quantiles(rows[name]) for name in PRINTED},
    }


def _profiles(rows: pd.DataFrame) -> list[list]:
    """Count flow profiles, the shortest flows first, with the factors of their arithmetic."""
    factors = pd.DataFrame(
        {
            "source_load": rows["SrcLoad"] * rows["Dur"] / (BITS * rows["SrcBytes"]),
            "destination_load": rows["DstLoad"] * rows["Dur"] / (BITS * rows["DstBytes"]),
            "source_gap": rows["SIntPkt"] / MILLISECONDS,
            "active_gap": rows["SIntPktAct"],
        }
    )
    whole = rows[list(PROFILE)].join(factors).join(rows["Dur"])
    grouped = whole.groupby(list(PROFILE))
    table = grouped[[*FACTORS, "Dur"]].median().assign(rows=grouped.size())
    table["source_gap"] /= table["Dur"]  # of medians: one packet alone has a gap of its own
    shortest = grouped["Dur"].min().sort_values().index
    table = table.loc[shortest].drop(columns="Dur").reset_index()
    return [
        [value if isinstance(value, str) else significant(value, 6) for value in profile]
        for profile in table.itertuples(index=False)
    ]


# How rows are drawn.


def draw(parameters: dict, seed: int = SEED) -> pd.DataFrame:
    """Draw the twin's rows: as many as the real file has, with its columns and types."""
    generator = np.random.default_rng(seed)
    block = np.repeat(np.arange(len(parameters["blocks"]["rows"])), parameters["blocks"]["rows"])
    code = np.asarray(parameters["blocks"]["category"])[block]
    drawn = [
        _draw_class(generator, parameters["classes"][name], block, np.flatnonzero(code == number))
        for number, name in enumerate(CLASSES)
    ]
    rows = pd.concat(drawn).sort_index()
    rows["Attack Category"] = np.asarray(CLASSES, dtype=object)[code]
    rows["Label"] = (code > 0).astype(int)
    rows[ATTACKER_COLUMN] = np.asarray(parameters["addresses"], dtype=object)[rows["Label"]]
    ports = _draw_ports(generator, parameters["ports"], code)
    rows["Sport"], rows["Packet_num"] = _number_flows(
        generator, parameters["packet_numbers"], rows, ports, block
    )
    return _finish(rows, parameters)


def _draw_class(
    generator: np.random.Generator, fitted: dict, block: np.ndarray, rows: np.ndarray
) -> pd.DataFrame:
    """Draw the rows of one class; `rows` are their places in the file."""
    order = np.unique(block[rows], return_inverse=True)[1]
    scores = copula.draw_scores(generator, fitted["scores"], order)
    drawn = {
        name: copula.in_order(scores[name], marginal)
        for name, marginal in fitted["biometrics"].items()
    }
    biometrics = pd.DataFrame(drawn, index=rows)
    unusual = np.zeros(len(rows), dtype=bool)
    if fitted["unusual"]:
        unusual[generator.choice(len(rows), fitted["unusual"]["rows"], replace=False)] = True
    flows = [_usual_flows(generator, fitted["usual"], scores[~unusual], block[rows[~unusual]])]
    flows[0].index = rows[~unusual]
    if unusual.any():
        flows.append(_unusual_flows(generator, fitted["unusual"]).set_axis(rows[unusual]))
    return pd.concat(flows).sort_index().join(biometrics)


def _times(flows: dict, scores: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {name: copula.in_order(scores[name], flows["timing"][name]) for name in TIMING}
    )


def _profile_table(flows: dict) -> pd.DataFrame:
    return pd.DataFrame(flows["profiles"], columns=[*PROFILE, *FACTORS, "rows"])


def _usual_flows(
    generator: np.random.Generator, flows: dict, scores: pd.DataFrame, block: np.ndarray
) -> pd.DataFrame:
    """Draw flows of the usual seven packets; rarer profiles are spread evenly over the blocks."""
    table = _profile_table(flows)
    common = int(table["rows"].argmax())
    profile = np.full(len(block), common)
    within = pd.Series(generator.random(len(block))).groupby(block).rank().to_numpy()
    turn = np.lexsort((block, within))  # one row of each block, then the next of each
    rare = np.repeat(np.delete(table.index, common), np.delete(table["rows"], common).astype(int))
    profile[turn[: len(rare)]] = rare[::-1]
    return _complete(table.iloc[profile], _times(flows, scores))


def _unusual_flows(generator: np.random.Generator, flows: dict) -> pd.DataFrame:
    """Draw the other flows; profiles that may be shortest take the shortest of them."""
    noise = copula.correlated(generator, flows["rows"], flows["correlation"])
    times = _times(flows, pd.DataFrame(noise, columns=list(TIMING)))
    table = _profile_table(flows)
    profile = np.repeat(table.index, table["rows"].astype(int))
    lasting = np.argsort(np.argsort(times["duration"], kind="stable"), kind="stable")
    return _complete(table.iloc[profile[lasting]], times, flows["printed"])


def _complete(
    profile: pd.DataFrame, times: pd.DataFrame, printed: dict | None = None
) -> pd.DataFrame:
    """Compute loads, rates, gaps and jitters from profile and timing."""
    rows = profile.reset_index(drop=True)
    seconds = times["duration"].round(6)
    source = (rows["source_load"] * rows["SrcBytes"] * BITS / seconds).round()
    destination = (rows["destination_load"] * rows["DstBytes"] * BITS / seconds).round()
    return rows[list(PROFILE)].assign(
        Dur=seconds,
        TotBytes=rows["SrcBytes"] + rows["DstBytes"],
        SrcLoad=source,
        DstLoad=destination,
        Load=source + destination,
        Rate=(rows["TotPkts"] - 1) / seconds,
        SIntPkt=rows["source_gap"] * seconds * MILLISECONDS,
        SIntPktAct=rows["active_gap"],
        **_gaps_and_jitters(times, printed),
    )


def _gaps_and_jitters(times: pd.DataFrame, printed: dict | None) -> dict[str, np.ndarray]:
    """Turn relative gaps and jitters into milliseconds, within the printed range if given."""
    milliseconds = times["duration"] * MILLISECONDS
    drawn = {
        "DIntPkt": times["destination_gap"] * milliseconds,
        "SrcJitter": times["source_jitter"] * milliseconds,
    }
    for name, marginal in (printed or {}).items():
        drawn[name] = copula.in_order(drawn[name], marginal)
    return drawn | {"DstJitter": times["destination_jitter"] * drawn["DIntPkt"]}


def _draw_ports(generator: np.random.Generator, fitted: dict, code: np.ndarray) -> np.ndarray:
    """Let the source port advance among the ports that no flow has used yet."""
    alteration = CLASSES.index("Data Alteration")
    after = np.r_[False, (code[:-1] == alteration) & (code[1:] == 0)]
    steps = copula.inverse(fitted["step"], generator.random(len(code)))
    leap = copula.inverse(fitted["step_after_alteration"], generator.random(len(code)))
    steps = np.where(after, leap, steps).astype(int)
    free = [port for port in range(FIRST_PORT, LAST_PORT + 1) if port not in SERVICES]
    place, ports = free.index(fitted["start"]), []
    for step in steps:
        ports.append(free.pop(place))
        place = (place + step - 1) % len(free)
    return np.asarray(ports)


def _number_flows(
    generator: np.random.Generator,
    fitted: dict,
    rows: pd.DataFrame,
    ports: np.ndarray,
    block: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return source ports as text and flow numbers, with the irregularities of the real file."""
    few = rows["TotPkts"].to_numpy() < 4
    altered = (rows["Attack Category"] == "Data Alteration").to_numpy()
    inside = np.r_[False, block[1:] == block[:-1]]
    continued = np.flatnonzero(few & altered & inside)[: fitted["continued"]]
    numbers = np.arange(1, len(rows) + 1) - np.cumsum(np.isin(np.arange(len(rows)), continued))
    numbers[continued], ports[continued] = numbers[continued - 1], ports[continued - 1]
    displaced = generator.choice(
        np.setdiff1d(np.flatnonzero(altered), continued), fitted["displaced"], replace=False
    )
    ahead = np.interp(generator.random(len(displaced)), (0.1, 0.5, 0.9), fitted["ahead"])
    numbers[displaced] = np.minimum(numbers[displaced] + ahead.astype(int), numbers[-1])
    return _name_services(ports, rows["Label"].to_numpy()), numbers


def _name_services(ports: np.ndarray, label: np.ndarray) -> np.ndarray:
    """Print three ports of normal rows by a service name, as the real file does."""
    normal, text = np.flatnonzero(label == 0), ports.astype(str).astype(object)
    for port, service in SERVICES.items():
        text[normal[np.argmin(np.abs(ports[normal] - port))]] = service
    return text


def _finish(rows: pd.DataFrame, parameters: dict) -> pd.DataFrame:
    """Add the constant columns, round as the file is printed, and put columns in order."""
    rows = rows.assign(**parameters["constants"])[parameters["columns"]]
    return rows.round(parameters["decimals"]).astype(parameters["types"])
