"""The authority's clock, in one place."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return this moment, in UTC."""
    return datetime.now(UTC)


def millis(at: datetime) -> int:
    """Return `at` as milliseconds since 1970, UTC."""
    return int(at.timestamp() * 1000)
