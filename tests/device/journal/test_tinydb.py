"""The journal's storage is a TinyDB storage: what TinyDB promises holds, but for what would forget.

The same suite runs on TinyDB as it comes over our storage, on our table over it, and, as far as it
holds for a database that may also be changed, on TinyDB's own memory storage.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tinydb import Query, TinyDB, where
from tinydb.storages import JSONStorage, MemoryStorage
from tinydb.table import Document as Row

from device.errors import JournalBroken, JournalFull
from device.journal.appendlog import AppendLog, prepare
from device.journal.growing import GrowingDB
from device.journal.segment import Header
from device.journal.store import CardJournal
from tests.device.journal.card import SMALL, Card, fill


@pytest.fixture
def log(tmp_path: Path) -> Iterator[AppendLog]:
    prepare(tmp_path / "spare", 64 * 1024)
    header = Header("cong-mau", "00000000000000aa", 1, "00" * 32)
    made = AppendLog.begin(tmp_path / "spare", tmp_path / "log.open", header)
    yield made
    made.close()


OURS = ["TinyDB over our storage", "our table over our storage"]


@pytest.fixture(params=[*OURS, "TinyDB over its own"])
def db(request: pytest.FixtureRequest, log: AppendLog) -> TinyDB:
    if request.param == OURS[0]:
        return TinyDB(storage=lambda: log)
    if request.param == OURS[1]:
        return GrowingDB(storage=lambda: log)
    return TinyDB(storage=MemoryStorage)


@pytest.fixture(params=OURS)
def kept(request: pytest.FixtureRequest, log: AppendLog) -> TinyDB:
    kind = TinyDB if request.param == OURS[0] else GrowingDB
    made = kind(storage=lambda: log)
    made.insert_multiple(record(n) for n in (1, 2, 3))
    return made


def record(seq: int, **more: Any) -> dict[str, Any]:  # noqa: ANN401  (what a record may hold)
    return {"t": "note", "seq": seq, "what": "alive", **more}


def test_an_insert_returns_the_documents_id(db: TinyDB) -> None:
    assert db.insert(record(1)) == 1
    assert db.insert(Row(record(2), doc_id=2)) == 2
    assert db.insert_multiple([record(3), record(4)]) == [3, 4]
    assert len(db) == 4


def test_an_empty_database_is_empty(db: TinyDB) -> None:
    assert len(db) == 0
    assert db.all() == []
    assert list(db) == []
    assert db.search(where("t") == "note") == []
    assert db.get(where("t") == "note") is None
    assert db.get(doc_id=1) is None
    assert db.count(where("t") == "note") == 0
    assert db.insert_multiple([]) == []


def test_queries_find_what_was_inserted(db: TinyDB) -> None:
    db.insert_multiple([record(1), record(2, data={"n": 7}), record(3)])
    found = db.search(where("seq") > 1)
    assert [(each.doc_id, each["seq"]) for each in found] == [(2, 2), (3, 3)]
    assert db.get(Query().data.n == 7) == record(2, data={"n": 7})
    assert db.get(doc_id=3) == record(3)
    assert [each.doc_id for each in db.get(doc_ids=[1, 3, 9]) or []] == [1, 3]
    assert db.contains(where("seq") == 2)
    assert db.contains(doc_id=1)
    assert not db.contains(doc_id=4)
    assert db.count(where("t") == "note") == 3


def test_iteration_is_in_sequence_and_knows_the_ids(db: TinyDB) -> None:
    db.insert_multiple(record(n) for n in range(1, 13))
    assert [each.doc_id for each in db] == list(range(1, 13))
    assert [each["seq"] for each in db.all()] == list(range(1, 13))


def test_an_insert_clears_the_cache_of_queries(db: TinyDB) -> None:
    query = where("t") == "note"
    db.insert(record(1))
    assert db.count(query) == 1
    db.insert(record(2))
    assert db.count(query) == 2


def test_a_result_is_the_callers_own(db: TinyDB) -> None:
    db.insert(record(1))
    found = db.get(doc_id=1)
    assert isinstance(found, Row)
    found["t"] = "changed"
    assert db.get(doc_id=1) == record(1)


def test_an_id_that_is_taken_is_refused(db: TinyDB) -> None:
    db.insert(record(1))
    with pytest.raises(ValueError, match=r"exists|grows|never"):
        db.insert(Row(record(1), doc_id=1))
    assert len(db) == 1


def test_what_is_no_mapping_is_refused(db: TinyDB) -> None:
    with pytest.raises(ValueError, match="Mapping"):
        db.insert([1, 2])
    with pytest.raises(ValueError, match="Mapping"):
        db.insert_multiple([record(1), 2])
    assert len(db) == 0


def change(fields: dict[str, Any]) -> None:
    fields["seq"] = 9


FORGETS: list[Callable[[TinyDB], object]] = [
    lambda db: db.update({"what": "stop"}),
    lambda db: db.update({"what": "stop"}, where("seq") == 2),
    lambda db: db.update({"what": "stop"}, doc_ids=[1]),
    lambda db: db.update(change),
    lambda db: db.update_multiple([({"what": "stop"}, where("seq") == 2)]),
    lambda db: db.upsert(Row({"what": "stop"}, doc_id=2)),
    lambda db: db.upsert({"what": "stop"}, where("seq") == 2),
    lambda db: db.remove(where("seq") == 3),
    lambda db: db.remove(doc_ids=[1]),
    lambda db: db.truncate(),
    lambda db: db.insert(record(5)),
    lambda db: db.insert(record(3)),
    lambda db: db.insert(Row(record(4), doc_id=5)),
    lambda db: db.insert_multiple([record(4), record(6)]),
    lambda db: db.insert({"t": "note"}),
    lambda db: db.table("another").insert(record(4)),
]


@pytest.mark.parametrize("forget", FORGETS)
def test_what_would_forget_or_skip_is_refused_and_changes_nothing(
    kept: TinyDB, forget: Callable[[TinyDB], object], log: AppendLog
) -> None:
    before = log.path.read_bytes()
    with pytest.raises(ValueError, match=r"never changed|only grows|exists"):
        forget(kept)
    assert [dict(each) for each in kept.all()] == [record(n) for n in (1, 2, 3)]
    assert log.path.read_bytes() == before
    assert kept.insert(Row(record(4), doc_id=4)) == 4


@pytest.mark.parametrize(
    "idle",
    [
        lambda db: db.remove(where("seq") == 99),
        lambda db: db.update({"a": 1}, where("seq") == 99),
        lambda db: db.insert_multiple([]),
    ],
)
def test_what_changes_nothing_writes_nothing(
    kept: TinyDB, idle: Callable[[TinyDB], list[int]], log: AppendLog
) -> None:
    before = log.path.read_bytes()
    assert idle(kept) == []
    assert log.path.read_bytes() == before


def test_dropping_all_tables_is_refused(kept: TinyDB) -> None:
    with pytest.raises(ValueError, match="only grows"):
        kept.drop_tables()
    assert len(kept) == 3


def test_a_database_opened_again_has_the_same_documents(kept: TinyDB, log: AppendLog) -> None:
    again = AppendLog(log.path)
    assert TinyDB(storage=lambda: again).all() == kept.all()
    again.close()


def test_a_segment_without_room_refuses_and_stays_usable(tmp_path: Path) -> None:
    prepare(tmp_path / "spare", 600)
    header = Header("cong-mau", "00000000000000aa", 1, "00" * 32)
    log = AppendLog.begin(tmp_path / "spare", tmp_path / "log.open", header)
    db = GrowingDB(storage=lambda: log)
    with pytest.raises(JournalFull):
        db.insert_multiple(Row(record(n), doc_id=n) for n in range(1, 50))
    assert db.insert(Row(record(1), doc_id=1)) == 1
    count = len(db)
    log.close()
    with pytest.raises(JournalBroken):
        db.insert(record(count + 1))
    assert AppendLog(log.path).last == count


def test_stock_tinydb_opens_every_sealed_segment_of_a_day(tmp_path: Path) -> None:
    card = Card(tmp_path)
    with card.open(SMALL) as journal:
        fill(journal, 60)
        stored = card.stored()
    rows: list[Row] = []
    for name in card.files("0*.json"):
        with TinyDB(card.journal / name, access_mode="r", storage=JSONStorage) as db:
            assert db.tables() == {"_default", "segment"}
            assert all(each.doc_id == each["seq"] for each in db)
            assert db.count(where("t") == "scan") in (3, 4)
            rows += db.all()
    assert rows == stored[: len(rows)]
    assert len(rows) >= len(stored) - 5


def test_every_record_enters_through_tinydb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inserted: list[int] = []
    table = GrowingDB.table_class
    one, several = table.insert, table.insert_multiple

    def insert(self: Any, document: Any) -> int:  # noqa: ANN401
        inserted.append(document["seq"])
        return one(self, document)

    def insert_multiple(self: Any, documents: Any) -> list[int]:  # noqa: ANN401
        ids = several(self, documents)
        inserted.extend(ids)
        return ids

    monkeypatch.setattr(table, "insert", insert)
    monkeypatch.setattr(table, "insert_multiple", insert_multiple)
    with Card(tmp_path).open() as journal:
        assert isinstance(journal, CardJournal)
        fill(journal, 12)
        assert inserted == list(range(1, journal.last + 1))
