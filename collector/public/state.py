"""What the views of this process work with, set once when it starts."""

from collector.public.memory import RememberingDesk
from collector.public.rates import Gatekeeper

_parts: dict[str, object] = {}


def use(desk: RememberingDesk, gatekeeper: Gatekeeper) -> None:
    """Have the views work with these."""
    _parts.update(desk=desk, gatekeeper=gatekeeper)


def desk() -> RememberingDesk:
    """Return the desk."""
    return _parts["desk"]  # type: ignore[return-value]


def gatekeeper() -> Gatekeeper:
    """Return who says who may declare now."""
    return _parts["gatekeeper"]  # type: ignore[return-value]
