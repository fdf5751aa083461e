"""A verification finds what has changed, and leaves an honest repetition alone."""

import json
import shutil
from copy import deepcopy
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from waiting import PATIENCE

from lib import claims
from lib.book.notebooks import Notebook
from lib.book.run.settings import Outcome
from lib.book.verify import console, run
from lib.book.verify.judge import (
    ALONE,
    CHANGED,
    FALSE_ALARMS,
    HOLDS,
    NOT_JUDGED,
    REPEATED,
    STACKED,
    UNDECIDED,
    judge_records,
    shuffled_splits,
    standardised,
)
from lib.book.verify.page import html
from lib.book.verify.report import Report, junit
from lib.book.verify.spread import (
    further_interval,
    looks_normal,
    resampled_interval,
    usual_interval,
)
from lib.book.verify.verdicts import claims_on, judge_claims, read_verdicts, verdicts_of
from lib.claims.claim import Ledger
from lib.claims.language import parse_list
from lib.common.errors import ReaderError
from lib.common.paths import ROOT
from lib.notebook.records import Provenance, Record, RecordSet

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
REAL = RecordSet.read(ROOT / "data" / "reference")
# As they would be if each rested on the very file that its paper names.
JUDGING = {
    id: replace(record, provenance=replace(record.provenance, basis="file"))
    for id, record in REAL.items()
}


@pytest.mark.parametrize("word", sorted(ALONE | STACKED))
def test_each_word_that_says_how_a_record_was_trained_is_part_of_an_id(word):
    assert not ALONE & STACKED
    assert any(word in id.split(".") for id in REAL)


def a_record(id: str, values, deterministic=False, seed=2022) -> Record:
    values = tuple(map(float, np.atleast_1d(values)))
    origin = Provenance("c/n", "d", "v", "0", "real", "full", seed, len(values))
    return Record(id, values, "as printed", deterministic, origin)


def on(record: Record, **origin) -> Record:
    return replace(record, provenance=replace(record.provenance, **origin))


def of_ten(record: Record) -> Record:
    return on(record, replicates=10)


def a_set(table, seed=2022) -> dict[str, Record]:
    return {f"a.{i}": a_record(f"a.{i}", row, seed=seed) for i, row in enumerate(table)}


def states(judged) -> dict[str, str]:
    return {each.id: each.state for each in judged.comparisons}


class TestIntervals:
    @pytest.mark.parametrize("further", [1, 5])
    def test_students_interval_covers_the_mean_of_further_values_as_promised(self, further):
        draws = np.random.default_rng(1).normal(0.9, 0.02, size=(3000, 10 + further))
        inside = [
            further_interval(row[:10], 0.95, further).contains(row[10:].mean()) for row in draws
        ]
        # Standard error of the share is 0.004; four of them on either side.
        assert np.mean(inside) == pytest.approx(0.95, abs=0.016)

    @pytest.mark.parametrize("count", [10, 40])
    def test_resampling_covers_skewed_values_nearly_as_promised(self, count):
        draws = np.random.default_rng(2).exponential(size=(600, count + 5))
        inside = [
            resampled_interval(row[:count], 0.95, 5).contains(row[count:].mean()) for row in draws
        ]
        # The bootstrap from few values is known to fall short; it must not fall far.
        assert np.mean(inside) > {10: 0.86, 40: 0.92}[count]

    def test_a_collapsed_seed_is_resampled_and_not_taken_for_a_wide_normal(self):
        values = [0.99, 0.991, 0.992, 0.989, 0.99, 0.991, 0.99, 0.992, 0.99, 0.5]
        assert not looks_normal(values)
        assert usual_interval(values, 1).high < further_interval(values, 0.95, 1).high

    def test_equal_values_give_no_width(self):
        assert usual_interval([1.0] * 10, 1) == (1.0, 1.0)


def seeds_of(kind: str, records: int, seeds: int, draw) -> np.ndarray:
    """Draw records that move together, as the scores of one classifier do."""
    together = draw.normal(size=(records, 8)) @ draw.normal(size=(8, seeds)) / 2
    values = together + draw.normal(size=(records, seeds))
    if kind == "normal":
        return values
    if kind == "heavy tails":
        return 0.8 + 0.02 * draw.standard_t(2, size=(records, seeds)) + 0.01 * together
    values = 0.95 + 0.001 * values
    values[draw.random(values.shape) < 0.06] = 0.5
    third = records // 3
    values[:third] = np.where(draw.random((third, seeds)) < 0.04, 0.8, 1.0)
    return values


