"""The public page in a process of its own, over the desk that issues passes."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@contextmanager
def served(folder: Path, *words: str) -> Iterator[str]:
    """Serve the page over a desk that writes into a folder; yield its address."""
    with (folder / "log").open("wb") as log:
        command = [sys.executable, str(HERE / "serve.py"), str(folder), *words]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        assert process.stdout is not None
        with process, process.stdout:
            line = process.stdout.readline().strip()
            yield line
            process.terminate()


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder into which the desk writes what it was given."""
    return tmp_path_factory.mktemp("public")


@pytest.fixture(scope="session")
def address(kept: Path) -> Iterator[str]:
    """Return where the page is served, by a process of its own, as it is for real."""
    with served(kept) as line:
        yield line
