"""Ask XGBoost of the XMeDNN paper's time on the split of Table 1.

Runs outside the book's environment, in Python 3.10:

    python3.10 -m venv old
    old/bin/pip install xgboost==1.7.2 scikit-learn==1.1.3 imbalanced-learn==0.9.1 \
        "pandas<2" "numpy<1.24"
    old/bin/python xmednn_xgboost.py wustl-ehms-2020_with_attacks_categories.csv xmednn_xgboost.json

It needs none of the book's code, but for `xmednn_rows.py` beside it. The reproduction page of
chapter 3 names the result.
"""

import json
import platform
import sys
from datetime import date
from hashlib import sha256
from pathlib import Path

import imblearn
import numpy as np
import sklearn
import xgboost
from xmednn_rows import recovered_rows, split_of_table_1

SEEDS = range(2022, 2032)


def errors_of(features, labels, seed):
    """Fit at the library's defaults; return accuracy and counts of errors."""
    x_train, x_test, y_train, y_test = split_of_table_1(features, labels, seed)
    classifier = xgboost.XGBClassifier(random_state=seed, n_jobs=1)
    attack = classifier.fit(x_train, y_train).predict(x_test) == 1
    return {
        "test": float(np.mean(attack == (y_test == 1))),
        "false alarms": int(np.sum(attack & (y_test == 0))),
        "missed attacks": int(np.sum(~attack & (y_test == 1))),
    }


def main(path, target):
    """Fit with every seed and write one JSON file."""
    features, labels = recovered_rows(path)
    result = {
        "run on": date.today().isoformat(),
        "data sha256": sha256(Path(path).read_bytes()).hexdigest(),
        "versions": {
            "python": platform.python_version(),
            "xgboost": xgboost.__version__,
            "scikit-learn": sklearn.__version__,
            "imbalanced-learn": imblearn.__version__,
            "numpy": np.__version__,
        },
        "table 1": {seed: errors_of(features, labels, seed) for seed in SEEDS},
    }
    Path(target).write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
