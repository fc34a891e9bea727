"""The parts of the Datasets page after the first, whose imports the first page need not wait for."""

from collections.abc import Callable

from app.components.datasets.augmentation import augmentation_part
from app.components.datasets.class_rows import class_rows_part
from app.components.datasets.map import map_part
from app.components.datasets.parts import Part
from app.components.datasets.pictures import pictures_part
from app.components.datasets.prepare import prepare_part
from app.components.datasets.trouble import trouble_part
from core.datasets.dataset import Dataset

DRAW: dict[Part, Callable[[Dataset], None]] = {
    Part.PICTURES: pictures_part,
    Part.CLASSES: class_rows_part,
    Part.MAP: map_part,
    Part.TROUBLE: trouble_part,
    Part.PREPARE: prepare_part,
    Part.AUGMENT: augmentation_part,
}
