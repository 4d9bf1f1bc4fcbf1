"""A gate's configuration: one TOML file, read once, whole and strictly.

An unknown key, a wrong type or a missing file names the full key and ends the program. Parts get
values from here through `wiring`; they never see the configuration itself. Relative paths are
relative to the file's own folder.
"""

import copy
import tomllib
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from device import plainfile
from device.errors import ConfigInvalid, ConfigMissing
from device.i18n import _
from device.pinout import sets
from device.pinout.pins import InputPins, Pins, refuse_shared
from wire import complaint

LIMIT = 256 * 1024
Positive = Annotated[float, msgspec.Meta(gt=0, le=1e6)]
Side = Annotated[int, msgspec.Meta(ge=160, le=8192)]
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file."""


class Folders(Section, frozen=True, kw_only=True):
    """Where the gate keeps things. Each folder has one writer."""

    state: Path = Path("/var/lib/gate")
    """journal/, presence/ and accepted/ are the scanner's, inbox/ the uplink's."""
    run: Path = Path("/run/gate")
    """Emptied at every boot."""
    keys: Path = Path("/etc/gate/keys")
    setup: Path = Path("/run/gate-setup")
    """Where gate-setup, which runs as root, says how far it is; it alone writes there."""

    @property
    def wiring(self) -> Path:
        """Return the file that names the set of wiring, as the enrolment code had it."""
        return self.keys / "wiring"

    @property
    def journal(self) -> Path:
        """Return where the scanner keeps its records."""
        return self.state / "journal"

    @property
    def inbox(self) -> Path:
        """Return where the uplink lays what it brings."""
        return self.state / "inbox"

    @property
    def accepted(self) -> Path:
        """Return where the scanner keeps what the authority signed, and which cards were used."""
        return self.state / "accepted"

    @property
    def errands(self) -> Path:
        """Return where gate-card keeps which cards it has obeyed, and what it has begun."""
        return self.state / "errands"

    @property
    def carried(self) -> Path:
        """Return where it is noted which records were carried away by hand."""
        return self.state / "carried"

    @property
    def scanner_log(self) -> Path:
        """Return where the scanner keeps its own log."""
        return self.state / "log/scanner"

    @property
    def uplink_log(self) -> Path:
        """Return where the uplink keeps its own log."""
        return self.state / "log/uplink"

    @property
    def desk(self) -> Path:
        """Return where a desk keeps which forms were sent."""
        return self.state / "desk"

    @property
    def presence(self) -> Path:
        """Return where the scanner keeps how many people are inside, and entries that were used."""
        return self.state / "presence"


class PiCameraSource(Section, frozen=True, kw_only=True, tag_field="source", tag="picamera2"):
    """The Pi's camera module."""

    width: Side = 1280
    height: Side = 720
    fps: Positive = 15.0
    controls: dict[str, int | float | bool] = {}
    """libcamera controls by name, such as LensPosition; those the camera lacks are reported."""


class PicturesSource(Section, frozen=True, kw_only=True, tag_field="source", tag="pictures"):
    """A picture, a folder of pictures, or a video."""

    path: Path
    fps: Positive = 5.0
    repeat: bool = False


class DoorwaySource(Section, frozen=True, kw_only=True, tag_field="source", tag="doorway"):
    """A drawn doorway, for a machine without a camera."""

    script: Path
    fps: Positive = 15.0
    record: Path | None = None
    """Where to note which frame showed whom, so that a run can be checked afterwards."""


class NoSource(Section, frozen=True, kw_only=True, tag_field="source", tag="none"):
    """No camera: a desk."""


class Reading(Section, frozen=True, kw_only=True):
    """When a code that is seen counts as shown."""

    leave_s: Positive = 0.6
    """Out of view for so long is gone."""
    floor_s: Positive = 3.0
    """The same code counts again only so long after it counted."""
    wrong_kind_s: Positive = 0.7
    """A code that is no pass must stay so long before it is answered."""
    poster_s: Positive = 10.0
    """A code that does not move for so long is part of the wall."""
    smallest_px: Annotated[int, msgspec.Meta(ge=0, le=4096)] = 0
    """Codes whose longer side is smaller are not read: set at installation, so that only what is
    held up to this door counts."""


class Door(Section, frozen=True, kw_only=True):
    """How long the door waits for people. In force only where the contact or button is there."""

    passed_within_s: Positive = 10.0
    """Who was let in and does not go through within so long has not passed."""
    direction_s: Positive = 10.0
    """A press of the direction button counts for the next person within so long."""


