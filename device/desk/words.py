"""What the desk's page says of what was typed, read and answered."""

from collections.abc import Mapping

from device.desk.entry import Looked, Why
from device.desk.markup import Say
from device.desk.shown import Trouble
from device.message import N_
from wire.record import Direction

WHY: Mapping[Why, str] = {
    Why.MISSING: N_("Fill this in."),
    Why.NO_NAME: N_("A name has letters only, at most 200."),
    Why.NO_DATE: N_("Type a day as 15/06/1990, or the year alone."),
    Why.NO_NUMBER: N_("12 digits of a card, 9 of an older one, or a passport's number."),
    Why.NO_PHONE: N_("10 digits that begin with 0; of another country with + before them."),
    Why.NO_PLACE: N_("At most 200 characters."),
    Why.NO_CHOICE: N_("Choose one."),
    Why.NO_TIME: N_("Type a time as 7:30."),
    Why.TOO_OLD: N_("This is too long ago."),
    Why.NOT_YET: N_("This has not come yet."),
    Why.BEFORE_ENTRY: N_(
        "This is before the time of coming. After midnight it belongs on the next day's sheet."
    ),
}
NO_PASS: Mapping[bool, str] = {
    True: N_(
        "No pass could be made: this computer does not know what time it is. Connect it to the "
        "network for some minutes."
    ),
    False: N_(
        "No pass could be made: the gates do not know this desk's key, or no longer. Call the help "
        "line."
    ),
}
"""Why there is no pass, by whether the clock is to blame."""
TROUBLE: Mapping[Trouble, str] = {
    Trouble.NOTHING: N_("Nothing was read: scan the card again, or choose a photograph."),
    Trouble.NO_CODE: N_("No code was found in the photograph: come closer, in better light."),
    Trouble.NO_PICTURE: N_("This file is no photograph that can be read here."),
    Trouble.METHOD: N_(
        "The Vietnamese input method has changed the code. Turn it off (and Caps Lock), then scan "
        "again."
    ),
    Trouble.LETTERS: N_(
        "Letters of the card were lost between reader and computer. Turn the Vietnamese input "
        "method off and scan again, or take a photograph of the card's code instead."
    ),
    Trouble.CONTROL: N_("This is a control card for gates. It does nothing here."),
    Trouble.OTHER: N_("This code is no card and no pass. Type the person in by hand."),
}
LOOKED: Mapping[Looked, str] = {
    Looked.CARD: N_("Identity card"),
    Looked.PASSPORT: N_("Passport"),
    Looked.OTHER: N_("Another document with a name"),
    Looked.NONE: N_("None: as the person says"),
}
WAYS: Mapping[Direction, str] = {Direction.IN: N_("Coming in"), Direction.OUT: N_("Going out")}
FIELDS: Mapping[str, str] = {
    "name": N_("Full name"),
    "born": N_("Birth date or year"),
    "sex": N_("Sex"),
    "number": N_("Number of the card or passport"),
    "former": N_("Number of an earlier card"),
    "insurance": N_("Number of the insurance card"),
    "code": N_("Number of the code"),
    "commune": N_("Where the person lives or stays"),
    "hamlet": N_("Hamlet"),
    "phone": N_("Telephone"),
    "in": N_("Came"),
    "out": N_("Left"),
    "day": N_("Day of the sheet"),
    "within": N_("How far the times may be off"),
    "way": N_("Which way"),
    "seen": N_("Which document have you looked at?"),
}
SEXES: Mapping[str, str] = {"female": N_("Female"), "male": N_("Male"), "": N_("Not said")}


def wrong(found: Mapping[str, Why], _: Say) -> dict[str, str]:
    """Return what is wrong by field."""
    return {name: _(WHY[why]) for name, why in found.items()}


def where(name: str, _: Say) -> str:
    """Return what a field is called, and its line on a sheet."""
    base, _dot, line = name.partition(".")
    before = _("Line {number}").format(number=int(line) + 1) + ", " if line else ""
    return f"{before}{_(FIELDS[base])}"
