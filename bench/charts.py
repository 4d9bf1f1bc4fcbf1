"""The pictures of docs/performance.md, drawn from a run of the bench."""

from pathlib import Path

import cv2
import numpy as np

from bench.measure import Tally
from bench.photos import GATE_LIKE, Photo
from device.flow import Luma

WIDTH, ROW, LEFT = 900, 30, 190
COLOURS = {
    "ours": (80, 140, 30),
    "zxing-cpp": (190, 120, 40),
    "pyzbar": (60, 90, 210),
    "opencv": (150, 150, 150),
    "wechat": (170, 80, 160),
}
INK, PALE = (40, 40, 40), (225, 225, 225)
FONT = cv2.FONT_HERSHEY_SIMPLEX
Canvas = Luma


def draw(folder: Path, chosen: list[Photo], results: dict[int, dict[str, Tally]]) -> None:
    """Draw every chart into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    rates = [
        (f"{side}  {name}", name, 100 * float(np.mean(list(tally.right.values()))))
        for side, tallies in results.items()
        for name, tally in tallies.items()
    ]
    _save(folder / "reading-rates.png", _bars("Photos read right, %", rates, 100))
    times = [
        (f"{side}  {name}", name, tally.mean)
        for side, tallies in results.items()
        for name, tally in tallies.items()
    ]
    most = max(value for _, _, value in times)
    _save(folder / "reading-times.png", _bars("Mean time of a photo with a code, ms", times, most))
    _save(folder / "reading-kinds.png", _bars("Right by kind, %", _kinds(chosen, results), 100))


def _kinds(
    chosen: list[Photo], results: dict[int, dict[str, Tally]]
) -> list[tuple[str, str, float]]:
    found = []
    for kind in sorted(GATE_LIKE):
        files = [each.file for each in chosen if each.is_gate_like and each.kind == kind]
        for name in ("ours", "zxing-cpp", "pyzbar") if files else ():
            right = [results[1280][name].right[file] for file in files]
            found.append((f"{kind}  {name}", name, 100 * float(np.mean(right))))
    return found


def _bars(title: str, rows: list[tuple[str, str, float]], most: float) -> Canvas:
    canvas = np.full((60 + ROW * len(rows), WIDTH, 3), 255, np.uint8)
    cv2.putText(canvas, title, (16, 34), FONT, 0.7, INK, 2, cv2.LINE_AA)
    room = WIDTH - LEFT - 80
    for number, (label, name, value) in enumerate(rows):
        top = 50 + number * ROW
        cv2.putText(canvas, label, (16, top + 20), FONT, 0.5, INK, 1, cv2.LINE_AA)
        cv2.rectangle(canvas, (LEFT, top + 5), (LEFT + room, top + ROW - 5), PALE, -1)
        end = LEFT + round(room * value / most)
        cv2.rectangle(canvas, (LEFT, top + 5), (end, top + ROW - 5), COLOURS[name], -1)
        place = (LEFT + room + 8, top + 20)
        cv2.putText(canvas, f"{value:.1f}", place, FONT, 0.5, INK, 1, cv2.LINE_AA)
    return canvas


def _save(path: Path, canvas: Canvas) -> None:
    if not cv2.imwrite(str(path), canvas):
        msg = f"{path}: cannot be written"
        raise OSError(msg)
