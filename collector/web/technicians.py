"""Who may install gates: asked here by every page of installation, and nowhere else."""

from typing import Any

from collector.web import access
from collector.web.models import Officer


def may_install(user: Any) -> bool:  # noqa: ANN401  # Django's, or nobody
    """Say whether this user may have enrolment codes made."""
    return isinstance(user, Officer) and access.opens(user.kind(), "install")


def may_see(user: Any, maker: str) -> bool:  # noqa: ANN401  # the same
    """Say whether this user may see a code and its gate: who asked for it."""
    return may_install(user) and user.get_username() == maker
