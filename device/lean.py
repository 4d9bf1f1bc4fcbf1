"""Loads the log's library without what it would load only because that is installed.

structlog draws tracebacks with rich where it finds it, and brings asyncio, with sockets and TLS,
for programs that have an event loop. `gate status` needs rich; the two services that run for years
never draw and have no loop, and each would be some fifteen megabytes larger. To be imported before
anything else that logs.
"""

import sys
from importlib import import_module
from types import ModuleType

DRAWING, LOOP = "rich", "asyncio"


class _WhenAsked(ModuleType):
    """Stands for a module that is loaded when something of it is first asked for, if ever."""

    def __getattr__(self, name: str) -> object:
        """Ask the module itself."""
        return getattr(import_module(self.__name__), name)


if DRAWING not in sys.modules and LOOP not in sys.modules:
    sys.modules[DRAWING] = None  # type: ignore[assignment]  # how Python spells "not to be had"
    sys.modules[LOOP] = _WhenAsked(LOOP)
    import structlog  # noqa: F401  (it looks for both once, now)

    del sys.modules[DRAWING], sys.modules[LOOP]
