"""What a keeper says with a list. Works without any script."""

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from collector.bulk import people, work
from collector.bulk.entries import Holder
from collector.bulk.work import Wanted
from collector.roster.places import Kind, Place

HOLDERS = (
    (Holder.PUPIL, _("Pupils")),
    (Holder.STUDENT, _("Students")),
    (Holder.STAFF, _("Staff")),
    (Holder.WORKER, _("Workers")),
    (Holder.DRIVER, _("Drivers")),
    (Holder.RESIDENT, _("Residents")),
)
USUAL: Mapping[Kind, Holder] = {
    Kind.SCHOOL: Holder.PUPIL,
    Kind.MARKET: Holder.WORKER,
    Kind.PRODUCTION: Holder.WORKER,
    Kind.VEHICLE: Holder.DRIVER,
}
"""Who most people of a place are; elsewhere they are its staff."""
USUAL_DAYS, LONGEST_DAYS = 180, 365


class ListForm(forms.Form):
    """A list, and what passes its people get."""

    place = forms.ChoiceField(label=_("Place"))
    holder = forms.ChoiceField(label=_("Who they are"), choices=HOLDERS)
    until = forms.DateField(
        label=_("Last day of the passes"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "short"}),
    )
    list = forms.FileField(
        label=_("List (XLSX or CSV)"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,text/csv"}),
        error_messages={
            "required": _("Choose a file of at most 2 MB."),
            "empty": _("This file is empty."),
        },
    )
    anew = forms.BooleanField(
        label=_("New cards for everybody on the list; the ones they have are withdrawn"),
        required=False,
    )
    name = forms.RegexField(r"^[A-Za-z0-9_-]{16,40}$", widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,  # noqa: ANN401  # Django's own
        files: Any = None,  # noqa: ANN401  # the same
        *,
        places: Sequence[Place],
        today: dt.date,
        before: Mapping[str, str],
    ) -> None:
        """Take the places to choose from, the local day, and what was said with the list before."""
        first = {"until": today + dt.timedelta(USUAL_DAYS), "name": secrets.token_urlsafe(16)}
        if places:
            first["holder"] = USUAL.get(places[0].kind, Holder.STAFF)
        super().__init__(data, files, initial={**first, **before})
        self._today, self._places = today, {each.id: each for each in places}
        chosen = self.fields["place"]
        assert isinstance(chosen, forms.ChoiceField)  # noqa: S101  # as it stands above
        chosen.choices = [(each.id, each.name) for each in places]

    def clean_until(self) -> dt.date:
        """Refuse a day that is over, or too far away."""
        until: dt.date = self.cleaned_data["until"]
        if not self._today <= until <= self._today + dt.timedelta(LONGEST_DAYS):
            raise forms.ValidationError(_("Choose a day from today to a year from now."))
        return until

    def clean_list(self) -> "UploadedFile[Any]":
        """Refuse a file that is too large to be a list."""
        file: UploadedFile[Any] = self.cleaned_data["list"]
        if (file.size or 0) > people.BOUNDS.packed:
            raise forms.ValidationError(_("Choose a file of at most 2 MB."))
        return file

    def kept(self) -> dict[str, str]:
        """Return what the next list is likely to be sent with too, once the form is valid."""
        said = self.cleaned_data
        return {**{key: said[key] for key in ("place", "holder")}, "until": f"{said['until']}"}

    def wanted(self) -> Wanted:
        """Return what is asked for, once the form is valid."""
        said = self.cleaned_data
        place = self._places[said["place"]]
        return Wanted(
            *(place.id, place.name, said["holder"], work.ends(said["until"]), said["name"]),
            anew=said["anew"],
        )

    def file(self) -> tuple[str, bytes]:
        """Return the file's name and what is in it."""
        sent: UploadedFile[Any] = self.cleaned_data["list"]
        return str(sent.name), sent.read()
