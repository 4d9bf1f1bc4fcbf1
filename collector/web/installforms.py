"""What a technician says about a gate before its code is made. Works without any script."""

from typing import Any, Literal, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from collector.counter import WIRINGS, Order
from collector.web.words import SECTOR
from wire import enrolcode
from wire.enrolcode import Network
from wire.record import Direction

WIFI_NAME = _("a Wi-Fi name has up to 32 bytes; a letter with a mark counts for two or three")
PASSPHRASE = _("a Wi-Fi passphrase has 8 to 63 letters, digits and signs, none with a mark")
ACCESS_POINT = _("an access point has up to 63 letters, digits, dots and hyphens")
NETWORKS = (
    ("wifi", _("Wi-Fi")),
    ("ethernet", _("Network cable")),
    ("4g", _("Mobile stick (4G)")),
    ("none", _("No network: USB stick")),
)


class InstallForm(forms.Form):
    """One gate."""

    gate = forms.RegexField(r"^[a-z0-9-]{1,40}$", label=_("Name of the gate"), max_length=40)
    place = forms.CharField(label=_("Place"), max_length=60)
    area = forms.CharField(label=_("Area"), max_length=100)
    sector = forms.ChoiceField(label=_("Sector"), choices=list(SECTOR.items()))
    ways = forms.ChoiceField(
        label=_("Direction"),
        choices=[("both", _("In and out")), ("in", _("In")), ("out", _("Out"))],
    )
    wiring = forms.ChoiceField(label=_("Wiring set"), choices=[(each, each) for each in WIRINGS])
    network = forms.ChoiceField(label=_("Network"), choices=NETWORKS, widget=forms.RadioSelect)
    wifi = forms.CharField(label=_("Wi-Fi name"), max_length=32, required=False)
    passphrase = forms.CharField(
        label=_("Wi-Fi passphrase"), max_length=64, required=False, strip=False
    )
    open = forms.BooleanField(label=_("This Wi-Fi has no passphrase"), required=False)
    country = forms.RegexField(r"^[A-Z]{2}$", label=_("Country of the Wi-Fi"), initial="VN")
    point = forms.CharField(
        label=_("Access point of the mobile network"), max_length=63, required=False
    )
    replace = forms.BooleanField(
        label=_("Another machine takes the place of a gate of this name"), required=False
    )

    def clean(self) -> dict[str, Any]:
        """Ask for what the chosen network needs."""
        found = super().clean() or {}
        asked = {"wifi": "wifi", "4g": "point"}.get(str(found.get("network")))
        if asked and not found.get(asked):
            self.add_error(asked, _("This network needs it."))
        elif asked == "wifi":
            if not enrolcode.is_wifi_name(found["wifi"]):
                self.add_error("wifi", WIFI_NAME)
            if not enrolcode.is_passphrase(found.get("passphrase", "")):
                self.add_error("passphrase", PASSPHRASE)
            elif bool(found.get("passphrase")) == found["open"]:
                # One that was forgotten would have the gate join anybody's network of that name.
                self.add_error("passphrase", _("Say the passphrase, or that there is none."))
        elif asked == "point" and not enrolcode.is_access_point(found["point"]):
            self.add_error("point", ACCESS_POINT)
        return found

    def order(self, maker: str) -> Order:
        """Return what is asked for, once the form is valid."""
        said = self.cleaned_data
        ways = tuple(Direction) if said["ways"] == "both" else (Direction(said["ways"]),)
        return Order(
            *(said["gate"], said["place"], said["area"], said["sector"], ways, said["wiring"]),
            network=_network(said),
            maker=maker,
            replace=said["replace"],
        )


def _network(said: dict[str, Any]) -> Network:
    match said["network"]:
        case "wifi":
            return Network("wifi", said["wifi"], said["passphrase"], said["country"])
        case "4g":
            return Network("4g", said["point"])
        case kind:
            return Network(cast("Literal['ethernet', 'none']", kind))
