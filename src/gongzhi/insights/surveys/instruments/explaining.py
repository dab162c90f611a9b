"""When a question is asked, said in words for paper and for whoever reviews a questionnaire."""

from django.utils.translation import gettext as _

from gongzhi.insights.surveys.instruments.expressions import Tree
from gongzhi.insights.surveys.instruments.filling import Prepared
from gongzhi.insights.surveys.instruments.shapes import Item, words

_COMPARED = {"=": "=", "!=": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥"}


def explain_relevance(prepared: Prepared, item: Item, language: str) -> str:
    """The condition of an item in words; empty where it is always asked."""
    tree = prepared.trees.get((item.name, "relevant"))
    return _said(prepared, tree, language) if tree else ""


def _said(prepared: Prepared, tree: Tree, language: str) -> str:
    kind = tree[0]
    if kind in {"and", "or"}:
        between = _("，并且") if kind == "and" else _("，或者")
        return between.join(_said(prepared, part, language) for part in tree[1:])
    if kind == "call" and tree[1] == "not":
        return _("不是（%(what)s）") % {"what": _said(prepared, tree[2][0], language)}
    if kind == "call" and tree[1] == "selected":
        return _chosen(prepared, tree[2][0], tree[2][1], language)
    if kind == "=" and tree[1][0] == "of" and tree[2][0] in {"text", "number"}:
        return _chosen(prepared, tree[1], tree[2], language)
    if kind in _COMPARED:
        sides = [_value(prepared, part, language) for part in tree[1:]]
        return f"{sides[0]} {_COMPARED[kind]} {sides[1]}"
    return _value(prepared, tree, language)


def _chosen(prepared: Prepared, question: Tree, answer: Tree, language: str) -> str:
    item = prepared.items.get(question[1]) if question[0] == "of" else None
    plain = f"{answer[1]:g}" if isinstance(answer[1], float) else str(answer[1])
    listed = prepared.form.lists.get(item.choices, ()) if item else ()
    found = next((choice for choice in listed if choice.name == plain), None)
    label = words(found.label, language) if found else plain
    return _("“%(question)s”答“%(answer)s”") % {
        "question": _value(prepared, question, language).strip("“”"),
        "answer": label,
    }


def _value(prepared: Prepared, tree: Tree, language: str) -> str:
    if tree[0] == "of":
        item = prepared.items.get(tree[1])
        return f"“{(item and words(item.label, language)) or tree[1]}”"
    if tree[0] == "number":
        return f"{tree[1]:g}"
    if tree[0] == "text":
        return f"“{tree[1]}”"
    if tree[0] == "call":
        inside = "、".join(_said(prepared, part, language) for part in tree[2])
        return f"{tree[1]}({inside})"
    return str(tree[0])
