"""The picture of a soak: memory, handles, threads and the time to a signal, over the run."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from device.flow import Luma

WIDTH, HEIGHT, LEFT, TOP = 900, 150, 70, 26
COLOURS = {"scanner": (80, 140, 30), "uplink": (60, 90, 210), "signal": (190, 120, 40)}
INK, PALE = (40, 40, 40), (225, 225, 225)
FONT = cv2.FONT_HERSHEY_SIMPLEX
Points = Sequence[tuple[float, float]]


class Sampled(Protocol):
    """One process at one moment."""

    @property
    def at_s(self) -> float:
        """Return when."""
        ...


def draw(path: Path, samples: Mapping[str, Sequence[Sampled]], signals: Points) -> None:
    """Draw it into `path`."""
    rows = [
        _row(
            title,
            {who: [(s.at_s, getattr(s, name)) for s in found] for who, found in samples.items()},
        )
        for title, name in (
            ("memory, MB", "rss_mb"),
            ("handles", "handles"),
            ("threads", "threads"),
        )
    ]
    rows.append(_row("signal, ms", {"signal": signals}, dots=True))
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.vstack(rows))


def _row(title: str, lines: Mapping[str, Points], *, dots: bool = False) -> Luma:
    canvas = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    longest = max((at for points in lines.values() for at, _ in points), default=1.0) or 1.0
    highest = max((value for points in lines.values() for _, value in points), default=1.0) or 1.0
    cv2.putText(canvas, title, (LEFT, 16), FONT, 0.45, INK, 1, cv2.LINE_AA)
    for share in (0.0, 0.5, 1.0):
        y = int(HEIGHT - 14 - share * (HEIGHT - TOP - 14))
        cv2.line(canvas, (LEFT, y), (WIDTH - 10, y), PALE, 1)
        cv2.putText(canvas, f"{share * highest:.0f}", (8, y + 4), FONT, 0.4, INK, 1, cv2.LINE_AA)
    for number, (who, points) in enumerate(lines.items()):
        colour = COLOURS[who]
        cv2.putText(canvas, who, (240 + 90 * number, 16), FONT, 0.45, colour, 1, cv2.LINE_AA)
        placed = [_place(at / longest, value / highest) for at, value in points]
        if dots:
            for spot in placed:
                cv2.circle(canvas, spot, 2, colour, -1, cv2.LINE_AA)
        elif placed:
            cv2.polylines(canvas, [np.array(placed, np.int32)], False, colour, 1, cv2.LINE_AA)  # noqa: FBT003
    return canvas


def _place(across: float, up: float) -> tuple[int, int]:
    x = LEFT + across * (WIDTH - LEFT - 10)
    return int(x), int(HEIGHT - 14 - up * (HEIGHT - TOP - 14))
