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


_ABSENT = {
    name: instead
    for name, instead in ((DRAWING, None), (LOOP, _WhenAsked(LOOP)))
    if name not in sys.modules
}
# None is how Python spells "not to be had".
sys.modules.update(_ABSENT)  # type: ignore[arg-type]
import structlog  # noqa: E402, F401  (it looks for both once, now)

for _name in _ABSENT:
    del sys.modules[_name]
