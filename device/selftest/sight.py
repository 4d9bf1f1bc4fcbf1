"""Camera, light, focus and the test card, in one opening of the camera.

It says what kind of code it read and how large that was, and never what was in it.
"""

from collections.abc import Callable, Iterator

import numpy as np

from device.camera.lens import Lens
from device.flow import Credential, Form, Frame
from device.i18n import N_, _
from device.ports import Camera, Reader
from device.trouble import said
from wire.selftest import Found, Outcome

FRAMES = 20
CARD_S = 30
DARK, BRIGHT = 45.0, 235.0
"""Grey levels between which the middle of the picture should be."""
STEP_DIOPTRES = 0.5
SETTLE_FRAMES = 4
"""A lens moves for so many frames."""
KINDS = frozenset({"pass", "control-card"})
SOFT = 2.0
"""A focus whose best score is not so many times its worst has shown nothing."""


def look(
    camera: Camera,
    reader: Reader,
    classify: Callable[[bytes], Credential],
    tell: Callable[[str], None],
) -> list[Found]:
    """Open the camera and try all that it is for."""
    try:
        with camera as opened:
            frames = iter(opened)
            found = [_pictures(frames), _light(next(frames))]
            tell(_("Hold a pass or a control card where people will hold theirs."))
            card, at = _card(frames, reader, classify)
            return [*found, card, _focus(opened, frames, held=at)]
    except StopIteration:
        return [Found("camera", Outcome.BAD, _("no more pictures came"))]
    except Exception as error:  # noqa: BLE001  (what a driver raises is what the report is about)
        return [Found("camera", Outcome.BAD, said(error))]


def _pictures(frames: Iterator[Frame]) -> Found:
    first = next(frames)
    last = first
    for _number in range(FRAMES - 1):
        last = next(frames)
    height, width = last.luma.shape
    fps = (FRAMES - 1) * 1e9 / max(last.up_ns - first.up_ns, 1)
    detail = _("{width} x {height}, {fps} pictures a second").format(
        width=width, height=height, fps=round(fps, 1)
    )
    figures = {"width": float(width), "height": float(height), "fps": round(fps, 2)}
    return Found("camera", Outcome.GOOD, detail, figures)


def _light(frame: Frame) -> Found:
    height, width = frame.luma.shape
    middle = frame.luma[height // 4 : -height // 4, width // 4 : -width // 4]
    grey = float(np.median(middle))
    good = DARK <= grey <= BRIGHT
    words = {True: N_("enough"), False: N_("too dark") if grey < DARK else N_("too bright")}
    outcome = Outcome.GOOD if good else Outcome.BAD
    return Found("light", outcome, _(words[good]), {"grey": round(grey, 1)})


def _card(
    frames: Iterator[Frame], reader: Reader, classify: Callable[[bytes], Credential]
) -> tuple[Found, bool]:
    """Wait for a code of the district's; return what came, and whether it is still held up."""
    began_ns, other = None, ""
    for frame in frames:
        began_ns = frame.up_ns if began_ns is None else began_ns
        for sighting in reader.see(frame):
            kind = classify(sighting.text).kind if sighting.form is Form.QR else "unknown"
            if kind in KINDS:
                took_s = (frame.up_ns - began_ns) / 1e9
                figures = {"px": float(sighting.extent), "after_s": round(took_s, 1)}
                return Found("test-card", Outcome.GOOD, _("read"), figures), True
            other = _("another kind of code was read")
        if frame.up_ns - began_ns > CARD_S * 10**9:
            break
    return Found("test-card", Outcome.BAD, other or _("nothing was read")), False


def _focus(camera: object, frames: Iterator[Frame], *, held: bool) -> Found:
    """Move the lens through its range while the card is held up."""
    ends = camera.lens if isinstance(camera, Lens) else None
    if ends is None:
        score = contrast(next(frames))
        detail = _("this camera's lens cannot be moved")
        return Found("focus", Outcome.LEFT_OUT, detail, {"score": round(score, 1)})
    if not held or not isinstance(camera, Lens):
        return Found("focus", Outcome.LEFT_OUT, _("no card was held up for it"))
    scores: dict[float, float] = {}
    for number in range(round((ends[1] - ends[0]) / STEP_DIOPTRES) + 1):
        where = round(ends[0] + number * STEP_DIOPTRES, 2)
        camera.focus(where)
        for _moving in range(SETTLE_FRAMES - 1):
            next(frames)
        scores[where] = contrast(next(frames))
    best = max(scores, key=lambda each: scores[each])
    camera.focus(best)
    good = scores[best] >= SOFT * max(min(scores.values()), 1e-9)
    detail = _("sharpest at LensPosition = {where}; write it under camera.controls").format(
        where=best
    )
    figures = {"lens": best, "score": round(scores[best], 1)}
    return Found("focus", Outcome.GOOD if good else Outcome.BAD, detail, figures)


def contrast(frame: Frame) -> float:
    """Return how much neighbouring points in the middle differ: more is sharper, of one scene."""
    height, width = frame.luma.shape
    middle = frame.luma[height // 4 : -height // 4, width // 4 : -width // 4]
    return float(np.square(np.diff(middle.astype(np.int32), axis=1)).mean())
