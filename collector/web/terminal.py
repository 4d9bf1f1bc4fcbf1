"""Logging in on a terminal, with the accounts, passwords and second steps of the pages.

Nothing is kept: each command logs in anew, and a code counts once, here or on a page. An account is
set up on the pages: who has not yet been there is not let in.
"""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import authenticate

from collector import clock
from collector.errors import LoginRefused, LoginUnready
from collector.web import factors
from collector.web.models import Officer


def entered(name: str, password: str, code: Callable[[], str]) -> str:
    """Return the name of the account that is let in; `code` asks for the second step's.

    In a demonstration the password alone lets in. Raises LoginRefused, LoginUnready.
    """
    found = authenticate(username=name, password=password)
    if not isinstance(found, Officer):
        raise LoginRefused
    if not settings.GATE_DEMONSTRATION:
        if found.must_change or not found.otp_sealed:
            raise LoginUnready
        if found.locked or not factors.passes(found, code(), clock.wall_ms()):
            raise LoginRefused
    return found.get_username()
