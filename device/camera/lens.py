"""A camera whose lens can be moved, as the self-test needs it."""

from typing import Protocol, runtime_checkable


@runtime_checkable
class Lens(Protocol):
    """Moves in dioptres: 1 / metres."""

    @property
    def lens(self) -> tuple[float, float] | None:
        """Return the ends of its range, dioptres; None if this camera's lens is fixed."""
        ...

    def focus(self, dioptres: float) -> None:
        """Move it there and leave it there; it takes a few frames."""
        ...
