"""`make bench-reading`: how many codes are read, how fast, and how others do on the same pictures.

    python -m bench.reading [--photos FOLDER] [--seeds 10] [--pictures FOLDER] [--quick]

Prints tables, and as its last line one JSON object with the figures that are promised. With
`--pictures` it draws them too.
"""

import argparse
import json
import os
import sys
from pathlib import Path

import cv2
import numpy as np

from bench import charts
from bench.drawn import card, code, dense, empty, screens
from bench.engines import Read, engines
from bench.measure import Held, Tally, compared, streamed
from bench.measure import empty as empty_doors
from bench.memory import rss_mb
from bench.photos import Photo, photos
from device.reading.decoder import decode

SIDES = (640, 1280, 1920)
STREAMED = 1280
FRAMES = 8
CARDS = 300
MODULES = (1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0)
BLURS = (0.5, 0.9, 1.4)
TEXTS = {2: "GP1:6BFOXN*TS0BI$ZD4", 8: card(1), 17: "6BFOXN*TS0BI$ZD-" * 30}
"""By QR version, roughly: a ticket, a card, a certificate."""


def main() -> int:
    """Measure everything and say it."""
    asked = _parser().parse_args()
    cv2.setNumThreads(1)
    folder = asked.photos / "qr-photos"
    if not (folder / "manifest.tsv").exists():
        print(f"{folder}: no photos there; name their folder with GATE_SHARED", file=sys.stderr)
        return 2
    readers = engines()
    if "wechat" not in readers:
        print("WeChat's reader is not here and is left out.")
    sides = (STREAMED,) if asked.quick else SIDES
    sets = {side: photos(folder, side) for side in sides}
    results = {side: compared(sets[side], readers) for side in sides}
    for side in sides:
        _print_rates(side, sets[side], results[side])
    figures = _rates(sets[STREAMED], results[STREAMED])
    _print_kinds(sets[STREAMED], results[STREAMED])
    figures |= _stream(
        sets[STREAMED], readers["zxing-cpp"], asked.seeds or (2 if asked.quick else 10)
    )
    figures |= _doors(sets[STREAMED], readers)
    _screens(readers)
    _capacity(readers, 4 if asked.quick else 12)
    figures["cccd_exact"] = _cards()
    figures["rss_mb"] = round(rss_mb(), 1)
    if asked.pictures:
        charts.draw(asked.pictures, sets[STREAMED], results)
    print(json.dumps(figures))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Compare readers of QR codes.")
    beside = Path(__file__).parents[2] / "shared"
    shared = Path(os.environ.get("GATE_SHARED") or beside)
    parser.add_argument("--photos", type=Path, default=shared, help="folder that has qr-photos")
    parser.add_argument("--seeds", type=int, help="how often each photo is held up (10)")
    parser.add_argument("--pictures", type=Path, help="draw charts into this folder")
    parser.add_argument("--quick", action="store_true", help="one size, two seeds")
    return parser


def _rate(tally: Tally, files: list[str]) -> float:
    return 100 * float(np.mean([tally.right[file] for file in files])) if files else 0.0


def _files(chosen: list[Photo], *, gate_like: bool = False) -> list[str]:
    return [each.file for each in chosen if each.has_code and (each.is_gate_like or not gate_like)]


def _rates(chosen: list[Photo], results: dict[str, Tally]) -> dict[str, float]:
    ours = results["ours"]
    return {
        "rate": round(_rate(ours, _files(chosen)), 1),
        "gate_like": round(_rate(ours, _files(chosen, gate_like=True)), 1),
        "false": ours.false + ours.raised,
        "mean_vs_zxing": round(ours.mean / results["zxing-cpp"].mean, 2),
    }


def _print_rates(side: int, chosen: list[Photo], results: dict[str, Tally]) -> None:
    files = _files(chosen)
    none = sum(not each.has_code for each in chosen)
    print(f"\nLong side {side}: {len(files)} photos with a code, {none} without")
    print(f"{'':11}{'right':>7}{'gate':>7}{'false':>6}{'other':>6}{'raised':>7}", end="")
    print(f"{'median':>8}{'p95':>8}{'mean':>8}{'no code':>9}   ms")
    for name, tally in results.items():
        right, gate = _rate(tally, files), _rate(tally, _files(chosen, gate_like=True))
        print(f"{name:11}{right:7.1f}{gate:7.1f}{tally.false:6}{tally.other:6}", end="")
        p95 = np.percentile(tally.ms, 95)
        print(f"{tally.raised:7}{np.median(tally.ms):8.2f}{p95:8.1f}{tally.mean:8.2f}", end="")
        print(f"{np.mean(tally.empty_ms):9.2f}")


