"""A picture made of lines and words, as SVG; it knows nothing of what it shows."""

from xml.etree import ElementTree as ET

INK, PALE, PAPER = "#1a1a1a", "#8a8a8a", "#ffffff"
FONT = "DejaVu Sans, Noto Sans, Arial, sans-serif"

Point = tuple[float, float]


class Drawing:
    """Things are drawn one over the other; places are in pixels from the top left."""

    def __init__(self, width: int, height: int) -> None:
        """Begin with an empty sheet."""
        self._root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg"})
        self._root.attrib |= {"viewBox": f"0 0 {width} {height}", "font-family": FONT}
        self._root.attrib |= {"width": str(width), "height": str(height)}
        self.box((0, 0), (width, height), fill=PAPER, line=PAPER)

    def line(self, *points: Point, colour: str = INK, width: float = 2.0) -> None:
        """Draw from point to point."""
        self._add("polyline", points=_path(points), fill="none", stroke=colour, stroke_width=width)

    def box(
        self, at: Point, size: Point, *, fill: str = PAPER, line: str = INK, round_: float = 0
    ) -> None:
        """Draw a rectangle."""
        (x, y), (width, height) = at, size
        place = {"x": x, "y": y, "width": width, "height": height, "rx": round_}
        self._add("rect", **place, fill=fill, stroke=line, stroke_width=1.5)

    def dot(self, at: Point, radius: float = 4, *, fill: str = INK, line: str = INK) -> None:
        """Draw a disc."""
        x, y = at
        self._add("circle", cx=x, cy=y, r=radius, fill=fill, stroke=line, stroke_width=1.5)

    def shape(self, *points: Point, fill: str = INK, line: str = INK) -> None:
        """Draw a closed shape."""
        self._add("polygon", points=_path(points), fill=fill, stroke=line, stroke_width=1.5)

    def words(
        self,
        at: Point,
        text: str,
        *,
        size: float = 14,
        colour: str = INK,
        anchor: str = "start",
        bold: bool = False,
    ) -> None:
        """Write one line; `at` is its foot, at the start, middle or end of it."""
        x, y = at
        weight = "bold" if bold else "normal"
        look = {"fill": colour, "text_anchor": anchor, "font_weight": weight}
        self._add("text", x=x, y=y, font_size=size, **look).text = text

    def svg(self) -> str:
        """Return the picture."""
        ET.indent(self._root)
        return ET.tostring(self._root, encoding="unicode") + "\n"

    def _add(self, name: str, **attributes: str | float) -> ET.Element:
        said = {
            key.replace("_", "-"): value if isinstance(value, str) else f"{value:g}"
            for key, value in attributes.items()
        }
        return ET.SubElement(self._root, name, said)


def _path(points: tuple[Point, ...]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)
