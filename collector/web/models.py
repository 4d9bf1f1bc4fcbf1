"""The accounts. What officers look at is not here: that is the ledger's."""

from django.contrib.auth.models import AbstractUser
from django.db import models

from collector.cases.roles import Role
from collector.grants import Grants, Over


class Officer(AbstractUser):
    """Someone who may log in, as what, and how it is known that it is they."""

    role: "models.CharField[str, str]" = models.CharField(max_length=20, blank=True, default="")
    """One of `Role`; empty for an account that may do nothing yet."""
    must_change: "models.BooleanField[bool, bool]" = models.BooleanField(default=False)
    """The password was made by someone else and is to be replaced."""
    otp_sealed: "models.BinaryField[bytes, bytes]" = models.BinaryField(blank=True, default=b"")
    """The second factor's secret, sealed (secondfactor.py); empty until it is set up."""
    otp_step: "models.BigIntegerField[int, int]" = models.BigIntegerField(default=0)
    """The last time step whose code was taken: no code counts twice."""
    otp_wrong: "models.PositiveSmallIntegerField[int, int]" = models.PositiveSmallIntegerField(
        default=0
    )
    """Wrong codes since the last right one."""
    locked: "models.BooleanField[bool, bool]" = models.BooleanField(default=False)
    """Too many wrong codes; only the operator unlocks."""

    def kind(self) -> Role | None:
        """Return the role; None for none and for one this program does not know."""
        return Role(self.role) if self.role in set(Role) else None

    def granted(self) -> Grants:
        """Return what the role reaches."""
        held = list(Grant.objects.filter(officer=self).order_by("name").values_list("over", "name"))
        areas, sectors, places = (
            tuple(name for over, name in held if over == kind) for kind in Over
        )
        return Grants(areas, sectors, places)


class Grant(models.Model):
    """One area, sector or place that an officer's role reaches."""

    officer: "models.ForeignKey[Officer, Officer]" = models.ForeignKey(
        Officer, on_delete=models.CASCADE, related_name="grants"
    )
    over: "models.CharField[str, str]" = models.CharField(max_length=10)
    name: "models.CharField[str, str]" = models.CharField(max_length=200)

    class Meta:
        """No grant twice."""

        constraints = (
            models.UniqueConstraint(fields=("officer", "over", "name"), name="grant_once"),
        )

    def __str__(self) -> str:
        """Return what is granted."""
        return f"{self.over}: {self.name}"


class RecoveryCode(models.Model):
    """One code, as a digest, that replaces the second factor once."""

    officer: "models.ForeignKey[Officer, Officer]" = models.ForeignKey(
        Officer, on_delete=models.CASCADE, related_name="recovery_codes"
    )
    digest: "models.CharField[str, str]" = models.CharField(max_length=64)

    def __str__(self) -> str:
        """Return nothing of the code."""
        return f"recovery code {self.pk}"