class TestCalibration:
    @pytest.mark.parametrize("kind", ["normal", "heavy tails", "rare collapses"])
    def test_an_honest_repetition_fails_at_most_once_in_a_hundred(self, kind):
        draw, splits = np.random.default_rng(3), shuffled_splits(10, 10)[:1000]
        failures, trials, records = 0, 500, 40
        for _ in range(trials):
            values = seeds_of(kind, records, 20, draw)
            largest = standardised(values, splits, np.full(records, 0.005))[0].max(axis=0)
            allowed = np.sort(largest)[::-1][int(FALSE_ALARMS * len(largest))]
            failures += largest[0] > allowed
        # Expected 5 of 500 at most; more than 14 would come by chance in 2 of 10,000 cases.
        assert failures <= 14

    def test_the_same_through_the_whole_judgement(self):
        draw, failures = np.random.default_rng(4), 0
        for _ in range(40):
            values = seeds_of("rare collapses", 40, 15, draw)
            failures += bool(
                judge_records(a_set(values[:, :10]), a_set(values[:, 10:], seed=9)).with_state(
                    CHANGED
                )
            )
        assert failures <= 3  # expected 0.4

    def test_one_normal_family_of_single_intervals_would_not_do(self):
        """Each published seed is held against the other nine by Student's interval."""
        drawn = [r for r in REAL.values() if len(r.values) == 10 and not r.timed]
        values = np.array([record.values for record in drawn])
        level, alarms = FALSE_ALARMS / len(values), 0
        for seed in range(10):
            rest = np.delete(values, seed, axis=1)
            bounds = [further_interval(row, 1 - level, 1).widened(0.005) for row in rest]
            alarms += any(not b.contains(v) for b, v in zip(bounds, values[:, seed], strict=True))
        assert alarms >= 3, "then single runs could be judged on new seeds: see judge.py"

    def test_halves_of_the_published_seeds_agree(self):
        drawn = [r for r in REAL.values() if len(r.values) == 10 and not r.timed]
        one = {r.id: a_record(r.id, r.values[:5]) for r in drawn}
        other = {r.id: a_record(r.id, r.values[5:], seed=2027) for r in drawn}
        assert not judge_records(one, other).with_state(CHANGED)


class TestPower:
    @pytest.mark.parametrize(("fresh", "shift"), [(10, 4.0), (5, 6.0)])
    def test_a_shift_of_one_record_among_many_is_found(self, fresh, shift):
        draw, found = np.random.default_rng(5), 0
        for _ in range(10):
            values = 0.8 + 0.02 * seeds_of("normal", 300, 10 + fresh, draw)
            values[7, 10:] += shift * 0.02 * np.sqrt(1.0 + 2.0)  # the records' own deviation
            judged = judge_records(a_set(values[:, :10]), a_set(values[:, 10:], seed=9))
            found += "a.7" in {each.id for each in judged.with_state(CHANGED)}
        assert found >= 9

    def test_the_report_says_what_shift_would_be_found(self):
        values = seeds_of("normal", 300, 20, np.random.default_rng(6))
        judged = judge_records(a_set(values[:, :10]), a_set(values[:, 10:], seed=9))
        assert 1.5 < judged.family.smallest_shift < 3.5


