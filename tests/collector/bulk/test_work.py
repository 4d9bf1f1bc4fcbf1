"""From a file to cards: every code read back, everybody sealed, and nothing kept afterwards."""

import datetime as dt
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pypdfium2
import pytest

from collector.bulk import cards, readback, work
from collector.bulk.cards import Sheet
from collector.bulk.entries import ListFaulty
from collector.bulk.work import Stage, Told, Wanted
from collector.bulk.workshop import LONGEST_FAULTS, MOST, Workshop
from collector.declaration.sealed import place
from collector.errors import CollectorError, ListRefused, WorkFull
from collector.issuing.entries import Listed, Standing
from tests.collector.lists import VAULT, ListDesk, on_disk
from wire.sealing import open_data_key

TODAY = dt.date(2026, 9, 21)
ENDS = work.ends(TODAY + dt.timedelta(30))
WANTED = Wanted("truong", "Trường THCS Mẫu", "pupil", ENDS, "form")
HEADS = "Họ và tên,Ngày sinh,Số CCCD,Lớp\n"
ROWS = "".join(
    f"Mẫu {'A' * (n + 1)},2012,079212{n:06},{'5B' if n % 2 else '5A'}\n" for n in range(24)
)
LIST = ("list.csv", (HEADS + ROWS).encode())


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[ListDesk]:
    made = on_disk(tmp_path)
    yield made
    made.database.close()


def silent(stage: Stage, done: int, all_: int) -> None:
    pass


def worked(desk: ListDesk, wanted: Wanted = WANTED) -> tuple[Listed, bytes]:
    return work.worked(desk.counter, wanted, LIST, silent, TODAY)


def test_a_list_becomes_cards_by_class_and_says_how_far_it_is(desk: ListDesk) -> None:
    told: list[tuple[Stage, int, int]] = []
    made, pdf = work.worked(desk.counter, WANTED, LIST, lambda *each: told.append(each), TODAY)
    assert (made.fresh, made.passes) == (24, ())
    assert [each[0] for each in told[:3]] == [Stage.READING, Stage.ISSUING, Stage.DRAWING]
    assert told[3:] == [(Stage.PROVING, page + 1, 4) for page in range(4)]
    document = pypdfium2.PdfDocument(pdf)
    heads = [page.get_textpage().get_text_range().split("\n")[0].strip() for page in document]
    assert heads == ["5A · Trường THCS Mẫu"] * 2 + ["5B · Trường THCS Mẫu"] * 2
    document.close()


def test_the_same_file_twice_gives_the_same_cards_and_says_so(desk: ListDesk) -> None:
    first = worked(desk)
    again = worked(desk)
    assert again[0].again
    assert first[1] == again[1]
    other, pdf = worked(desk, msgspec.structs.replace(WANTED, name="another form"))
    assert (other.again, other.kept, other.fresh) == (False, 24, 0)
    assert pdf == first[1]
    assert desk.count() == 24


def test_whose_pass_was_withdrawn_is_said_by_row_and_nothing_is_issued(desk: ListDesk) -> None:
    worked(desk)
    number = desk.counter.owned("truong", "5A", b"", 1)[0].number
    desk.counter.withdraw("truong", (number,))
    before = desk.count()
    with pytest.raises(ListFaulty) as faulty:
        worked(desk, msgspec.structs.replace(WANTED, name="another form"))
    assert [each.code for each in faulty.value.faults] == ["pass-withdrawn"]
    assert desk.count() == before
    made, _ = worked(desk, msgspec.structs.replace(WANTED, name="third form", anew=True))
    assert made.replaced == 24
    good = [each for each in desk.counter.owned("truong", None, b"", 99) if not each.standing]
    assert len(good) == 24


def test_who_is_on_a_list_is_in_no_file_of_the_desk_and_opens_in_the_vault(
    desk: ListDesk, tmp_path: Path
) -> None:
    worked(desk)
    with desk.database.reading() as session:
        rows = session.rows("SELECT form, sealed, owner FROM holder ORDER BY id")
    for path in tmp_path.iterdir():
        stored = path.read_bytes()
        assert not any(each in stored for each in ("Mẫu A".encode(), b"079212", b"2012-"))
    form, sealed, _ = rows[0]
    said = json.loads(sealed)
    key = open_data_key(said["key"], VAULT)
    opened = key.open(said["sealed"], place(bytes(form)))
    assert opened == {
        "name": "Mẫu A",
        "born": "2012",
        "number": "079212000000",
        "group": "5A",
        "owner": "truong",
        "ends": ENDS,
    }
    assert len({json.loads(each)["key"] for _, each, _ in rows}) == 1


