import pytest

from core.errors import RunError
from core.runs.config import RunConfig
from core.runs.image_size import ImageSize


@pytest.mark.parametrize("given", ["150x120", "150 x 120", (150, 120), [150, 120], "150×120", "150X120"])
def test_a_size_is_height_times_width_however_it_is_written(given: object) -> None:
    config = RunConfig.make(dataset="d", image_size=given)
    assert config.image_size == ImageSize(height=150, width=120)
    assert config.model_dump(mode="json")["image_size"] == "150x120"


@pytest.mark.parametrize("given", [64, "64", (64, 64)])
def test_one_number_is_a_square_and_is_stored_as_one_number(given: object) -> None:
    config = RunConfig.make(dataset="d", image_size=given)
    assert config.image_size == (64, 64)
    assert config.model_dump(mode="json")["image_size"] == 64


@pytest.mark.parametrize(
    "given", ["", "x64", "64x", "7", 2000, True, 3.5, None, "64x64x3", (64,), (64.0, 64)]
)
def test_anything_else_is_refused_with_what_fits(given: object) -> None:
    with pytest.raises(RunError, match="it should be 8 to 1024 pixels, or height x width such as 150x120"):
        RunConfig.make(dataset="d", image_size=given)
