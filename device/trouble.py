"""What went wrong, for a report: our own sentence and remedy, or what the system says."""

from device import i18n
from device.errors import GateError
from device.i18n import _


def said(error: Exception) -> str:
    """Say it in one line."""
    if isinstance(error, GateError):
        detail = i18n.detail(str(error))
        what = f"{_(error.says)} ({detail})" if detail else _(error.says)
        return f"{what} -> {_(error.remedy)}"
    if isinstance(error, OSError):
        return _(error.strerror or "") or type(error).__name__
    return type(error).__name__