def drawn(desk: ListDesk) -> Sheet:
    from collector.bulk import people  # noqa: PLC0415

    found = people.read(work._sheets(*LIST), TODAY)
    return cards.drawn(found, work.listed(desk.counter, WANTED, found).passes, "Trường")


def test_a_card_that_cannot_be_read_stops_all_of_them(desk: ListDesk) -> None:
    sheet = drawn(desk)
    readback.prove(sheet, lambda _done, _all: None)
    *rest, last = sheet.pages
    for pages in (
        (*rest, last | {"a code that is not on the page"}),
        (*rest, frozenset(sorted(last)[1:])),
        tuple(sheet.pages[::-1]),
        sheet.pages[:-1],
    ):
        with pytest.raises(ListRefused, match="cannot be read"):
            readback.prove(Sheet(sheet.pdf, pages), lambda _done, _all: None)


def test_the_longest_names_stay_on_their_card(desk: ListDesk) -> None:
    name, place = "Nguyễn " + "Rất Dài " * 24, "Trường " * 28
    file = ("list.csv", f"name,born,class\n{name.strip()},2012,{'Lớp ' * 9}\n".encode())
    wanted = msgspec.structs.replace(WANTED, place=place)
    _, pdf = work.worked(desk.counter, wanted, file, silent, TODAY)
    document = pypdfium2.PdfDocument(pdf)
    grey = document[0].render(scale=1.0, grayscale=True).to_numpy()
    document.close()
    low = round(45.35 + 153.07)  # where the card ends, from the top
    assert grey[low + 2 :, :].min() == 255, "something is below the card"
    assert "…" in str(cards._short(name, 60))


def wait(shop: Workshop, officer: str, name: str) -> None:
    for _ in range(2_000):
        piece = shop.find(officer, name)
        if piece is None or piece.is_over:
            return
        threading.Event().wait(0.01)
    pytest.fail("it did not end")


def test_cards_are_fetched_once_and_by_nobody_else(desk: ListDesk) -> None:
    shop = Workshop()
    piece = shop.take(
        "keeper", "truong", lambda told: work.worked(desk.counter, WANTED, LIST, told, TODAY)
    )
    wait(shop, "keeper", piece.name)
    assert shop.find("another", piece.name) is None
    assert shop.find("keeper", "another") is None
    assert piece.has_cards
    pdf = piece.fetch()
    assert pdf is not None
    assert pdf.startswith(b"%PDF")
    assert (piece.fetch(), piece.has_cards, piece.fetched) == (None, False, True)
    shop._forget(piece.name)
    assert shop.find("keeper", piece.name) is None


def test_faults_errors_and_slips_end_a_list_and_nothing_else(desk: ListDesk) -> None:
    shop = Workshop()
    many = ("list.csv", b"name,born\n" + b"1,2\n" * (LONGEST_FAULTS + 5))

    def slip(told: Told) -> tuple[Listed, bytes]:
        told(Stage.READING, 0, 0)
        raise RuntimeError

    def refused(_: Told) -> tuple[Listed, bytes]:
        raise ListRefused(ListRefused.SIZE)

    pieces = [
        shop.take(
            "keeper", "truong", lambda told: work.worked(desk.counter, WANTED, many, told, TODAY)
        ),
        shop.take("keeper", "truong", slip),
        shop.take("keeper", "truong", refused),
    ]
    for each in pieces:
        wait(shop, "keeper", each.name)
    assert (len(pieces[0].faults), pieces[0].more > 0) == (LONGEST_FAULTS, True)
    assert [type(each.error) for each in pieces[1:]] == [CollectorError, ListRefused]
    assert desk.count() == 0


def test_only_so_many_lists_wait() -> None:
    shop, gate = Workshop(), threading.Event()

    def slow(_: Told) -> tuple[Listed, bytes]:
        gate.wait(20)
        return Listed(), b""

    pieces = [shop.take("keeper", "truong", slow) for _ in range(MOST)]
    with pytest.raises(WorkFull):
        shop.take("keeper", "truong", slow)
    gate.set()
    for each in pieces:
        wait(shop, "keeper", each.name)
    shop.take("keeper", "truong", slow)


def test_a_pass_of_a_list_stands_as_gates_are_told(desk: ListDesk) -> None:
    worked(desk)
    assert desk.counter.withdraw_team("truong", "5A").now == 12
    standings = [each.standing for each in desk.counter.owned("truong", "5A", b"", 99)]
    assert standings == [Standing.WITHDRAWN] * 12
