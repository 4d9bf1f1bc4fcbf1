"""The words of one program in both languages, by gettext, and what others say within it.

Messages are written in English where they arise, marked with `N_`, and translated only where they
are shown. Each program has catalogues of its own, which hold these words too.
"""

import gettext
import os

from wire import complaint


def N_(message: str) -> str:  # noqa: N802  (the name every gettext tool looks for)
    """Mark a message for the catalogues without translating it yet."""
    return message


SYSTEM = (
    N_("No such file or directory"),
    N_("Permission denied"),
    N_("Is a directory"),
    N_("Not a directory"),
    N_("File exists"),
    N_("Too many levels of symbolic links"),
    N_("No space left on device"),
    N_("Read-only file system"),
    N_("Input/output error"),
    N_("Connection refused"),
    N_("Connection reset by peer"),
    N_("Connection timed out"),
    N_("timed out"),
    N_("Network is unreachable"),
    N_("No route to host"),
    N_("Name or service not known"),
    N_("Temporary failure in name resolution"),
)
"""What the system says of files and of the network."""

ARGPARSE = (
    N_("usage: "),
    N_("positional arguments"),
    N_("options"),
    N_("show this help message and exit"),
    N_("argument %(argument_name)s: %(message)s"),
    N_("the following arguments are required: %s"),
    N_("unrecognized arguments: %s"),
    N_("expected one argument"),
    N_("expected at least one argument"),
    N_("invalid choice: %(value)r (choose from %(choices)s)"),
    N_("invalid %(type)s value: %(value)r"),
    N_("one of the arguments %s is required"),
    N_("not allowed with argument %s"),
    N_("ambiguous option: %(option)s could match %(matches)s"),
    N_("ignored explicit argument %r"),
)
"""What argparse says of arguments."""


class Words:
    """One program's messages in one language."""

    def __init__(self, texts: gettext.NullTranslations) -> None:
        """Take the program's catalogue of that language."""
        self._texts = texts

    def says(self, message: str) -> str:
        """Return `message` in this language."""
        # A catalogue has its own heading under the empty message.
        return self._texts.gettext(message) if message else ""

    def detail(self, text: str) -> str:
        """Translate the detail of an error; what it names stays as it is."""
        return complaint.detail(text, self.says)


def lend_to_argparse(domain: str, folder: "os.PathLike[str]", language: str) -> None:
    """Let argparse find its words in a program's catalogues: it asks gettext's own default."""
    os.environ["LANGUAGE"] = language
    gettext.bindtextdomain(domain, folder)
    gettext.textdomain(domain)
