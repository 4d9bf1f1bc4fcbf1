"""The parts of the district's page: drawn from what they show, and again when that differs."""

import msgspec
import pytest
from django.template.loader import render_to_string
from django.utils import translation

from collector.figures.plausible import Finding, Story
from collector.figures.tally import Tally, local_slot
from collector.web import overview
from collector.web.district import OVERDUE, STORIES, District
from tests.collector.web.test_district import NOW, ROSTER, drawn, gate, line, place

pytestmark = pytest.mark.usefixtures("site")
TODAY, SLOT = local_slot(NOW)
MANY = range(STORIES + 2)
BUSY = msgspec.structs.replace(
    ROSTER,
    gates=tuple(gate(f"g{number}", f"p{number}") for number in MANY),
    places=(
        *(place(f"p{number}") for number in MANY),
        *(place(f"bare{number}") for number in range(OVERDUE + 2)),
    ),
)


def busy(entries: int, *, counting: bool = False) -> District:
    """Return a district with something to show in every part."""
    tally = Tally()
    tally.day("g0", TODAY).ins[SLOT] = entries
    found = {f"g{number}": Finding(f"g{number}", Story.SILENT) for number in MANY}
    lines = [line(each.gate) for each in BUSY.gates]
    whole = drawn(*lines, roster=BUSY, tally=tally, findings=found)
    return msgspec.structs.replace(whole, counting=counting)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_each_part_is_given_all_that_it_shows(language: str) -> None:
    whole = busy(40, counting=True)
    for part in overview.Drawing().parts(whole, "ledger-full", language):
        context = {"part": part.name, "district": whole, "trouble": "ledger-full"}
        with translation.override(language):
            page = render_to_string("web/district/part.html", context)
        assert part.html == page.strip()
        assert "<" in part.html


def test_somebody_who_passes_changes_the_hours_and_who_is_inside_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawing = overview.Drawing()
    before = drawing.parts(busy(40), "", "vi")
    again: list[str] = []

    def rendered(name: str, context: dict[str, object]) -> str:
        again.append(str(context["part"]))
        return render_to_string(name, context)

    monkeypatch.setattr(overview, "render_to_string", rendered)
    after = drawing.parts(busy(46), "", "vi")
    assert again == ["inside", "hours"]
    changed = [one.name for one, other in zip(before, after, strict=True) if one != other]
    assert changed == again
    assert drawing.parts(busy(46), "", "vi") == after
    assert again == ["inside", "hours"]
