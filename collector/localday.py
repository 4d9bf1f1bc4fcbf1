"""Local days: which one a moment is in, and when one begins. Pure."""

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
ZONE_MS = 7 * HOUR_MS
"""Of Asia/Ho_Chi_Minh, ahead of UTC: the same all year, and since 1975 always."""


def day_of(at_ms: int) -> int:
    """Return the local day of a time: days since 1 January 1970."""
    return (at_ms + ZONE_MS) // DAY_MS


def midnight(day: int) -> int:
    """Return when a local day begins."""
    return day * DAY_MS - ZONE_MS
