"""What the uplink lays into the inbox for the scanner. It trusts nothing and reads nothing.

Each file is written whole and put in its place by a rename, only when it is another than before,
and none is larger or more than is reckoned for here: a false broker can fill neither the card nor
the scanner's time.
"""

import hashlib
import re
from pathlib import Path

import structlog

from wire import topics

log = structlog.get_logger()

RECEIPT = "receipt.json"
REFUSED = "refused.json"
LIMITS = {
    topics.POLICY: 64 * 1024,
    topics.SITE: 64 * 1024,
    topics.COMMAND: 16 * 1024,
    topics.SIGNERS: 256 * 1024,
    topics.KEYRING: 64 * 1024,
    topics.CERTIFICATE: 16 * 1024,
}
LARGEST_LIST = 256 * 1024
LISTS = 32
"""Lists of withdrawn passes, at most: one for each key that issues passes."""
RETIRED = 16
"""Journals of before whose receipts are kept apart, at most."""
EVERY_NS = 20 * 10**6
"""Between two receipts that are laid: each is newer than the last, so the last one will do."""
_LIST = re.compile(re.escape(topics.LIST) + "[0-9a-f]{16}")
_JOURNAL = re.compile("[0-9a-zA-Z]{1,64}")


class Tray:
    """The uplink's side of the inbox: its only writer."""

    def __init__(self, folder: Path) -> None:
        """Lay into `folder`, which `open` makes."""
        self._folder = folder
        self._laid: dict[str, bytes] = {}
        self._waiting: dict[str, bytes] = {}
        self._receipts_ns = -EVERY_NS
        self._told: set[str] = set()

    @property
    def waits(self) -> bool:
        """Say whether a receipt waits to be laid."""
        return bool(self._waiting)

    def open(self) -> None:
        """Make the folder, and see what is in it."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o750)
        for path in self._folder.iterdir():
            if path.suffix == ".new":
                path.unlink(missing_ok=True)  # half written when the power went
            elif path.is_file() and not path.is_symlink():
                self._laid[path.name] = _digest(path.read_bytes())

    def document(self, leaf: str, data: bytes) -> bool:
        """Lay what came on a topic; say whether it was taken (or was there already)."""
        is_list = _LIST.fullmatch(leaf) is not None
        limit = LARGEST_LIST if is_list else LIMITS.get(leaf, 0)
        if not 0 < len(data) <= limit:
            return self._refuse(leaf, "size" if limit else "unknown")
        name = leaf if is_list else f"{leaf}.json"
        if is_list and name not in self._laid and len(self._lists()) >= LISTS:
            return self._refuse(topics.LIST, "too many")
        self._lay(name, data)
        return True

    def receipt(self, data: bytes, up_ns: int, journal: str = "") -> None:
        """Lay a receipt; those of a `journal` of before have files of their own."""
        name = f"receipt-{journal}.json" if journal else RECEIPT
        if journal and (not _JOURNAL.fullmatch(journal) or self._too_many(name)):
            return
        self._waiting[name] = data
        self.tend(up_ns)

    def refusals(self, data: bytes) -> None:
        """Lay the receipt that refuses records."""
        self._lay(REFUSED, data)

    def tend(self, up_ns: int) -> None:
        """Lay the receipts that wait, if it is time."""
        if self._waiting and up_ns - self._receipts_ns >= EVERY_NS:
            self._receipts_ns = up_ns
            for name, data in self._waiting.items():
                self._lay(name, data)
            self._waiting.clear()

    def flush(self) -> None:
        """Lay what waits, whatever the time."""
        for name, data in self._waiting.items():
            self._lay(name, data)
        self._waiting.clear()

    def keep(self, journals: tuple[str, ...]) -> None:
        """Take away the receipts of journals that the scanner no longer waits for."""
        kept = {f"receipt-{each}.json" for each in journals}
        for name in [each for each in self._laid if each.startswith("receipt-")]:
            if name not in kept and name not in self._waiting:
                del self._laid[name]
                (self._folder / name).unlink(missing_ok=True)

    def _too_many(self, name: str) -> bool:
        found = [each for each in self._laid if each.startswith("receipt-")]
        return name not in self._laid and len(found) >= RETIRED

    def _lists(self) -> list[str]:
        return [each for each in self._laid if _LIST.fullmatch(each)]

    def _lay(self, name: str, data: bytes) -> None:
        """Put a file in its place; without room for it a later one will do."""
        digest = _digest(data)
        if self._laid.get(name) == digest:
            return
        temporary = self._folder / (name + ".new")
        try:
            temporary.write_bytes(data)
            temporary.replace(self._folder / name)
        except OSError as error:
            if "inbox" not in self._told:
                log.error("inbox.refused", detail=error.strerror)  # noqa: TRY400
            self._told.add("inbox")
            return
        self._told.discard("inbox")
        self._laid[name] = digest

    def _refuse(self, leaf: str, why: str) -> bool:
        """Log once for each kind; a name from outside is logged only if it is one of ours."""
        kind = leaf if leaf in LIMITS or leaf == topics.LIST else topics.LIST
        if kind not in self._told:
            log.warning("document.refused", kind=kind, why=why)
        self._told.add(kind)
        return False


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
