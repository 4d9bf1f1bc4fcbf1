"""How long a password is at least: Django's rule, whose sentence its own Vietnamese has lost."""

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import gettext as _


class MinimumLength(MinimumLengthValidator):
    """Refuses a password that is too short."""

    def get_error_message(self) -> str:
        """Say so in the reader's language."""
        told = _("This password is too short. It must contain at least %(count)s characters.")
        return told % {"count": self.min_length}
