"""Whether a configuration can work on this machine: every complaint names its key and what to do.

Form is the configuration's own business; here is what it names and what is not there. Nothing is
opened for long and nothing is changed.
"""

import importlib.util
import os
from pathlib import Path

import msgspec

from device import config, enrol
from device.camera.script import load_script
from device.errors import ScriptInvalid
from device.i18n import N_, _, detail

GPIO = "gpiochip*"
MODEL = Path("/proc/device-tree/model")


class Complaint(msgspec.Struct, frozen=True):
    """One thing that is not right."""

    key: str
    says: str
    remedy: str

    def line(self) -> str:
        """Return it in two lines."""
        return f"{self.key}: {_(self.says)}\n  -> {_(self.remedy)}"


_FORM = N_("correct what is named here and start again")
_THERE = N_("name what is there, or put it there")


def scrutinise(path: Path) -> list[Complaint]:
    """Return what is wrong with the file at `path`; raise ConfigInvalid if it is none at all."""
    found = [Complaint(*_split(each), _FORM) for each in config.complaints(path)]
    if found:
        return found
    read = config.load(path)
    is_desk = isinstance(read.camera, config.NoSource)
    return [
        *_folders(read.folders),
        *_camera(read.camera),
        *([] if is_desk else _panel(read.panel)),
        *_clock(read.clock),
    ]


def _split(text: str) -> tuple[str, str]:
    key, _colon, says = text.partition(": ")
    return key, says


def _folders(found: config.Folders) -> list[Complaint]:
    complaints = []
    if not (found.keys / enrol.ROOT).is_file():
        says = N_("the authority's root key (root.json) is missing from the memory card")
        complaints.append(Complaint("folders.keys", says, N_("copy root.json into this folder")))
    for key, folder in (("folders.state", found.state), ("folders.run", found.run)):
        nearest = next((each for each in (folder, *folder.parents) if each.exists()), Path("/"))
        if not nearest.is_dir() or not os.access(nearest, os.W_OK):
            says = N_("this folder cannot be written, or cannot be made")
            remedy = N_("check the free space, the owner and the permissions of what is named")
            complaints.append(Complaint(key, says, remedy))
    return complaints


def _camera(
    found: config.PiCameraSource | config.PicturesSource | config.DoorwaySource | config.NoSource,
) -> list[Complaint]:
    missing = N_("this is not there")
    match found:
        case config.PicturesSource() if not found.path.exists():
            return [Complaint("camera.path", missing, _THERE)]
        case config.DoorwaySource():
            return _script(found.script)
        case config.PiCameraSource() if importlib.util.find_spec("picamera2") is None:
            says = N_("the camera software (picamera2) is not installed")
            remedy = N_("check the camera's ribbon cable and the package python3-picamera2")
            return [Complaint("camera.source", says, remedy)]
    return []


def _script(path: Path) -> list[Complaint]:
    try:
        load_script(path)
    except ScriptInvalid as error:
        return [Complaint("camera.script", detail(str(error)), error.remedy)]
    return []


def _panel(found: config.Panel) -> list[Complaint]:
    complaints = []
    if found.board == "pins" and not list(Path("/dev").glob(GPIO)):
        remedy = N_('on a machine without pins set panel.board = "mock" in the configuration')
        complaints.append(Complaint("panel.board", N_("the board's pins cannot be used"), remedy))
    if found.trace is not None and not found.trace.parent.is_dir():
        complaints.append(Complaint("panel.trace", N_("this is not there"), _THERE))
    return complaints


def _clock(found: config.Clock) -> list[Complaint]:
    if not found.vouched or not MODEL.exists():
        return []
    says = N_("a Raspberry Pi has no clock that could be trusted without a time server")
    return [Complaint("clock.vouched", says, N_("leave clock.vouched out"))]
