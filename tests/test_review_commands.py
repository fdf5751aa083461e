"""The two commands of a reviewer, as a person at a terminal meets them."""

import json

import pytest

from lib.__main__ import main

TABLE = "model,accuracy,precision,recall,f1\na,0.9490,0.8531,0.9000,0.8759\n"


@pytest.fixture
def files(tmp_path, monkeypatch):
    (tmp_path / "scores.csv").write_text(TABLE)
    rows = "\n".join(f"{n},{n % 7},{n % 2}" for n in range(200))
    (tmp_path / "flows.csv").write_text(f"id,size,label\n{rows}\n")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["examine", "scores.csv", "--rows", "1000", "--positives", "200"], "1 matrix, 180 found"),
        (["examine", "scores.csv", "--rows", "5000", "--test", "20%"], "1,000 rows"),
        (["examine", "scores.csv", "--rows", "300,000", "--test", "1/3"], "100,000 rows"),
        (["audit", "flows.csv", "--label", "label"], "rises by row"),
        (["audit", "flows.csv", "--label", "label", "--ignore", "id"], "Left out: id"),
    ],
)
def test_they_answer_in_words_and_for_programs(files, capsys, arguments, words):
    assert main(arguments) == 0
    assert words in capsys.readouterr().out
    assert main([*arguments, "--json"]) == 0
    assert isinstance(json.loads(capsys.readouterr().out), dict)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["examine", "--rows", "10"], "give a table"),
        (["examine", "none.csv", "--rows", "10"], "cannot be read"),
        (["examine", "scores.csv", "--claims", "toniot.*", "--rows", "10"], "give a table"),
        (["examine", "--claims", "none.*", "--rows", "10"], "no claim fits"),
        (["examine", "scores.csv", "--rows", "10", "--positives", "10"], "are not 1 to 9"),
        (["examine", "scores.csv", "--rows", "1"], "are not 2 to"),
        (["examine", "flows.csv", "--rows", "10"], "no column of scores"),
        (["audit", "flows.csv", "--label", "class"], "Its columns: id, size, label"),
        (["audit", "flows.csv", "--label", "label", "--ignore", "none"], "has no column 'none'"),
        (["audit", "scores.csv", "--label", "model"], "one value only"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(files, capsys, arguments, words):
    assert main(arguments) == 2
    told = capsys.readouterr()
    assert words in told.err
    assert "Traceback" not in told.out + told.err


@pytest.mark.parametrize("share", ["0", "150", "half", "-3%", "5/3", "1/0"])
def test_a_share_that_is_none_is_refused(files, share):
    with pytest.raises(SystemExit) as ended:
        main(["examine", "scores.csv", "--rows", "10", f"--test={share}"])
    assert ended.value.code == 2
