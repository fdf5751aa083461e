"""Rows, split and errors of Table 1 of XMeDNN, for scripts outside the book's environment."""

import numpy as np
import pandas as pd
from imblearn.over_sampling import RandomOverSampler
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import MinMaxScaler

READINGS = ["Temp", "SpO2", "Pulse_Rate", "SYS", "DIA", "Heart_rate", "Resp_Rate", "ST"]
ADDRESSES = ["SrcAddr", "DstAddr", "SrcMac", "DstMac"]
NOT_FEATURES = [*READINGS, *ADDRESSES, "Dir", "Flgs", "Packet_num", "Attack Category", "Label"]


def recovered_rows(path):
    """Return features and labels without the two rows that the paper's folds leave out."""
    frame = pd.read_csv(path, dtype={"Sport": str})
    frame = frame[~frame["Sport"].isin(["fido", "tfido"])]
    # The third service name is kept; 57000 is its port in Debian's /etc/services.
    frame["Sport"] = frame["Sport"].replace("dircproxy", "57000").astype(float)
    return frame.drop(columns=NOT_FEATURES).to_numpy(float), frame["Label"].to_numpy()


def split_of_table_1(features, labels, seed):
    """Return features in training and test, then labels; the seed repeats attacks."""
    x, y = RandomOverSampler(random_state=seed).fit_resample(features, labels)
    return train_test_split(MinMaxScaler().fit_transform(x), y, test_size=0.33, random_state=1)


def errors(attack, labels):
    """Return accuracy and counts of errors of what is called an attack."""
    return {
        "test": float(np.mean(attack == (labels == 1))),
        "false alarms": int(np.sum(attack & (labels == 0))),
        "missed attacks": int(np.sum(~attack & (labels == 1))),
    }
