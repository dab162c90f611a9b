"""The expressions of XLSForm, read into a tree that Python and the fill-in page both walk.

The tree is plain lists, so that it travels as JSON:
["number", 3], ["text", "a"], ["of", question], ["self"], ["column", name],
["call", function, [arguments]], [operator, left, right], ["minus", of].
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

Tree = list[Any]

# How many arguments each function takes, at least and at most.
FUNCTIONS: dict[str, tuple[int, int]] = {
    "selected": (2, 2),
    "count-selected": (1, 1),
    "selected-at": (2, 2),
    "coalesce": (2, 9),
    "if": (3, 3),
    "once": (1, 1),
    "not": (1, 1),
    "true": (0, 0),
    "false": (0, 0),
    "boolean": (1, 1),
    "boolean-from-string": (1, 1),
    "number": (1, 1),
    "string": (1, 1),
    "int": (1, 1),
    "round": (1, 2),
    "floor": (1, 1),
    "ceiling": (1, 1),
    "abs": (1, 1),
    "pow": (2, 2),
    "sqrt": (1, 1),
    "min": (1, 99),
    "max": (1, 99),
    "sum": (1, 1),
    "count": (1, 1),
    "count-non-empty": (1, 1),
    "string-length": (0, 1),
    "concat": (1, 99),
    "join": (2, 99),
    "contains": (2, 2),
    "starts-with": (2, 2),
    "ends-with": (2, 2),
    "substr": (2, 3),
    "substring-before": (2, 2),
    "substring-after": (2, 2),
    "translate": (3, 3),
    "normalize-space": (1, 1),
    "regex": (2, 2),
    "today": (0, 0),
    "now": (0, 0),
    "date": (1, 1),
    "format-date": (2, 2),
    "position": (1, 1),
    "jr:choice-name": (2, 2),
}
_LONGEST = 2_000
_MOST_TOKENS = 300  # evaluation goes down one level for each operator
_DEEPEST = 60
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<text>'[^']*'|"[^"]*")
  | (?P<number>\d+(?:\.\d+)?|\.\d+)
  | \$\{\s*(?P<of>[^}\s]*)\s*\}
  | (?P<name>[^\W\d][\w.-]*(?::[^\W\d][\w.-]*)?)
  | (?P<sign><=|>=|!=|\.\.|[-+*=<>(),.])
    )""",
    re.VERBOSE,
)
_SMART = str.maketrans("‘’“”", "''\"\"")
_NESTED_REPEAT = re.compile(r"\([^()]*[+*][^()]*\)\s*[+*{]")
_LEVELS: tuple[tuple[str, ...], ...] = (
    ("or",),
    ("and",),
    ("=", "!="),
    ("<", "<=", ">", ">="),
    ("+", "-"),
    ("*", "div", "mod"),
)


class CannotRead(ValueError):
    """An expression that can't be read: what is wrong, in the reader's words."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of an expression: its kind, what it says, where it begins."""

    kind: str
    said: str
    at: int


def read_expression(text: str) -> Tree:
    """Read an expression into a tree; raises CannotRead with the place where it breaks."""
    if len(text) > _LONGEST:
        raise CannotRead(_("表达式超过 %(most)d 个字符") % {"most": _LONGEST})
    tokens = _tokens(text.translate(_SMART))
    if len(tokens) > _MOST_TOKENS:
        raise CannotRead(_("表达式太长，请用 calculate 分成几步"))
    reader = _Reader(tokens)
    tree = reader.level(0)
    if reader.peek is not None:
        raise CannotRead(_unexpected(reader.peek))
    return tree


def names_in(tree: Tree) -> set[str]:
    """The questions an expression asks about."""
    if tree[0] == "of":
        return {tree[1]}
    parts = tree[2] if tree[0] == "call" else tree[1:]
    return {name for part in parts if isinstance(part, list) for name in names_in(part)}


