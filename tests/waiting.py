"""Waiting for what another process or thread does."""

import time
from collections.abc import Callable

import pytest

STEP_S = 0.05


def until(
    happened: Callable[[], bool], what: str = "it did not happen", seconds: float = 60
) -> None:
    """Wait for something; fail, saying what is missing, if it does not happen for so long."""
    for _ in range(int(seconds / STEP_S)):
        if happened():
            return
        time.sleep(STEP_S)
    pytest.fail(what)