class TestRules:
    def test_what_has_no_random_draw_must_be_equal(self):
        one = {"a.b": a_record("a.b", 100, deterministic=True)}
        other = {"a.b": a_record("a.b", 101, deterministic=True)}
        assert states(judge_records(one, other)) == {"a.b": CHANGED}
        assert states(judge_records(one, one)) == {"a.b": HOLDS}

    def test_a_sum_of_the_run_must_be_there_and_is_judged_on_the_published_seeds(self):
        published = {"a.best": of_ten(a_record("a.best", 0.8))}
        one = {"a.best": a_record("a.best", 0.5)}
        judged = judge_records(published, one)
        assert states(judged) == {"a.best": NOT_JUDGED}
        assert not judged.comparisons[0].same_seeds, "a sum over one seed is none over ten"
        assert states(judge_records(published, {})) == {"a.best": CHANGED}
        for value, state in ((0.8004, HOLDS), (0.802, CHANGED)):
            fresh = {"a.best": of_ten(a_record("a.best", value))}
            assert states(judge_records(published, fresh)) == {"a.best": state}

    def test_a_rate_of_the_whole_run_that_is_small_may_not_become_another(self):
        published = {"a.alarms": of_ten(a_record("a.alarms", 6.6e-6))}
        for value, state in ((6.7e-6, HOLDS), (6.6e-5, CHANGED), (0.0, CHANGED)):
            fresh = {"a.alarms": of_ten(a_record("a.alarms", value))}
            assert states(judge_records(published, fresh)) == {"a.alarms": state}

    @pytest.mark.parametrize(
        "change",
        [
            {"sha256": "1"},
            {"variant": "other"},
            {"dataset": "e"},
            {"basis": "set"},
            {"source": "twin"},
        ],
    )
    def test_a_record_of_other_data_has_changed(self, change):
        published = a_set([[0.1, 0.2, 0.3]])
        fresh = {id: on(record, **change) for id, record in published.items()}
        (found,) = judge_records(published, fresh).with_state(CHANGED)
        assert f"{next(iter(change))} " in found.reason

    def test_a_record_of_another_protocol_has_changed(self):
        published = a_set([[0.1, 0.2, 0.3]])
        fresh = {id: replace(record, protocol="another") for id, record in published.items()}
        assert states(judge_records(published, fresh)) == {"a.0": CHANGED}

    @pytest.mark.parametrize("word", ["timed", "deterministic"])
    @pytest.mark.parametrize("values", [[0.1, 0.2, 0.3], [7.0]])
    def test_no_record_decides_by_a_word_of_its_own_how_it_is_judged(self, word, values):
        fresh = a_set([values])
        published = {"a.0": replace(a_record("a.0", np.add(values, 1)), **{word: True})}
        for one, other in ((published, fresh), (fresh, published)):
            (found,) = judge_records(one, other).with_state(CHANGED)
            assert f"{word} " in found.reason

    def test_a_sum_of_the_run_is_none_of_the_values_of_its_seeds(self):
        whole = {"a.0": on(of_ten(a_record("a.0", 0.5)), seed=9, machine="another")}
        for one, other in ((whole, a_set([[0.1] * 10])), (a_set([[0.1] * 10]), whole)):
            (found,) = judge_records(one, other).with_state(CHANGED)
            assert "a value a seed" in found.reason

    def test_a_time_belongs_to_its_machine_and_must_only_be_there(self):
        published = {"a.ratio": replace(a_record("a.ratio", [9.0, 9.1, 9.2]), timed=True)}
        fresh = {"a.ratio": replace(a_record("a.ratio", [2.0, 2.1, 2.2]), timed=True)}
        assert states(judge_records(published, fresh)) == {"a.ratio": NOT_JUDGED}
        assert states(judge_records(published, {})) == {"a.ratio": CHANGED}

    def test_a_new_record_is_named(self):
        judged = judge_records({}, {"a.c": a_record("a.c", [1, 2])})
        assert judged.comparisons[0].reason == "measured, but not published"

    def test_the_same_seeds_hold_digit_for_digit(self):
        judged = judge_records(REAL, REAL)
        assert {each.state for each in judged.comparisons} == {HOLDS, NOT_JUDGED}
        assert all(each.same_digits for each in judged.with_state(HOLDS))

    def test_a_small_block_that_cannot_be_shuffled_often_enough_is_left_to_the_interval(self):
        table = 0.8 + 0.01 * np.random.default_rng(3).normal(size=(2_400, 20))
        few = {
            f"b.{row}": a_record(f"b.{row}", values) for row, values in enumerate(table[:24, :5])
        }
        moved = {
            id: a_record(id, values + 50, seed=9) for id, values in zip(few, table, strict=False)
        }
        published = a_set(table[:, :10]) | few
        judged = judge_records(published, a_set(table[:, 10:], seed=9) | moved)
        found = states(judged)
        assert {found[id] for id in few} == {UNDECIDED}

    def test_one_published_seed_holds_also_where_it_had_collapsed(self):
        table = np.full((1, 10), 0.99) + 1e-4 * np.arange(10)
        table[0, 0] = 0.4
        fresh = a_set(table[:, :1])
        assert states(judge_records(a_set(table), fresh)) == {"a.0": HOLDS}

    def test_one_seed_outside_has_changed_if_published_and_is_undecided_if_new(self):
        table = [0.80 + 0.001 * np.arange(10)]
        for seed, state in ((2022, CHANGED), (7, UNDECIDED)):
            judged = judge_records(a_set(table), a_set([[0.3]], seed=seed))
            assert states(judged) == {"a.0": state}

    def test_a_twin_is_repeated_with_the_same_seeds(self):
        def on_twin(record):
            return {
                record.id: replace(record, provenance=replace(record.provenance, source="twin"))
            }

        published = on_twin(a_record("a.b", [0.80, 0.82]))
        for values, state in (([0.801, 0.82], HOLDS), ([0.7, 0.82], CHANGED)):
            fresh = on(a_record("a.b", values), machine="another")
            assert states(judge_records(published, on_twin(fresh))) == {"a.b": state}

    def test_a_difference_below_one_step_of_measuring_is_none(self):
        ones = a_set(np.ones((3, 10)))
        nearly = a_set(np.full((3, 10), 0.996), seed=99)
        below = a_set(np.full((3, 10), 0.99), seed=99)
        assert set(states(judge_records(ones, nearly)).values()) == {HOLDS}
        assert set(states(judge_records(ones, below)).values()) == {CHANGED}


