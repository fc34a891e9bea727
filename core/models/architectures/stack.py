"""An own network: the rows that a person put together, see ``core.runs.stack``.

Its rows stand in the run's settings, under ``layers``.
"""

from core.models.spec import ModelSpec
from core.runs.image_size import ImageSize

SPEC = ModelSpec(
    name="stack",
    title="Own stack",
    description="A network of your own, layer by layer; every simple network here can be opened as a stack "
    "and changed.",
    source="",
    min_image_size=8,
    default_image_size=ImageSize(64, 64),
)
