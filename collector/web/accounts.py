"""Making and mending accounts from the command line."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import translation

from collector.cases.roles import Role
from collector.errors import LedgerFull, RoleUnbounded, UserExists, UserInvalid, UserUnknown
from collector.grants import Grants
from collector.web import factors
from collector.web.complaints import is_full
from collector.web.models import Grant, Officer
from collector.web.secondfactor import LETTERS
from wire.language import choose

GROUPS, GROUP = 4, 4
"""16 letters of 31: 79 bits."""


@contextmanager
def _stored() -> Iterator[None]:
    """Say that the disk is full, if that is why an account was not stored."""
    try:
        yield
    except DatabaseError as error:
        if not is_full(error):
            raise
        raise LedgerFull(str(error)) from error


@_stored()
def add(name: str, password: str | None, role: Role, grants: Grants) -> str | None:
    """Make an account; return the password if it was made here. It is to be changed at once."""
    _check(role, grants)
    officer = Officer(username=name, role=role, must_change=True)
    made = generated() if password is None else None
    _set(officer, made or password or "")
    try:
        with transaction.atomic():
            officer.save(force_insert=True)
            _grant(officer, grants)
    except IntegrityError as error:
        msg = name
        raise UserExists(msg) from error
    return made


@_stored()
def change(name: str, password: str | None) -> str | None:
    """Give an account a new password; return it if it was made here. Its sessions end."""
    officer = _found(name)
    made = generated() if password is None else None
    _set(officer, made or password or "")
    officer.must_change = True
    officer.save()
    return made


@_stored()
def appoint(name: str, role: Role, grants: Grants) -> None:
    """Give an account another role, and other grants in place of those it has."""
    _check(role, grants)
    officer = _found(name)
    with transaction.atomic():
        officer.role = role
        officer.save(update_fields=["role"])
        Grant.objects.filter(officer=officer).delete()
        _grant(officer, grants)


@_stored()
def unlock(name: str, *, forget: bool) -> None:
    """Let a locked account try again; with `forget` its next login sets up a new second factor."""
    officer = _found(name)
    if forget:
        factors.forget(officer)
    officer.otp_wrong, officer.locked = 0, False
    officer.save(update_fields=["otp_wrong", "locked"])


@_stored()
def close(name: str) -> None:
    """Let nobody in by this account any more; its sessions end. Its name stays taken."""
    officer = _found(name)
    officer.is_active = False
    officer.set_unusable_password()
    officer.save()
    factors.forget(officer)


def listed() -> Iterator[tuple[str, str, Grants, bool, bool]]:
    """Return of each account name, role, grants, whether locked, whether with a second factor."""
    for each in Officer.objects.filter(is_active=True).order_by("username"):
        factor = bool(each.otp_sealed)
        yield each.get_username(), each.role, each.granted(), each.locked, factor


def generated() -> str:
    """Return a new password that can be read aloud."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))


def _check(role: Role, grants: Grants) -> None:
    lacking = grants.lacks(role)
    if lacking is not None:
        msg = f"{role}: --{lacking}"
        raise RoleUnbounded(msg)


def _grant(officer: Officer, grants: Grants) -> None:
    Grant.objects.bulk_create(
        Grant(officer=officer, over=over, name=name) for over, name in grants.pairs()
    )


def _found(name: str) -> Officer:
    try:
        return Officer.objects.get(username=name)
    except Officer.DoesNotExist as error:
        msg = name
        raise UserUnknown(msg) from error


def _set(officer: Officer, password: str) -> None:
    """Check name and password, in the operator's language, and set the password's hash."""
    with translation.override(choose(os.environ)):
        try:
            officer.clean_fields(exclude=["password"])
            validate_password(password, officer)
        except ValidationError as error:
            raise UserInvalid(" ".join(error.messages)) from error
    officer.set_password(password)