class Quiet(Section, frozen=True, kw_only=True):
    """Hours in which the door is silent and its lamps stay on longer; they may span midnight."""

    begins: time
    ends: time
    utc_offset_min: Annotated[int, msgspec.Meta(ge=-720, le=840)] = 420
    """Local time is so many minutes ahead of UTC."""


class Panel(Section, frozen=True, kw_only=True):
    """What shows the signals."""

    board: str = "pins"
    """`pins` for a real board, `mock` for a machine without one; never chosen by itself."""
    wiring: str = sets.DEFAULT
    """A named set of wiring (docs/wiring); `pins` and `inputs` say what differs from it."""
    pins: Pins = Pins()
    inputs: InputPins = InputPins()
    quiet: Quiet | None = None
    trace: Path | None = None
    """With `mock`: the file to which every change of level is written."""
    console: bool = False
    """Show lamps and tones on the terminal too."""

    def __post_init__(self) -> None:
        """Refuse an unknown board, and a pin that is both output and input."""
        if self.board not in ("pins", "mock"):
            msg = _('board is "pins" or "mock"')
            raise ValueError(msg)
        outputs = tuple((f"pins.{each.name}", each.pin) for each in self.pins.outputs())
        inputs = tuple((f"inputs.{name}", pin) for name, pin in self.inputs.inputs())
        refuse_shared(outputs + inputs)


class Clock(Section, frozen=True, kw_only=True):
    """How far this machine's clock may be believed."""

    vouched: bool = False
    """True where somebody else keeps it right (a laptop, a test host)."""


class Journal(Section, frozen=True, kw_only=True):
    """How the journal is cut, and how long confirmed records stay."""

    segment_records: Annotated[int, msgspec.Meta(ge=4, le=4096)] = 256
    keep_confirmed_s: Annotated[int, msgspec.Meta(ge=0)] = 172_800
    alive_s: Annotated[int, msgspec.Meta(ge=10)] = 300


class Broker(Section, frozen=True, kw_only=True):
    """An address of the district's broker."""

    host: str
    port: Port = 8883


class Link(Section, frozen=True, kw_only=True):
    """The way to the district."""

    brokers: Annotated[tuple[Broker, ...], msgspec.Meta(min_length=1)] = ()
    """Left out where the enrolment says it, as it does for a gate that was enrolled by a code."""
    keepalive_s: Annotated[int, msgspec.Meta(ge=5, le=1200)] = 30
    window: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 2_000
    """Records sent and not yet confirmed, at most."""
    backlog_per_s: Positive = 5_000.0
    """Records a second of what was stored while the gate could not send, at most; live ones go at
    once. Less is sent by itself while receipts are slow to come."""
    retry_s: Positive = 10.0
    """Without progress of receipts for so long, sending starts again at the mark."""
    reconnect_max_s: Positive = 300.0


class Desk(Section, frozen=True, kw_only=True):
    """A desk: where its page is, and what it prints. In force with `gate desk`."""

    host: str = "127.0.0.1"
    """The address it listens at; one that others can reach asks for a certificate."""
    port: Port = 8088
    names: tuple[str, ...] = ()
    """What else the page is called by who opens it, such as the machine's name."""
    certificate: Path | None = None
    """PEM, with `key`: the page then speaks HTTPS, for the camera of a telephone."""
    key: Path | None = None
    idle_min: Annotated[int, msgspec.Meta(ge=1, le=60)] = 10
    """An attendant who does nothing for so long has to log in again."""
    pass_days: Annotated[int, msgspec.Meta(ge=1, le=90)] = 7
    """For how long a pass from the desk is good."""
    holder: Annotated[str, msgspec.Meta(min_length=1, max_length=32)] = "visitor"
    """The class that stands in it."""
    printer: Path | None = None
    """A thermal printer (ESC/POS), such as /dev/usb/lp0."""
    paper_mm: Literal[58, 80] = 80
    """The width of its paper."""

    def __post_init__(self) -> None:
        """Refuse a page that others can reach and read on the way."""
        if (self.certificate is None) is not (self.key is None):
            msg = _("certificate and key belong together")
            raise ValueError(msg)
        if self.certificate is None and self.host not in LOOPBACK:
            msg = _("a desk that other machines can reach needs certificate and key")
            raise ValueError(msg)


class Config(Section, frozen=True, kw_only=True):
    """The whole file."""

    camera: PiCameraSource | PicturesSource | DoorwaySource | NoSource
    link: Link = Link()
    folders: Folders = Folders()
    reading: Reading = Reading()
    door: Door = Door()
    panel: Panel = Panel()
    clock: Clock = Clock()
    journal: Journal = Journal()
    desk: Desk = Desk()


