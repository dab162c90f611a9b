"""A drawing as inline SVG for a page: its words in the reader's own fonts, its meaning in words."""

from html import escape

from gongzhi.insights.reports.pictures.drawing import Area, Drawing, Label, Line, Mark, Shape

_HATCH = (
    '<pattern id="{id}-hatch" width="8" height="8" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><line x1="0" y1="0" x2="0" y2="8" stroke="#1f2933" '
    'stroke-width="2"/></pattern>'
)


def as_svg(drawing: Drawing, *, id: str, title: str, alternative: str) -> str:
    """The drawing as an SVG element with a title and a description; ids begin with `id`."""
    body = "".join(_element(shape, id) for shape in drawing.shapes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {drawing.width} {drawing.height}" '
        f'role="img" aria-labelledby="{id}-title {id}-words"><title id="{id}-title">'
        f'{escape(title)}</title><desc id="{id}-words">{escape(alternative)}</desc>'
        f"<defs>{_HATCH.format(id=id)}</defs>{body}</svg>"
    )


def _element(shape: Shape, id: str) -> str:
    match shape:
        case Line():
            dash = ' stroke-dasharray="7 5"' if shape.dashed else ""
            return (
                f'<polyline points="{_points(shape.points)}" fill="none" stroke="{shape.ink}" '
                f'stroke-width="{shape.width}"{dash}/>'
            )
        case Area():
            outline = _points(shape.points)
            over = f'<polygon points="{outline}" fill="url(#{id}-hatch)"/>' if shape.hatched else ""
            return f'<polygon points="{outline}" fill="{shape.fill}" stroke="{shape.edge}"/>{over}'
        case Mark() if shape.square:
            corner = shape.size / 2
            return (
                f'<rect x="{shape.x - corner:.1f}" y="{shape.y - corner:.1f}" '
                f'width="{shape.size}" height="{shape.size}" fill="{shape.ink}"/>'
            )
        case Mark():
            return (
                f'<circle cx="{shape.x:.1f}" cy="{shape.y:.1f}" r="{shape.size / 2}" '
                f'fill="{shape.ink}"/>'
            )
        case Label():
            return (
                f'<text x="{shape.x:.1f}" y="{shape.y:.1f}" text-anchor="{shape.anchor}" '
                f'font-size="{shape.size}" fill="{shape.ink}">{escape(shape.words)}</text>'
            )


def _points(points: tuple[tuple[float, float], ...]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
