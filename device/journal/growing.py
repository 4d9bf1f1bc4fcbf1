"""TinyDB's own classes for a database that only grows.

TinyDB's table copies all its documents at every insert, because a storage takes nothing less than
the whole. Ours takes what was added, so this table hands it that; queries, ids and the cache are
TinyDB's. What is stored is never changed: `update`, `remove` and `truncate` say so.
"""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any, NoReturn, Protocol, cast

from tinydb import TinyDB
from tinydb.table import Table

GROWS = "a journal only grows, one seq after another"
FIXED = "a stored record is never changed or removed"


class Stored(dict[str, Any]):
    """A record that is on the card. TinyDB would change it in memory; nothing may."""

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise ValueError(FIXED)

    __setitem__ = __delitem__ = __ior__ = _refuse
    update = pop = popitem = clear = setdefault = _refuse


class Appends(Protocol):
    """A storage that can be given what is new."""

    rows: dict[str, dict[str, Any]]

    def append(self, added: dict[str, dict[str, Any]]) -> None:
        """Append rows; return when they are durable."""
        ...


class _View(MutableMapping[int, Mapping[str, Any]]):
    """The table as an update sees it: what is stored, and what it adds."""

    def __init__(self, stored: dict[str, dict[str, Any]]) -> None:
        self._stored = stored
        self.added: dict[str, dict[str, Any]] = {}

    def __contains__(self, key: object) -> bool:
        return str(key) in self._stored or str(key) in self.added

    def __getitem__(self, key: int) -> Mapping[str, Any]:
        name = str(key)
        return self._stored[name] if name in self._stored else self.added[name]

    def __setitem__(self, key: int, document: Mapping[str, Any]) -> None:
        self.added[str(key)] = cast("dict[str, Any]", document)

    def __delitem__(self, key: int) -> None:
        raise ValueError(FIXED)

    def clear(self) -> None:
        """Refuse, whatever there is."""
        raise ValueError(FIXED)

    def __iter__(self) -> Iterator[int]:
        return iter([int(each) for each in (*self._stored, *self.added)])

    def __len__(self) -> int:
        return len(self._stored) + len(self.added)


class GrowingTable(Table):
    """A table that hands its storage what was added."""

    def _update_table(self, updater: Callable[[Any], None]) -> None:
        storage = cast("Appends", self._storage)
        view = _View(storage.rows)
        updater(view)
        storage.append(view.added)
        self.clear_cache()


class GrowingDB(TinyDB):
    """TinyDB over such a table."""

    table_class = GrowingTable
