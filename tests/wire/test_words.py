"""One program's words, and the words that the system and argparse say within it."""

import argparse
import gettext
import os
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from wire.words import N_, Words, lend_to_argparse

TEXTS = {"Permission denied": "không có quyền truy cập", "options": "tùy chọn"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a program's catalogues."""
    catalogue = Catalog(locale="vi")
    for message, said in TEXTS.items():
        catalogue.add(message, said)
    (tmp_path / "vi/LC_MESSAGES").mkdir(parents=True)
    with (tmp_path / "vi/LC_MESSAGES/some.mo").open("wb") as file:
        write_mo(file, catalogue)
    return tmp_path


def test_what_is_in_the_catalogue_is_translated_and_a_name_before_it_stays(folder: Path) -> None:
    words = Words(gettext.translation("some", folder, ["vi"]))
    assert words.says(N_("Permission denied")) == TEXTS["Permission denied"]
    assert words.detail("/x: y: Permission denied") == "/x: y: không có quyền truy cập"
    assert words.says("What nobody has translated") == "What nobody has translated"
    assert words.says("") == ""  # under it stands the catalogue's heading


def test_argparse_speaks_as_the_program_does(folder: Path) -> None:
    lend_to_argparse("some", folder, "vi")
    assert os.environ["LANGUAGE"] == "vi"
    assert "\ntùy chọn:\n" in argparse.ArgumentParser().format_help()
