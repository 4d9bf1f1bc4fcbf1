"""Which language a program speaks."""

import pytest

from wire.language import choose


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "vi"),
        ({"LANG": "C.UTF-8"}, "vi"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "vi_VN.UTF-8"}, "vi"),
        ({"LANG": "vi_VN", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LC_ALL": "en_US", "LANGUAGE": "vi"}, "vi"),
        ({"LANGUAGE": "fr:en:vi"}, "en"),
        ({"LANGUAGE": "fr", "LANG": "en-GB"}, "en"),
        ({"GATE_LANG": "EN", "LANGUAGE": "vi", "LANG": "vi_VN"}, "en"),
        ({"GATE_LANG": "fr", "LANG": "en_US@euro"}, "en"),
        ({"LC_ALL": "POSIX", "LANG": "../../etc"}, "vi"),
    ],
)
def test_the_first_variable_that_names_a_language_of_ours_decides(
    environ: dict[str, str], language: str
) -> None:
    assert choose(environ) == language
