"""The accounts. What officers look at is not here: that is the ledger's."""

from django.contrib.auth.models import AbstractUser


class Officer(AbstractUser):
    """Someone who may log in. A class of its own from the start, so that it can grow."""