class TestPairing:
    TABLE = 0.8 + 0.05 * np.random.default_rng(8).normal(size=(3, 10))

    def judged(self, shift, seeds=10, first=2022, **kind):
        table = self.TABLE[:, first - 2022 : first - 2022 + seeds].copy()
        table[1, -1] += shift
        fresh = {id: on(each, **kind) for id, each in a_set(table, seed=first).items()}
        return judge_records(a_set(self.TABLE), fresh)

    def test_a_value_is_held_to_the_published_one_of_its_seed(self):
        assert set(states(self.judged(0.0004)).values()) == {HOLDS}
        (found,) = self.judged(-0.002).with_state(CHANGED)
        assert (found.id, found.rule) == ("a.1", REPEATED)
        assert "0.002 apart" in found.reason

    @pytest.mark.parametrize(("seeds", "first"), [(1, 2022), (3, 2025)])
    def test_a_stack_of_another_size_may_round_otherwise(self, seeds, first):
        assert set(states(self.judged(0.034, seeds, first)).values()) == {HOLDS}
        (found,) = self.judged(-0.06, seeds, first).with_state(CHANGED)
        assert (found.id, found.rule) == ("a.1", REPEATED)

    @pytest.mark.parametrize(
        ("id", "state"),
        [("p.dt.f1", CHANGED), ("p.dt.less.dnn.f1", HOLDS), ("p.network.rf.f1", HOLDS)],
    )
    def test_what_trains_one_by_one_may_not(self, id, state):
        before, now = a_set(self.TABLE[:1]), a_set(self.TABLE[:1, :1] + 0.004)
        pair = [{id: replace(one["a.0"], id=id)} for one in (before, now)]
        assert states(judge_records(*pair)) == {id: state}

    def test_of_more_seeds_the_published_ones_are(self):
        more = np.hstack([self.TABLE, self.TABLE[:, :5]])
        assert set(states(judge_records(a_set(self.TABLE), a_set(more))).values()) == {HOLDS}
        more[2, 4] += 0.06
        assert states(judge_records(a_set(self.TABLE), a_set(more)))["a.2"] == CHANGED

    @pytest.mark.parametrize("kind", [{"machine": "another"}, {"versions": {"numpy": "1"}}])
    def test_elsewhere_chance_decides_and_the_furthest_are_listed(self, kind):
        judged = self.judged(0.002, **kind)
        assert set(states(judged).values()) == {HOLDS}
        report = a_report(judged=judged)
        assert report.status == 0
        assert "kind of machine are not the published ones" in report.answer
        assert report.elsewhere[0].id == "a.1"
        assert "a.1: by 0.002" in "\n".join(console.lines(report))
        assert '<td data-label="a value lies off by">0.002</td>' in html(report)
        assert "0.002 (a.1)" in report.repeated()

    def test_a_gross_change_is_found_elsewhere_too(self):
        moved = {id: on(r, machine="another") for id, r in a_set(self.TABLE - 0.5).items()}
        assert len(judge_records(a_set(self.TABLE), moved).with_state(CHANGED)) == 3


@pytest.fixture(scope="module")
def ledger():
    return claims.load()


@pytest.fixture(scope="module")
def verdicts(ledger):
    """The verdicts of the published run; a test that alters them alters a copy."""
    return verdicts_of(ledger, JUDGING)


