"""What the scanner says of itself beside its frames, because the uplink may not read it."""

import functools
import importlib.metadata

from device import health
from device.mandate import Mandate
from device.timekeeping.keeper import Timekeeper
from device.wiring.timepiece import certificate_ms


def about(told: Mandate, times: Timekeeper) -> health.About:
    """Return what the scanner knows and the uplink may not read."""
    return health.About(
        clock_fault=times.fault,
        certificate_ms=certificate_ms(told.certificate),
        policy=told.policy.version,
        policy_ms=told.policy.issued if told.policy.version else 0,
        version=version(),
    )


@functools.cache
def version() -> str:
    """Return which version of the program this is."""
    try:
        return importlib.metadata.version("gate-scanner")
    except importlib.metadata.PackageNotFoundError:
        return ""
