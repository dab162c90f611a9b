"""A report as one page that needs nothing else: it reads aloud, prints, and can be verified.

A number is an element with the class `gz` and the id `gz-N`, its query in `data-query`; the last
table lists N with the query again. `reading_back.py` reads exactly these.
"""

from base64 import b64encode
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from html import escape
from pathlib import Path

from django.utils import translation
from django.utils.translation import gettext as _

from gongzhi.insights.reports.blocks import (
    AnnexList,
    AnnexTitle,
    Block,
    Body,
    Dated,
    Grid,
    Heading,
    Role,
    Shown,
    Span,
    Title,
    blocks_of,
)
from gongzhi.insights.reports.contents import Facts
from gongzhi.insights.reports.pictures.svg import as_svg

_DEEPEST = 5


@lru_cache(maxsize=1)
def style() -> str:
    """The style sheet inside every report."""
    return Path(__file__).with_name("report.css").read_text("utf-8")


def content_security_policy() -> str:
    """What a report may do in a browser: show itself, in its own style, and nothing else."""
    digest = b64encode(sha256(style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'"
    )


def as_page(facts: Facts) -> str:
    """The report as HTML."""
    with translation.override(facts.language):
        blocks = blocks_of(facts)
        body = "".join(_pieces(blocks))
        language = "en" if facts.language == "en" else "zh-Hans"
        return (
            f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(facts.title)}</title>\n<style>{style()}</style>\n</head>\n<body>\n"
            f"<main>\n{body}</main>\n</body>\n</html>\n"
        )


def _pieces(blocks: list[Block]) -> Iterator[str]:
    headings = [block for block in blocks if isinstance(block, Heading)]
    listed, in_annex = False, False
    for block in blocks:
        if not listed and not isinstance(block, Title):
            listed = True
            yield _contents(headings)
        if isinstance(block, AnnexTitle):
            if in_annex:
                yield "</section>\n"
            in_annex = True
            yield '<section class="annex">\n'
        yield from _piece(block, headings)
    if in_annex:
        yield "</section>\n"


def _contents(headings: list[Heading]) -> str:
    """The chapters, to jump to."""
    chapters = [
        f'<li><a href="#part-{place}">{escape(heading.text)}</a></li>'
        for place, heading in enumerate(headings)
        if heading.depth == 1
    ]
    if not chapters:
        return ""
    return f'<nav aria-label="{escape(_("目录"))}"><ol>{"".join(chapters)}</ol></nav>\n'


def _piece(block: Block, headings: list[Heading]) -> Iterator[str]:
    match block:
        case Title(text, 0):
            yield f"<h1>{escape(text)}</h1>\n"
        case Title(text):
            yield f'<p class="under">{escape(text)}</p>\n'
        case Heading():
            place = next(at for at, each in enumerate(headings) if each is block)
            tag = f"h{min(block.depth + 1, _DEEPEST)}"
            yield f'<{tag} id="part-{place}">{escape(block.text)}</{tag}>\n'
        case Body():
            yield f"<p>{''.join(_span(span) for span in block.spans)}</p>\n"
        case Shown():
            yield _figure(block)
        case AnnexList():
            items = "".join(f"<li>{escape(each.partition(' ')[2])}</li>" for each in block.items)
            yield f'<p class="label">{escape(block.label)}</p><ol>{items}</ol>\n'
        case Dated():
            yield f'<p class="dated">{escape(block.text)}</p>\n'
        case AnnexTitle():
            yield f"<h2>{escape(block.label)}　{escape(block.title)}</h2>\n"
        case Grid():
            yield _table(block)


def _span(span: Span) -> str:
    text = escape(span.text)
    if span.query is not None:
        return (
            f'<span class="gz" id="gz-{span.number}" data-query="{escape(str(span.query))}">'
            f'{text}</span><sup><a href="#source-{span.number}">[{span.number}]</a></sup>'
        )
    if span.role is Role.TEXT:
        return text
    return f'<strong class="{span.role.value}">{text}</strong>'


def _figure(block: Shown) -> str:
    svg = as_svg(
        block.picture.drawing,
        id=f"picture-{block.number}",
        title=block.caption,
        alternative=block.picture.alternative,
    )
    told = escape(block.picture.alternative)
    return (
        f"<figure>{svg}<figcaption>{escape(block.caption)}</figcaption>"
        f"<details><summary>{escape(_('用文字说这幅图'))}</summary>{told}</details></figure>\n"
    )


def _table(grid: Grid) -> str:
    head = "".join(f'<th scope="col">{escape(words)}</th>' for words in grid.head)
    rows = []
    for number, row in enumerate(grid.rows, start=1):
        cells = "".join(f"<td>{_span(span)}</td>" for span in row)
        rows.append(
            f'<tr id="source-{number}">{cells}</tr>' if grid.is_sources else f"<tr>{cells}</tr>"
        )
    caption = f"<caption>{escape(grid.title)}</caption>" if grid.title else ""
    kind = ' class="sources"' if grid.is_sources else ""
    name = escape(grid.title or _("数的出处"))
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{name}"><table{kind}>{caption}'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>\n"
    )
