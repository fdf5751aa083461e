"""Ask XGBoost of the XMeDNN paper's time on the split of Table 1.

Runs outside the book's environment, in Python 3.10:

    python3.10 -m venv old
    old/bin/pip install xgboost==1.7.2 scikit-learn==1.1.3 imbalanced-learn==0.9.1 \
        "pandas<2" "numpy<1.24"
    old/bin/python xmednn_xgboost.py wustl-ehms-2020_with_attacks_categories.csv xmednn_xgboost.json

It needs none of the book's code, but for two files beside it. The reproduction page of
chapter 3 names the result.
"""

import json
import sys
from hashlib import sha256
from pathlib import Path

import xgboost
from kept_run import circumstances
from xmednn_rows import errors, recovered_rows, split_of_table_1

SEEDS = range(2022, 2032)


def errors_of(features, labels, seed):
    """Fit at the library's defaults; return accuracy and counts of errors."""
    x_train, x_test, y_train, y_test = split_of_table_1(features, labels, seed)
    classifier = xgboost.XGBClassifier(random_state=seed, n_jobs=1)
    return errors(classifier.fit(x_train, y_train).predict(x_test) == 1, y_test)


def main(path, target):
    """Fit with every seed and write one JSON file."""
    features, labels = recovered_rows(path)
    digest = sha256(Path(path).read_bytes()).hexdigest()
    result = circumstances(digest, "xgboost", "scikit-learn", "imbalanced-learn", "numpy")
    result["table 1"] = {seed: errors_of(features, labels, seed) for seed in SEEDS}
    Path(target).write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
