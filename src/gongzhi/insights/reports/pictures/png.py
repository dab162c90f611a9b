"""A drawing as PNG for Word and PDF, drawn with Pillow.

Chinese words need a font of this machine. Without one the short labels (1, 2, 3 …) are drawn, and
the caption says what they stand for: never empty boxes.
"""

import io
from functools import lru_cache
from itertools import pairwise
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from gongzhi.insights.reports.fonts import Face, face_for
from gongzhi.insights.reports.pictures.drawing import Area, Drawing, Label, Line, Mark, Shape

SCALE = 2  # 156 mm in 1560 dots are 254 to the inch
_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}
_HATCH = 8


def as_png(drawing: Drawing, *, face: Face | None = None) -> bytes:
    """The drawing as PNG; `face` None looks for a Chinese font on this machine."""
    image = Image.new("RGB", (drawing.width * SCALE, drawing.height * SCALE), "white")
    pen = ImageDraw.Draw(image)
    for shape in drawing.shapes:
        _draw(image, pen, shape, face or face_for("hei"))
    out = io.BytesIO()
    image.save(out, "PNG", dpi=(25.4 * SCALE * drawing.width / 156,) * 2, optimize=True)
    return out.getvalue()


def needs_key(drawing: Drawing) -> bool:
    """Whether the short labels are drawn here, so that they have to be explained."""
    return bool(drawing.key) and face_for("hei") is None


def _draw(image: Image.Image, pen: Any, shape: Shape, face: Face | None) -> None:
    match shape:
        case Line():
            _course(pen, shape)
        case Area():
            _area(image, pen, shape)
        case Mark():
            reach = shape.size * SCALE / 2
            x, y = shape.x * SCALE, shape.y * SCALE
            box = (x - reach, y - reach, x + reach, y + reach)
            (pen.rectangle if shape.square else pen.ellipse)(box, fill=str(shape.ink))
        case Label():
            words = shape.words if face or not shape.short else shape.short
            pen.text(
                (shape.x * SCALE, shape.y * SCALE),
                words,
                font=_font(face, round(shape.size * SCALE)),
                fill=str(shape.ink),
                anchor=_ANCHORS[shape.anchor],
            )


def _course(pen: Any, shape: Line) -> None:
    points = [(x * SCALE, y * SCALE) for x, y in shape.points]
    width = round(shape.width * SCALE)
    if not shape.dashed:
        pen.line(points, fill=str(shape.ink), width=width, joint="curve")
        return
    for (x1, y1), (x2, y2) in pairwise(points):
        length = max(1.0, ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5)
        for begin in range(0, int(length), 12 * SCALE):
            end = min(begin + 7 * SCALE, length)
            ends = [
                (x1 + (x2 - x1) * part / length, y1 + (y2 - y1) * part / length)
                for part in (begin, end)
            ]
            pen.line(ends, fill=str(shape.ink), width=width)


def _area(image: Image.Image, pen: Any, shape: Area) -> None:
    points = [(x * SCALE, y * SCALE) for x, y in shape.points]
    pen.polygon(points, fill=str(shape.fill), outline=str(shape.edge))
    if shape.hatched:
        stencil = Image.new("1", image.size, 0)
        ImageDraw.Draw(stencil).polygon(points, fill=1)
        lines = Image.new("RGB", image.size, str(shape.fill))
        hatch = ImageDraw.Draw(lines)
        for begin in range(-image.height, image.width, _HATCH * SCALE):
            hatch.line([(begin, image.height), (begin + image.height, 0)], fill="#1f2933", width=2)
        image.paste(lines, mask=stencil)
        pen.line([*points, points[0]], fill=str(shape.edge), width=2)


@lru_cache(maxsize=32)
def _font(face: Face | None, size: int) -> Any:
    if face is None:
        return ImageFont.load_default(size)
    return ImageFont.truetype(str(face.file), size, index=face.index)
