"""What is typed after `collector case` and `collector trace` is looked at before anybody is."""

import pytest

from collector.cli import main


@pytest.mark.parametrize(
    "words",
    [
        ("case", "show", "x"),
        ("case", "close", "0"),
        ("case", "refer", "x"),
        ("case", "take-up", "-1"),
        ("trace", "9" * 30),
        ("trace", "٣"),
        ("case", "open", "--days", "none"),
        ("case", "open", "--onset", "31/02/2026"),
        ("case", "list", "--officer"),
    ],
)
def test_a_day_or_number_that_is_none_is_said_so(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "--config", "none.toml"]) == 2
    assert capsys.readouterr().err.startswith("arguments-invalid: ")
