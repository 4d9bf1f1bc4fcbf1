"""Where the pages find the dispatch, and who asks it."""

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.http import HttpRequest

from collector.cases.roles import Actor
from collector.config import Config
from collector.dispatch.client import dispatching
from collector.dispatch.ports import Dispatching
from collector.errors import DispatchUnset
from collector.web.casework.connection import actor


def missing() -> Dispatching:
    """Stand for the dispatch where none is configured."""
    raise DispatchUnset


def dispatch_of(config: Config) -> Callable[[], Dispatching]:
    """Return what gives the way to the dispatch."""
    path = config.dispatching
    if path is None:
        return missing

    @cache
    def found() -> Dispatching:
        return dispatching(path)

    return found


def dispatch() -> Dispatching:
    """Return the dispatch; raise DispatchUnset where there is none."""
    found: Dispatching = settings.GATE_DISPATCH()
    return found


def is_there() -> bool:
    """Say whether one is configured."""
    return settings.GATE_DISPATCH is not missing


def who(request: HttpRequest) -> Actor:
    """Return the reader as the dispatch knows them."""
    return actor(request.user.get_username())
