"""Since when the oldest unconfirmed record waits, asked of the card only when it is stuck."""

from pathlib import Path

import pytest

from device.flow import Instant
from device.journal.store import CardJournal
from device.wiring.past import Oldest
from tests.device.doorstep import GATE, VAULT
from wire.record import ClockState, What

S = 10**9
BOOT = "0a0b0c0d"


def at(second: float, boot: str = BOOT) -> Instant:
    return Instant(int(second * S), 1_790_000_000_000 + int(second * 1000), ClockState.SYNCED, boot)


@pytest.mark.parametrize(
    ("boot", "expected_ms"), [(BOOT, 10_000), ("ffffffff", 10_000)], ids=["this boot", "another"]
)
def test_a_record_that_stays_is_told_with_its_age(
    tmp_path: Path, boot: str, expected_ms: int
) -> None:
    with CardJournal(tmp_path / "journal", tmp_path / "run", GATE, VAULT, lambda: None) as journal:
        oldest = Oldest(tmp_path / "journal", journal)
        assert oldest.up_ms(at(5)) == 0, "nothing waits"
        journal.note(What.START, at(10, boot))
        journal.note(What.ALIVE, at(20, boot))
        assert [oldest.up_ms(at(second)) for second in (21, 50, 80)] == [0, 0, 0]
        assert oldest.up_ms(at(82)) == expected_ms
        assert oldest.up_ms(at(500)) == expected_ms