def load(path: Path) -> Config:
    """Read the file at `path`; raise ConfigInvalid naming what is wrong and where."""
    raw = _raw(path)
    try:
        config = msgspec.convert(_wired(raw, path), Config, dec_hook=_path)
    except msgspec.ValidationError as error:
        msg = f"{path}: {complaint.named(str(error), _)}"
        raise ConfigInvalid(msg) from error
    return _rooted(config, path.resolve().parent)


def complaints(path: Path) -> list[str]:
    """Return all that is wrong with the file, each with its key first; [] if it can be loaded.

    What is wrong is left out and the rest is read again, so one look finds everything that does
    not hide behind something else. Raises ConfigInvalid for a file that is no TOML.
    """
    found: list[str] = []
    raw = _raw(path)
    while True:
        try:
            msgspec.convert(_wired(copy.deepcopy(raw), path), Config, dec_hook=_path)
        except msgspec.ValidationError as error:
            said = complaint.named(str(error), _)
            key = said.partition(": ")[0]
            if any(each.startswith(f"{key}: ") for each in found):
                return found  # left out because it was wrong, and it cannot be missing
            found.append(said)
            if not _leave_out(raw, key):
                return found
        else:
            return found


def _leave_out(raw: dict[str, Any], key: str) -> bool:
    """Take a key out; say whether it was there."""
    *tables, last = key.split(".")
    here: object = raw
    for each in tables:
        here = here.get(each) if isinstance(here, dict) else None
    if not isinstance(here, dict) or last not in here:
        return False
    del here[last]
    return True


def panel_of(wiring: str) -> Panel:
    """Return the panel of a named set of wiring, as a file that says nothing else has it."""
    return msgspec.convert(_wired({"panel": {"wiring": wiring}})["panel"], Panel)


def _raw(path: Path) -> dict[str, Any]:
    """Return what the file says as TOML; no key is looked at yet."""
    try:
        return tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError as error:
        msg = f"{path}: {complaint.unparsed(str(error), _)}"
        raise ConfigInvalid(msg) from error
    except RecursionError as error:
        msg = f"{path}: {complaint.nested(_)}"
        raise ConfigInvalid(msg) from error


def _text(path: Path) -> str:
    """Return the file's text; a file that is no text or far too long is no configuration.

    A mark of the byte order, which editors on Windows write, is no part of it.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LIMIT + 1)
    except OSError as error:
        msg = f"{path}: {error.strerror or error}"
        raise ConfigMissing(msg) from error
    if len(data) > LIMIT:
        msg = f"{path}: {_('far too long')}"
        raise ConfigInvalid(msg)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        msg = f"{path}: {_('not UTF-8 text')}"
        raise ConfigInvalid(msg) from error


def _wired(raw: dict[str, Any], path: Path | None = None) -> dict[str, Any]:
    """Put what the named set of wiring has where the file says nothing else."""
    panel = raw.setdefault("panel", {})
    if not isinstance(panel, dict):
        return raw
    if "wiring" not in panel and path is not None:
        panel["wiring"] = _enrolled_wiring(raw, path.resolve().parent)
    name = panel.get("wiring", sets.DEFAULT)
    if not isinstance(name, str) or name not in sets.PINS:
        what = _("{value} is not known here").format(value=repr(name))
        msg = f"{what} ({', '.join(sets.PINS)}) - at `$.panel.wiring`"
        raise msgspec.ValidationError(msg)
    for key, usual in (("pins", sets.PINS[name]), ("inputs", sets.INPUTS[name])):
        own = panel.setdefault(key, {})
        if isinstance(own, dict):
            panel[key] = {**usual, **own}
    return raw


def _enrolled_wiring(raw: dict[str, Any], root: Path) -> str:
    """Return the set that the enrolment code has named; one that is not known here is none."""
    folders = raw.get("folders")
    keys = folders.get("keys") if isinstance(folders, dict) else None
    usual = Folders() if not isinstance(keys, str) else Folders(keys=root / keys)
    try:
        named = plainfile.read(usual.wiring, 64) or b""
    except (OSError, ValueError):
        return sets.DEFAULT
    name = named.decode("ascii", "replace").strip()
    return name if name in sets.PINS else sets.DEFAULT


def _path(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str) and value and value.isprintable():
        return Path(value)
    msg = complaint.expected(_("a path"), value, _)
    raise ValueError(msg)


def _rooted(config: Config, root: Path) -> Config:
    """Make every path absolute."""
    changes = {}
    for name in config.__struct_fields__:
        section = getattr(config, name)
        paths = {
            field: root / value
            for field in section.__struct_fields__
            if isinstance(value := getattr(section, field), Path)
        }
        if paths:
            changes[name] = msgspec.structs.replace(section, **paths)
    return msgspec.structs.replace(config, **changes)