def _print_kinds(chosen: list[Photo], results: dict[str, Tally]) -> None:
    print(f"\nRight by kind of photo, long side {STREAMED}, percent")
    print(f"{'':24}{'n':>4}", *(f"{name:>10}" for name in results))
    for source in sorted({each.source for each in chosen if each.has_code}):
        files = [each.file for each in chosen if each.source == source and each.has_code]
        print(f"{source:24}{len(files):4}", end=" ")
        print(*(f"{_rate(tally, files):10.0f}" for tally in results.values()))


def _stream(chosen: list[Photo], zxing: Read, seeds: int) -> dict[str, float]:
    print(f"\nHeld in a hand, {FRAMES} frames, seeds 0 to {seeds - 1}: read right within n frames")
    hand = streamed(chosen, range(seeds), FRAMES, zxing)
    still = streamed(chosen, range(1), FRAMES, zxing, still=True)
    _print_held("shaken", hand)
    _print_held("still", still)
    return {"stream_1": round(hand.rate(1), 1), "stream_8": round(hand.rate(FRAMES), 1)}


def _print_held(name: str, held: Held) -> None:
    rates = "  ".join(f"{n}: {held.rate(n):.1f}" for n in (1, 2, 3, 4, 6, 8))
    first, until = float(np.mean(held.first_ms)), float(np.mean(held.until_ms))
    ratio = first / float(np.mean(held.zxing_ms))
    print(f"{name:8}{rates}   false {held.false}")
    print(f"{'':8}first frame {first:.2f} ms ({ratio:.2f} of zxing-cpp's mean), ", end="")
    print(f"until read {until:.2f} ms")


def _doors(chosen: list[Photo], readers: dict[str, Read]) -> dict[str, float]:
    frames = empty(chosen)
    found = empty_doors(frames, readers["pyzbar"], readers["zxing-cpp"])
    print(f"\nAn empty 1280x720 frame ({len(frames)} scenes), mean ms")
    print(f"pyzbar {found.pyzbar:.2f}, zxing-cpp {found.zxing:.2f}; the stream's reader: ", end="")
    print(f"first after motion {found.first:.2f}, in the second after {found.active:.2f}, ", end="")
    print(f"still {found.still:.2f} ({found.core:.1f} % of a core at 15 frames a second)")
    return {"empty_vs_pyzbar": round(found.mean / found.pyzbar, 3)}


def _screens(readers: dict[str, Read]) -> None:
    made = screens()
    print(f"\nDrawn phone screens (pixel grid, moire, bands, glare), right of {len(made)}")
    for name, read in readers.items():
        print(f"{name:11}{sum(_reads(read, luma, text) for text, luma in made):4}")


def _reads(read: Read, luma: np.ndarray, text: str) -> bool:
    try:
        return text.encode() in read(np.asarray(luma, np.uint8))
    except Exception:  # noqa: BLE001  # a reader that raises has not read
        return False


def _capacity(readers: dict[str, Read], poses: int) -> None:
    print(f"\nSmallest module in pixels from which 9 of 10 are read ({poses} poses)")
    shown = ("ours", "zxing-cpp", "pyzbar")
    print(f"{'version':>8}{'blur px':>8}", *(f"{name:>10}" for name in shown))
    for version, text in TEXTS.items():
        for blur in BLURS:
            least = [_least(readers[name], text, blur, poses) for name in shown]
            print(f"{version:8}{blur:8}", *(f"{each:>10}" for each in least))


def _least(read: Read, text: str, blur: float, poses: int) -> str:
    least = "> 4"
    for module in reversed(MODULES):
        right = sum(_reads(read, dense(text, module, blur, seed), text) for seed in range(poses))
        if right < 0.9 * poses:
            break
        least = f"{module:g}"
    return least


def _cards() -> int:
    exact = 0
    for number in range(CARDS):
        text = card(number).encode()
        exact += decode(code(text.decode(), 4)) == [text]
    print(f"\nDrawn identity cards whose bytes came out exactly: {exact} of {CARDS}")
    return exact


if __name__ == "__main__":
    sys.exit(main())
