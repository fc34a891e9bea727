"""Each file is looked at once; what cannot be used gets a reason."""

import hashlib
import os

import numpy as np
import pytest

from core.datasets.images.integrity import inspect_arrays, inspect_file, inspect_files


def test_a_good_file_has_size_mode_and_hash(write_image):
    path = write_image("a.png", height=5, width=9)
    facts = inspect_file(path)
    assert (facts.width, facts.height, facts.mode, facts.reason) == (9, 5, "RGB", None)
    assert facts.sha1 == hashlib.sha1(path.read_bytes()).hexdigest()


def test_what_cannot_be_used_has_a_reason_each(tmp_path, write_image):
    (tmp_path / "text.jpg").write_text("hello")
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "photo.heic").write_bytes(b"anything")
    (tmp_path / "folder.jpg").mkdir()
    whole = write_image("whole.jpg").read_bytes()
    (tmp_path / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    names = ["text.jpg", "empty.jpg", "photo.heic", "folder.jpg", "cut.jpg", "gone.jpg", "whole.jpg"]
    reasons = [facts.reason for facts in inspect_files(tmp_path, names)]
    expected = [
        "not an image", "is empty", ".heic is not supported; convert", "not a regular file", "cut short",
        "No such file",
    ]  # fmt: skip
    assert all(words in reason for words, reason in zip(expected, reasons, strict=False)), reasons
    assert reasons[-1] is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_named_like_an_image_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    assert "not a regular file" in inspect_file(tmp_path / "pipe.jpg").reason


def test_a_picture_with_the_wrong_extension_is_read_by_its_content(write_image):
    path = write_image("a.png")
    wrong = path.rename(path.with_suffix(".jpg"))
    assert inspect_file(wrong).reason is None


def test_progress_is_told_and_may_stop_the_work(tmp_path, write_image):
    names = [write_image(f"{number}.png").name for number in range(70)]
    told = []
    assert len(inspect_files(tmp_path, names, progress=lambda *state: told.append(state))) == 70
    assert told == [(64, 70), (70, 70)]

    def stop(done: int, total: int) -> None:
        raise InterruptedError(f"{done} of {total}")

    with pytest.raises(InterruptedError, match="64 of 70"):
        inspect_files(tmp_path, names, progress=stop)


def test_equal_pictures_in_arrays_have_equal_hashes():
    images = np.zeros((3, 4, 6), np.uint8)
    images[1] = 9
    facts = inspect_arrays([images, images[:1]])
    assert [(each.width, each.height, each.mode) for each in facts] == [(6, 4, "L")] * 4
    assert facts[0].sha1 == facts[2].sha1 == facts[3].sha1 != facts[1].sha1
