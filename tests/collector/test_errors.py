"""What one process is answered with by another, it knows by the code alone."""

import subprocess
import sys

UNKNOWN = """
from collector.asking.protocol import error_of
from collector.vault import client
from collector.web.complaints import STATUS

print(*(code for code in STATUS if error_of(code, "").code != code))
"""


def test_the_pages_know_every_error_that_they_have_a_status_for() -> None:
    """In a process of its own, which has loaded no more than the pages do."""
    done = subprocess.run(
        [sys.executable, "-c", UNKNOWN], check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == []
