"""Loads the log's library without what it would load only because that is installed.

structlog draws tracebacks with rich where it finds it; a collector's log is JSON, and each of its
processes would be some ten megabytes larger and start a quarter of a second later. To be imported
before anything else that logs.
"""

import sys

DRAWING = "rich"

if DRAWING not in sys.modules:
    sys.modules[DRAWING] = None  # type: ignore[assignment]  # how Python spells "not to be had"
    import structlog  # noqa: F401  (it looks for rich once, now)

    del sys.modules[DRAWING]
