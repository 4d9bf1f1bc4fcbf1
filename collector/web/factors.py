"""The second factor of an account, as it is stored: set up, asked for, locked, taken away."""

from typing import Any

from django.conf import settings
from django.db import transaction

from collector.web import frame, secondfactor
from collector.web.models import Officer, RecoveryCode
from collector.web.qrpicture import svg_path

WRONG = 5
"""So many wrong codes in a row lock an account: who gets so far knows the password already."""


def fresh() -> str:
    """Return a secret that is stored nowhere yet."""
    return secondfactor.new_secret()


def shown(officer: Officer, secret: str) -> dict[str, Any]:
    """Return what the page for setting it up shows."""
    authority = frame.listed().authority
    address = secondfactor.address(secret, officer.get_username(), authority)
    size, path = svg_path(address)
    groups = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return {"size": size, "path": path, "address": address, "secret": groups}


def install(officer: Officer, secret: str, typed: str, now_ms: int) -> tuple[str, ...]:
    """Keep a secret once a code of it was typed; return recovery codes, none if it was wrong."""
    step = secondfactor.step_of(secret, typed, now_ms / 1000, 0)
    if step is None:
        return ()
    codes = secondfactor.recovery_codes()
    with transaction.atomic():
        officer.otp_sealed = secondfactor.seal(secret, settings.SECRET_KEY, officer.pk)
        officer.otp_step, officer.otp_wrong = step, 0
        officer.save(update_fields=["otp_sealed", "otp_step", "otp_wrong"])
        RecoveryCode.objects.filter(officer=officer).delete()
        RecoveryCode.objects.bulk_create(
            RecoveryCode(officer=officer, digest=_digest(officer, code)) for code in codes
        )
    return codes


def passes(officer: Officer, typed: str, now_ms: int) -> bool:
    """Say whether a code is right; count it if not, and lock the account at the last of several.

    A code, and a recovery code, counts once: two requests at once do not both pass.
    """
    with transaction.atomic():
        kept = Officer.objects.get(pk=officer.pk)
        good = not kept.locked and (_by_step(kept, typed, now_ms) or _by_recovery(kept, typed))
        kept.otp_wrong = 0 if good else kept.otp_wrong + 1
        kept.locked = kept.locked or kept.otp_wrong >= WRONG
        kept.save(update_fields=["otp_step", "otp_wrong", "locked"])
    officer.locked = kept.locked
    return good


def forget(officer: Officer) -> None:
    """Take the second factor away: the next login sets up a new one."""
    with transaction.atomic():
        officer.otp_sealed, officer.otp_step, officer.otp_wrong = b"", 0, 0
        officer.locked = False
        officer.save(update_fields=["otp_sealed", "otp_step", "otp_wrong", "locked"])
        RecoveryCode.objects.filter(officer=officer).delete()


def _by_step(officer: Officer, typed: str, now_ms: int) -> bool:
    sealed = bytes(officer.otp_sealed)
    secret = secondfactor.unseal(sealed, settings.SECRET_KEY, officer.pk)
    if secret is None:
        return False
    step = secondfactor.step_of(secret, typed, now_ms / 1000, officer.otp_step)
    officer.otp_step = officer.otp_step if step is None else step
    return step is not None


def _by_recovery(officer: Officer, typed: str) -> bool:
    mine = RecoveryCode.objects.filter(officer=officer)
    used, _ = mine.filter(digest=_digest(officer, typed)).delete()
    return bool(used)


def _digest(officer: Officer, code: str) -> str:
    return secondfactor.digest(code, settings.SECRET_KEY, officer.pk)
