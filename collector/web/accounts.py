"""Making accounts from the command line."""

import secrets

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import translation

from collector.errors import UserExists, UserInvalid, UserUnknown

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""None that could be taken for another when read aloud or from paper."""
GROUPS, GROUP = 4, 4
"""16 letters of 31: 79 bits."""


def add(name: str, password: str | None) -> str | None:
    """Make an account; return the password if it was made here."""
    model = get_user_model()
    user = model(username=name)
    made = generated() if password is None else None
    _set(user, made or password or "")
    try:
        user.save(force_insert=True)
    except IntegrityError as error:
        msg = name
        raise UserExists(msg) from error
    return made


def change(name: str, password: str | None) -> str | None:
    """Give an account a new password; return it if it was made here."""
    model = get_user_model()
    try:
        user = model._default_manager.get(username=name)  # noqa: SLF001  # Django's public name
    except model.DoesNotExist as error:
        msg = name
        raise UserUnknown(msg) from error
    made = generated() if password is None else None
    _set(user, made or password or "")
    user.save()
    return made


def generated() -> str:
    """Return a new password that can be read aloud."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))


def _set(user: object, password: str) -> None:
    """Check name and password, and set the password's hash."""
    model = get_user_model()
    assert isinstance(user, model)  # noqa: S101  # for the type checker
    with translation.override("en"):
        try:
            user.clean_fields(exclude=["password"])
            validate_password(password, user)
        except ValidationError as error:
            raise UserInvalid(" ".join(error.messages)) from error
    user.set_password(password)
