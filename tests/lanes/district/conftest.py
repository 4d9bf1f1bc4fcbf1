"""One server for all tests of the lane, booted, with its vault's key given to custodians."""

import os
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from tests.conftest import left_out
from tests.lanes.district.server import Server

NEEDED = ("systemd-nspawn", "systemd-sysusers", "nsenter", "unshare", "setpriv", "mosquitto")


def _lacking() -> str | None:
    if os.geteuid() != 0:
        return "it needs root, to boot a system of its own"
    path = f"{os.environ['PATH']}:/usr/sbin"
    missing = [each for each in NEEDED if shutil.which(each, path=path) is None]
    if missing:
        return f"not installed: {', '.join(missing)}"
    unshared = ["unshare", "--mount", "--net", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    if subprocess.run(unshared, check=False, capture_output=True).returncode != 0:
        return "nobody may mount anything on this machine, not even for themselves"
    return None


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    why = _lacking()
    if why:
        left_out(f"the district's server is left out: {why}")
    made = Server(tmp_path_factory.mktemp("district"))
    try:
        made.lay()
        made.boot()
        made.wrap()
        yield made
    finally:
        made.clear()
