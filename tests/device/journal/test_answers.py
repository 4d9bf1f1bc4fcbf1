"""Whether the journal answers when asked how it is: else nobody feeds the watchdog."""

import shutil
from pathlib import Path

from tests.device.journal.card import Card, fill


def test_a_card_that_is_there_answers(tmp_path: Path) -> None:
    with Card(tmp_path).open() as journal:
        assert journal.answers()
        fill(journal, 3)
        assert journal.answers()


def test_a_card_that_is_gone_does_not(tmp_path: Path) -> None:
    card = Card(tmp_path)
    with card.open() as journal:
        shutil.move(card.journal, tmp_path / "elsewhere")
        assert not journal.answers()


def test_a_journal_that_was_never_opened_does_not(tmp_path: Path) -> None:
    assert not Card(tmp_path).open().answers()
