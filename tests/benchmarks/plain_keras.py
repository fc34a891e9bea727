"""The script that a user of Keras would write for transfer learning; the other side of ``bench_transfer.py``.

    python tests/benchmarks/plain_keras.py FOLDER_OF_CLASS_FOLDERS WEIGHTS

Prints ``SECONDS`` and the median of its epochs, each with validation.
"""

import statistics
import sys
import time

import keras

IMAGE_SIZE = (128, 128)
NUM_EPOCHS = 3


class Clock(keras.callbacks.Callback):
    """Seconds of each epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Keras: an epoch begins."""
        self._began = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Keras: an epoch ends, validation included."""
        self.seconds.append(time.perf_counter() - self._began)


folder, weights = sys.argv[1:]
train, val = keras.utils.image_dataset_from_directory(
    folder, validation_split=0.2, subset="both", seed=0, image_size=IMAGE_SIZE, batch_size=32, verbose=False
)
num_classes = len(train.class_names)
base = keras.applications.MobileNet(
    input_shape=(*IMAGE_SIZE, 3), alpha=0.25, include_top=False, weights=weights, pooling="avg"
)
base.trainable = False
images = keras.Input((*IMAGE_SIZE, 3))
x = keras.layers.Rescaling(1 / 127.5, offset=-1)(images)
x = keras.layers.Dropout(0.2)(base(x, training=False))
model = keras.Model(images, keras.layers.Dense(num_classes, activation="softmax")(x))
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
clock = Clock()
model.fit(
    train.prefetch(-1), validation_data=val.prefetch(-1), epochs=NUM_EPOCHS, callbacks=[clock], verbose=0
)
print("SECONDS", statistics.median(clock.seconds))
