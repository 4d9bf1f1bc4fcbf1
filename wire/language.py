"""Which of the two languages a program speaks to whoever reads its messages.

Vietnamese is the first language of the technicians and the default; English is the other one.
"""

from collections.abc import Mapping

LANGUAGES = ("vi", "en")
DEFAULT = "vi"
VARIABLES = ("GATE_LANG", "LANGUAGE", "LC_ALL", "LANG")
"""Asked in this order. `C.UTF-8`, which a fresh Raspberry Pi has, names no language."""


def choose(environ: Mapping[str, str]) -> str:
    """Return the first language of ours that the environment names, else Vietnamese.

    LANGUAGE may be a list (`fr:en`); any value may carry country and charset (`vi_VN.UTF-8`).
    """
    for variable in VARIABLES:
        for value in environ.get(variable, "").split(":"):
            language = value.replace("-", "_").split(".")[0].split("@")[0].split("_")[0].lower()
            if language in LANGUAGES:
                return language
    return DEFAULT
