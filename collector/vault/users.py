"""Which users of this machine may ask the vault."""

import os
import pwd
from collections.abc import Iterable

from collector.errors import ConfigInvalid
from collector.i18n import N_


def ids(names: Iterable[str]) -> frozenset[int]:
    """Return the user ids of these names, this process's own and root's.

    Raises ConfigInvalid for a name that this machine does not know.
    """
    found = {0, os.geteuid()}
    for name in names:
        try:
            found.add(pwd.getpwnam(name).pw_uid)
        except KeyError as error:
            msg = f"vault.users: {name}: {N_('no user of this machine')}"
            raise ConfigInvalid(msg) from error
    return frozenset(found)
