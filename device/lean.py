"""Loads the log's library without what it would load only because that is installed.

structlog draws tracebacks with rich where it finds it. `gate status` needs rich; the two services
that run for years never draw, and each would be some ten megabytes larger. To be imported before
anything else that logs.
"""

import sys

DRAWING = "rich"

if DRAWING not in sys.modules:
    sys.modules[DRAWING] = None  # type: ignore[assignment]  # how Python spells "not to be had"
    import structlog  # noqa: F401  (it looks for rich once, now)

    del sys.modules[DRAWING]