class TestClaims:
    def notes(self, ledger, published, fresh=JUDGING, moved=()):
        found = judge_claims(ledger, published, JUDGING, fresh, moved)
        return [note for note in found if note.state == CHANGED]

    def test_the_published_run_changes_no_claim(self, ledger, verdicts):
        assert self.notes(ledger, deepcopy(verdicts)) == []

    @pytest.mark.parametrize(
        ("entry", "reason"),
        [
            ({"printed": "12.3"}, "said '12.3'"),
            ({"judged by": "another.record"}, "was by 'another.record'"),
            ({"verdict": "exact"}, "now give"),
            ({"basis": "rebuilt"}, "rested on 'rebuilt'"),
            ({"repeats": "another.claim"}, "restated 'another.claim'"),
            ({"judged": "Something else."}, "read 'Something else.'"),
            (None, "'make prose'"),
        ],
    )
    def test_a_slip_in_the_ledger_is_found(self, ledger, verdicts, entry, reason):
        published = deepcopy(verdicts)
        id = next(id for id, each in published.items() if each["verdict"] == "within spread")
        if entry is None:
            del published[id]
        else:
            published[id] = published[id] | entry
        (note,) = self.notes(ledger, published)
        assert note.id == id
        assert reason in note.reason

    @pytest.mark.parametrize(
        "edit",
        [
            *({name: "another"} for name in ("locator", "subject", "dataset", "metric", "note")),
            *({"average": "macro"}, {"unit": "%"}, {"variants": ("v",)}, {"supports": ("a.b",)}),
            *(
                {"check": parse_list("sum(1, 3668522)")},
                {"check": ()},
            ),
        ],
        ids=lambda edit: next(iter(edit)),
    )
    def test_an_edit_of_any_column_is_found(self, ledger, edit):
        id, check = "xmednn.table1.dnn.accuracy", parse_list("sum(1, 3668521)")
        before = Ledger({id: replace(ledger[id], check=check, supports=())})
        (found,) = judge_claims(
            Ledger({id: replace(before[id], **edit)}),
            verdicts_of(before, JUDGING),
            JUDGING,
            {},
            (),
        )
        assert found.state == CHANGED
        assert edit.keys() & {"unit", "variants", "check"} or next(iter(edit)) in found.reason

    @pytest.mark.parametrize(
        "text", ["f(" * 40 + ")" * 40, "f(" * 99_999, f"f({'a.b, ' * 9_999}a.b)"]
    )
    def test_expressions_that_nobody_writes_are_refused_at_once(self, text):
        with pytest.raises(ValueError, match=r"longer than|brackets inside each other"):
            parse_list(text)

    @pytest.mark.parametrize(
        "content", ["", "[1]", '{"a": {}}', '{"a": {"verdict": 1}}', "[" * 99999]
    )
    def test_damaged_verdicts_are_named(self, tmp_path, content):
        (tmp_path / "verdicts.json").write_text(content)
        with pytest.raises(ReaderError, match=r"verdicts\.json does not hold"):
            read_verdicts(tmp_path / "verdicts.json")

    def test_a_claim_that_was_dropped_is_found(self, ledger, verdicts):
        gone = {"printed": "1", "judged by": "", "verdict": "exact"}
        published = deepcopy(verdicts) | {"gone.claim": gone}
        assert [note.id for note in self.notes(ledger, published)] == ["gone.claim"]

    def test_another_verdict_counts_only_where_a_record_has_changed(self, ledger, verdicts):
        published = deepcopy(verdicts)
        claim = next(
            ledger[id]
            for id, each in published.items()
            if each["verdict"] == "within spread"
            and ledger[id].record
            and not JUDGING[ledger[id].record].timed
        )
        before = JUDGING[claim.record]
        halves = replace(before, values=tuple(value / 2 for value in before.values))
        fresh = {claim.record: halves}
        assert self.notes(ledger, published, fresh) == []
        assert claim.id in {n.id for n in self.notes(ledger, published, fresh, {claim.record})}
        again = replace(claim, id="again", repeats=claim.id, record="", supports=(), check=())
        restating = Ledger(ledger | {"again": again})
        assert {claim.id, "again"} <= set(claims_on(restating)[claim.record])
        published = verdicts_of(restating, JUDGING)
        assert published["again"]["repeats"] == claim.id
        assert self.notes(restating, published, fresh) == []
        assert "again" in {n.id for n in self.notes(restating, published, fresh, {claim.record})}


def a_report(**changes) -> Report:
    table = 0.8 + 0.01 * np.random.default_rng(7).normal(size=(4, 20))
    table[1, 10:] -= 0.3
    book = Notebook("03-xmednn-ehms", "01_data")
    fields = {
        "asked": {"data": "the real files", "profile": "full"},
        "outcomes": [Outcome(book, "executed", 3.0)],
        "judged": judge_records(a_set(table[:, :10]), a_set(table[:, 10:], seed=9)),
        "claims": [],
        "stale": {},
        "left_out": [],
        "on_twins": False,
        "resting": {"a.1": ["xmednn.table1.dnn.accuracy"]},
    }
    return Report(**fields | changes)


