"""Train the network of the XMeDNN paper with the versions that the paper prints.

Runs outside the book's environment, in Python 3.10:

    python3.10 -m venv old
    old/bin/pip install tensorflow-cpu==2.9.1 scikit-learn==1.1.3 imbalanced-learn==0.9.1 \
        "pandas<2" "numpy<1.24" "protobuf<3.20"
    old/bin/python xmednn_keras.py wustl-ehms-2020_with_attacks_categories.csv xmednn_keras.json

It needs none of the book's code, but for two files beside it. The reproduction page of
chapter 3 reads the result.
"""

import json
import os
import sys
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

import numpy as np
import tensorflow as tf
from kept_run import circumstances
from xmednn_rows import errors, recovered_rows, split_of_table_1

SEEDS = range(2022, 2022 + int(os.environ.get("SEEDS", "2")))
STEPS = [1, 10, 100, 400]


def network(inputs, rate=0.01):
    """Build and compile the network of Section 5.1."""
    dense, start = tf.keras.layers.Dense, "he_normal"
    model = tf.keras.Sequential([tf.keras.Input((inputs,))])
    for size in (64, 32, 8):
        model.add(dense(size, activation="elu", kernel_initializer=start))
    model.add(dense(1, activation="sigmoid", kernel_initializer=start))
    optimizer = tf.keras.optimizers.Nadam(learning_rate=rate)
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"])
    return model


def train(features, labels, seed):
    """Train on the recovered split of Table 1; return accuracies and counts of errors."""
    tf.keras.utils.set_random_seed(seed)
    x_train, x_test, y_train, y_test = split_of_table_1(features, labels, seed)
    model = network(x_train.shape[1])
    history = model.fit(x_train, y_train, epochs=150, batch_size=20, verbose=0).history
    accuracies = history["accuracy"]
    fitted = {"training": accuracies[-1], "training, best epoch": max(accuracies)}
    return fitted | errors(model.predict(x_test, verbose=0)[:, 0] > 0.5, y_test)


def made_up_problem():
    """Return rows, labels and initial weights that any NumPy draws alike."""
    random = np.random.RandomState(0)
    x = random.uniform(size=(400, 20, 28)).astype(np.float32)
    y = (x[..., 0] + x[..., 1] > 1).astype(np.float32)
    sizes = (28, 64, 32, 8, 1)
    pairs = list(pairwise(sizes))
    return x, y, [random.normal(0, (2 / i) ** 0.5, (i, o)).astype(np.float32) for i, o in pairs]


def nadam_steps():
    """Return the last layer and the layers' norms after some updates of Keras' Nadam."""
    x, y, kernels = made_up_problem()
    model = network(28)
    model.set_weights([part for k in kernels for part in (k, np.zeros(k.shape[1], np.float32))])
    found = {}
    for step, (rows, labels) in enumerate(zip(x, y, strict=True), start=1):
        model.train_on_batch(rows, labels)
        if step in STEPS:
            weights = model.get_weights()
            norms = [float(np.linalg.norm(one.astype(float))) for one in weights]
            found[step] = {"norms": norms, "last kernel": weights[-2][:, 0].tolist()}
    return found


def initial_weights():
    """Return the spread of He normal weights for 64 inputs, in units of their deviation."""
    tf.keras.utils.set_random_seed(0)
    values = tf.keras.initializers.HeNormal()((64, 100_000)).numpy().ravel() / (2 / 64) ** 0.5
    return {"deviation": float(values.std()), "largest": float(np.abs(values).max())}


def main(path, target):
    """Run everything and write one JSON file."""
    features, labels = recovered_rows(path)
    digest = sha256(Path(path).read_bytes()).hexdigest()
    result = circumstances(digest, "keras", "scikit-learn", "imbalanced-learn", "numpy")
    result["versions"]["tensorflow"] = tf.__version__  # installed by another name
    result |= {"nadam": nadam_steps(), "initial weights": initial_weights(), "table 1": {}}
    for seed in SEEDS:
        result["table 1"][seed] = train(features, labels, seed)
        Path(target).write_text(json.dumps(result, indent=1) + "\n")
        print(seed, result["table 1"][seed], flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
