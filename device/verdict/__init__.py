"""The gate's answer: a pure function of what the code is, the site's rules and the time."""

from device.verdict.judge import judge

__all__ = ["judge"]