class TestReport:
    def test_the_changed_record_is_named_with_what_rests_on_it(self):
        report = a_report()
        assert report.status == 1
        for text in ("\n".join(console.lines(report)), html(report)):
            assert "a.1" in text
            assert "xmednn.table1.dnn.accuracy" in text
        failures = ElementTree.fromstring(junit(report).encode()).iter("failure")
        assert len(list(failures)) == 1
        content = json.loads(json.dumps(report.to_dict(), allow_nan=False))
        assert [each["id"] for each in content["records"] if each["state"] == "changed"] == ["a.1"]

    def test_all_exit_statuses(self):
        book = Notebook("c", "n")
        held = judge_records({}, {})
        assert a_report(judged=held).status == 0
        assert a_report(judged=held, stale={"c/n": ["lib/a.py has changed"]}).status == 1
        assert a_report(outcomes=[Outcome(book, "failed", 1.0, "  cell 3\n  E: <b>")]).status == 2
        assert a_report(judged=held, on_twins=True).status == 3
        assert a_report(judged=held, left_out=["c/n"]).status == 3

    def test_pages_whose_texts_could_not_be_compared_are_named_in_every_form(self):
        untold = {f"c/{n}": "other versions" for n in "abcd"}
        report = a_report(judged=judge_records({}, {}), untold=untold)
        assert report.status == 0
        said = "The texts of 4 pages could not be compared: c/a, c/b, c/c and 1 more."
        assert report.answer == f"It still holds. {said}"
        for text in ("\n".join(console.lines(report)), html(report), *report.method()):
            assert "other versions" in text
            assert "c/d" in text
        assert report.to_dict()["untold_pages"] == untold
        one = a_report(untold={"03-xmednn-ehms/01_data": "other versions"})
        suite = ElementTree.fromstring(junit(one).encode()).find("testsuite[@name='pages']")
        assert suite.get("skipped") == "1"

    def test_a_few_undecided_records_hold_and_many_do_not(self):
        table = 0.8 + 0.01 * np.random.default_rng(7).normal(size=(300, 13))
        for outside, status in ((2, 0), (30, 1)):
            moved = table[:, 10:] - 0.5 * (np.arange(300) < outside)[:, None]
            judged = judge_records(a_set(table[:, :10]), a_set(moved, seed=9))
            report = a_report(judged=judged)
            assert report.counts()[UNDECIDED] == outside
            assert report.status == status
        assert "too few seeds" in report.answer

    def test_characters_that_xml_may_not_hold_are_left_out(self):
        failed = Outcome(Notebook("c", "n\x01"), "failed", 1.0, "\x1b[31m\x00 \ud800 E: <b>")
        (error,) = ElementTree.fromstring(junit(a_report(outcomes=[failed])).encode()).iter("error")
        assert "E: <b>" in error.get("message")

    def test_no_file_is_written_where_one_cannot_be_made(self, tmp_path):
        judged = judge_records(a_set([[0.1, 0.2]]), a_set([[0.1, float("nan")]]))
        with pytest.raises(ValueError, match="JSON"):
            run._write(a_report(judged=judged), tmp_path)
        assert list(tmp_path.iterdir()) == []

    def test_a_failure_is_shown_and_escaped(self):
        failed = Outcome(
            Notebook("c", "n"), "failed", 1.0, "  cell 3, which begins with: x\n  E: <b>"
        )
        page = html(a_report(outcomes=[failed]))
        assert "c/n" in page
        assert "E: &lt;b&gt;" in page

    @pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium on the PATH")
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_the_page_fits_a_phone_and_follows_its_colours(self, scheme):
        from playwright.sync_api import sync_playwright

        with sync_playwright() as playwright:
            flags = ["--no-sandbox", "--disable-gpu"]
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
            page = browser.new_page(viewport={"width": 390, "height": 800}, color_scheme=scheme)
            page.set_default_timeout(PATIENCE * 1000)
            page.set_content(html(a_report()))
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
            ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
            browser.close()
        assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 24, 30)"}[scheme]

    def test_the_page_needs_no_other_file(self):
        page = html(a_report())
        assert "src=" not in page
        assert "http" not in page
        assert "@import" not in page