def columns_in(tree: Tree) -> set[str]:
    """The columns of the list of choices that an expression names."""
    if tree[0] == "column":
        return {tree[1]}
    parts = tree[2] if tree[0] == "call" else tree[1:]
    return {name for part in parts if isinstance(part, list) for name in columns_in(part)}


def _unexpected(token: Token) -> str:
    return _("第 %(at)d 个字符处的“%(said)s”读不懂") % {"at": token.at + 1, "said": token.said}


def _tokens(text: str) -> list[Token]:
    found, at = [], 0
    end = len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None or match.end() == at:
            rest = text[at:end].lstrip()
            hint = _("只支持 ${题名} 的写法，不支持路径") if rest[:1] in "/[@" else ""
            said = _unexpected(Token("", rest[:12], end - len(rest)))
            raise CannotRead(f"{said}；{hint}" if hint else said)
        kind = str(match.lastgroup)
        found.append(Token(kind, match[kind], match.start(kind)))
        at = match.end()
    return found


_SIMPLE: dict[str, Callable[[str], Tree]] = {
    "text": lambda said: ["text", said[1:-1]],
    "number": lambda said: ["number", float(said)],
    "of": lambda said: ["of", said],
}


class _Reader:
    """Reads tokens by precedence, from `or` down to a single value."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens, self.at, self.depth = tokens, 0, 0

    @property
    def peek(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self) -> Token:
        token = self.peek
        if token is None:
            raise CannotRead(_("表达式没有写完"))
        self.at += 1
        return token

    def expect(self, said: str) -> None:
        token = self.take()
        if token.kind != "sign" or token.said != said:
            raise CannotRead(_unexpected(token))

    def says(self, *words: str) -> bool:
        token = self.peek
        return token is not None and token.kind in {"sign", "name"} and token.said in words

    def level(self, depth: int) -> Tree:
        if depth == len(_LEVELS):
            return self.single()
        left = self.level(depth + 1)
        while self.says(*_LEVELS[depth]):
            operator = self.take().said
            left = [operator, left, self.level(depth + 1)]
        return left

    def single(self) -> Tree:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise CannotRead(_("表达式嵌套太深"))
        try:
            return self.value(self.take())
        finally:
            self.depth -= 1

    def value(self, token: Token) -> Tree:
        if token.kind in _SIMPLE:
            return _SIMPLE[token.kind](token.said)
        if token.kind == "name":
            return self.call(token) if self.says("(") else ["column", token.said]
        return self.sign(token)

    def sign(self, token: Token) -> Tree:
        if token.said == "-":
            return ["minus", self.single()]
        if token.said in {".", ".."}:
            return ["self"]
        if token.said != "(":
            raise CannotRead(_unexpected(token))
        inside = self.level(0)
        self.expect(")")
        return inside

    def call(self, token: Token) -> Tree:
        if token.said not in FUNCTIONS:
            raise CannotRead(_("没有函数 %(name)s()") % {"name": token.said})
        self.expect("(")
        arguments: list[Tree] = []
        while not self.says(")"):
            if arguments:
                self.expect(",")
            arguments.append(self.level(0))
        self.expect(")")
        least, most = FUNCTIONS[token.said]
        if not least <= len(arguments) <= most:
            raise CannotRead(_("%(name)s() 的参数个数不对") % {"name": token.said})
        if token.said == "regex":
            _check_pattern(arguments[1])
        return ["call", token.said, arguments]


def _check_pattern(argument: Tree) -> None:
    """A pattern is written out, valid, and not of the kind that runs for ever."""
    if argument[0] != "text":
        raise CannotRead(_("regex() 的第二个参数要写成引号里的文字"))
    try:
        re.compile(argument[1])
    except re.error as error:
        raise CannotRead(_("正则表达式有误：%(why)s") % {"why": error}) from error
    if _NESTED_REPEAT.search(argument[1]):
        raise CannotRead(_("正则表达式里重复套着重复，可能永远算不完"))
