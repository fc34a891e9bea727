"""The settings of augmentation are one and the same on Datasets and Train, in a real browser."""

import base64
import re
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from playwright.sync_api import Page, expect
from serving import Server

from core.datasets.images.reading import read_image
from core.datasets.images.resizing import resize_image, square
from core.datasets.store import load_dataset
from core.runs.augmentation import PRESETS
from core.workspace import open_workspace

ALT = "Epoch 9"


def picture(page: Page, alt: str) -> np.ndarray:
    source = page.get_by_alt_text(alt, exact=True).get_attribute("src") or ""
    content = np.frombuffer(base64.b64decode(source.partition(",")[2]), np.uint8)
    return np.asarray(cv2.imdecode(content, cv2.IMREAD_COLOR_RGB))


def test_what_is_set_beside_the_pictures_is_what_is_trained_and_back(
    start_server: Callable[[], Server], page: Page, home_dir: Path
) -> None:
    from core.training.augmentation import augment

    server = start_server()
    page.goto(f"{server.url}/?dataset=digits&part=Augment")
    expect(page.get_by_alt_text(ALT, exact=True)).to_be_visible()
    page.get_by_role("radio", name="Skin lesions study").click()
    expect(page.get_by_text("is turned by up to 75°")).to_be_visible(timeout=120_000)

    dataset = load_dataset(open_workspace(home_dir), "digits")
    first = int(dataset.sample_ids("train")[0])
    image = resize_image(read_image(dataset, first), square(64))
    skin = PRESETS["skin"].augmentation
    assert skin is not None
    expected = augment(image[None], skin, np.array([first]), seed=0, epoch=9)[0]
    assert np.array_equal(picture(page, "As it is"), image)
    assert np.array_equal(picture(page, ALT), expected)

    page.get_by_role("button", name="Train with these").click()
    expect(page.get_by_role("heading", name="Train", exact=True)).to_be_visible()
    expect(page.get_by_text("turned by up to 75°")).to_be_visible()
    page.get_by_test_id("stExpander").get_by_text("Imbalance and augmentation", exact=True).click()
    page.get_by_role("radio", name="Light").click()
    expect(page.get_by_text("turned by up to 10°")).to_be_visible()
    page.get_by_role("button", name="See it on pictures").click()
    expect(page).to_have_url(re.compile("part=Augment"))
    expect(page.get_by_text("is turned by up to 10°")).to_be_visible()
