"""The picture of the map: an SVG that needs no script, no font and no other file."""

from dataclasses import dataclass
from xml.sax.saxutils import escape

import numpy as np

from gongzhi.engines.deliberation.opinion_map import OpinionMap
from gongzhi.engines.deliberation.votes import Floats

_WIDTH, _HEIGHT, _EDGE, _TOP = 760, 620, 40, 70
_LABEL = 26  # large enough to be read where the whole picture is as wide as a telephone
_CELLS = (28, 14, 7, 4, 2, 1)  # to a side, from the finest grid to one cell
# Fill, outline; also told apart by letter and by dash, so that colour is not needed.
_LOOKS = (
    ("#1b6ca8", ""),
    ("#c8553d", "9 4"),
    ("#4d7c0f", "3 3"),
    ("#7a4fa3", "12 3 3 3"),
    ("#946c00", "6 6"),
    ("#0f766e", "2 5"),
    ("#a21c5b", "14 4"),
    ("#475569", "5 2"),
)


@dataclass(frozen=True)
class PictureWords:
    """The words in the picture, in the reader's language; `{}` takes letter or number."""

    title: str = "意见地图"
    description: str = "每个圆点是立场相近的人，圆点越大人数越多；相距越近，看法越接近。"
    group: str = "{letter} 组 · {size} 人"
    left_out: str = "另有 {count} 人分布零散，为保护个人未画出"


def draw_picture(
    drawn: OpinionMap, *, words: PictureWords | None = None, least_people: int = 5
) -> str:
    """Draw the map as SVG: dots for people near each other, outlines and letters for groups.

    A dot stands for at least `least_people` members of one group who lie in one cell of a grid, or
    of a coarser one where the fine cell holds too few; the few who are left over in no cell are
    counted in a note, so that no person can be picked out.
    Deterministic. Cost: linear in the voters.
    """
    words = words or PictureWords()
    points, labels = drawn.projection.positions[drawn.placed], drawn.labels[drawn.placed]
    at, shapes, left_out = _to_page(points), list[str](), 0
    names = [letter_of(g) for g in range(drawn.k)]
    for g in range(drawn.k):
        dots, hidden = _dots(at[labels == g], least_people)
        left_out += hidden
        shapes += _draw_group(g, names[g], dots, words.group, int(drawn.sizes[g]))
    notes = [words.description]
    if left_out:
        notes.append(words.left_out.format(count=left_out))
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
            'role="img" aria-labelledby="map-title map-description" font-family="sans-serif">',
            f'<title id="map-title">{escape(words.title)}</title>',
            f'<desc id="map-description">{escape(" ".join(notes))}</desc>',
            f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
            f'<text x="{_EDGE}" y="36" font-size="26" fill="#1f2937">{escape(words.title)}</text>',
            *shapes,
            *(
                f'<text x="{_EDGE}" y="{_HEIGHT - 14 - 24 * i}" font-size="17" fill="#374151">'
                f"{escape(note)}</text>"
                for i, note in enumerate(reversed(notes))
            ),
            "</svg>\n",
        )
    )


def letter_of(group: int) -> str:
    """The letter of a group: A for the first."""
    return chr(ord("A") + group) if group < 26 else f"G{group + 1}"


def _to_page(points: Floats) -> Floats:
    """Page coordinates; far outliers are drawn in to the edge."""
    if not len(points):
        return points
    low, high = np.percentile(points, (1, 99), axis=0)
    span = max(float((high - low).max()), 1e-12)
    middle = (low + high) / 2
    inside = np.clip((points - middle) / span, -0.5, 0.5)
    side = np.array([_WIDTH - 2 * _EDGE, _HEIGHT - _TOP - _EDGE - 50])
    page = (inside * [1, -1] + 0.5) * side + [_EDGE, _TOP]
    return np.asarray(page, dtype=np.float64)


def _dots(at: Floats, least: int) -> tuple[list[tuple[float, float, int]], int]:
    """Mean place and number of people in each cell with enough of them, and how many are in none.

    Those for whom a cell is too small are gathered in ever larger ones.
    """
    dots: list[tuple[float, float, int]] = []
    left = at
    for cells in _CELLS:
        column = (left[:, 0] / _WIDTH * cells).astype(np.int64)
        row = (left[:, 1] / _HEIGHT * cells).astype(np.int64)
        found, cell = np.unique(row * (cells + 1) + column, return_inverse=True)
        count = np.bincount(cell, minlength=len(found))
        x, y = (np.bincount(cell, left[:, d], len(found)) / count for d in (0, 1))
        kept = count >= least
        dots += [(float(x[i]), float(y[i]), int(count[i])) for i in np.flatnonzero(kept)]
        left = left[~kept[cell]]
        if len(left) < least:
            break
    return dots, len(left)


def _draw_group(
    g: int, name: str, dots: list[tuple[float, float, int]], label: str, size: int
) -> list[str]:
    colour, dash = _LOOKS[g % len(_LOOKS)]
    if not dots:
        return []
    radii = [min(2.5 + 1.3 * count**0.5, 17.0) for *_, count in dots]
    drawn = [f'<g id="group-{name}">']
    outline = _outline(np.array([dot[:2] for dot in dots]))
    if len(outline) > 2:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in outline)
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        drawn.append(
            f'<polygon points="{path}" fill="{colour}" fill-opacity="0.08" stroke="{colour}" '
            f'stroke-width="2" stroke-linejoin="round"{dashes}/>'
        )
    drawn += [
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{colour}" fill-opacity="0.6"/>'
        for (x, y, _), radius in zip(dots, radii, strict=True)
    ]
    people = sum(count for *_, count in dots)
    half = 4 * _LABEL  # of the width that a label takes
    x = min(max(sum(dot[0] * dot[2] for dot in dots) / people, half), _WIDTH - half)
    y = min(max(sum(dot[1] * dot[2] for dot in dots) / people, _TOP), _HEIGHT - 70)
    text = escape(label.format(letter=name, size=size))
    drawn.append(
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{_LABEL}" font-weight="bold" '
        'text-anchor="middle" '
        f'fill="#111827" stroke="#ffffff" stroke-width="4" paint-order="stroke">{text}</text>'
    )
    drawn.append("</g>")
    return drawn


def _outline(points: Floats) -> list[tuple[float, float]]:
    """The convex hull of points (points, 2), by Andrew's monotone chain."""
    ordered = sorted({(float(x), float(y)) for x, y in points})
    if len(ordered) < 3:
        return ordered

    def chain(run: list[tuple[float, float]]) -> list[tuple[float, float]]:
        hull: list[tuple[float, float]] = []
        for x, y in run:
            while len(hull) > 1:
                (ax, ay), (bx, by) = hull[-2:]
                if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                    break
                hull.pop()
            hull.append((x, y))
        return hull[:-1]

    return chain(ordered) + chain(ordered[::-1])
