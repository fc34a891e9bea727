"""The work of Regroup, without any interface: datasets, models, training, evaluation, regrouping."""

import os

# Read when TensorFlow is imported, whoever does it first; without a GPU it reports an error that is none.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"
