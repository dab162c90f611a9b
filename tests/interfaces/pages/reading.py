"""Reading a page as a browser and a screen reader would, to assert what holds for every page."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

_LABELLED = {"input", "select", "textarea"}
_NO_LABEL = {"hidden", "submit", "button", "image", "reset"}
_ADDRESSES = ("href", "src", "action", "srcset", "poster", "data-source", "formaction")


@dataclass
class Page(HTMLParser):
    """What a page holds, gathered in one pass."""

    html: str
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    wrapped: set[int] = field(default_factory=set)  # positions of fields inside a label
    inline_scripts: int = 0
    nested_labels: int = 0
    _open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag in _LABELLED and "label" in self._open:
            self.wrapped.add(len(self.tags))
        if tag == "label" and "label" in self._open:
            self.nested_labels += 1
        # A picture may have titles of its own.
        self.tags.append(("svg-title" if tag == "title" and "svg" in self._open else tag, found))
        if tag == "script" and "src" not in found and found.get("type") != "application/json":
            self.inline_scripts += 1
        if tag not in {"input", "meta", "link", "img", "br", "hr", "use"}:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def outside_addresses(self) -> list[str]:
        """Addresses that lead away from this server."""
        return [
            value
            for _, attributes in self.tags
            for name in _ADDRESSES
            if (value := attributes.get(name, "").strip())
            and (value.startswith("//") or ":" in value.split("/")[0].split("?")[0])
            and not value.startswith(("tel:", "data:image/svg+xml;base64,"))
        ]

    @property
    def faults(self) -> list[str]:
        """What a screen reader, a keyboard or the security policy would stumble over."""
        return [*self._structure(), *self._fields(), *self._pictures(), *self._policy()]

    def _structure(self) -> list[str]:
        faults = []
        if self.all("html")[0].get("lang") not in {"zh-Hans", "en"}:
            faults.append("no language")
        for tag in ("h1", "main", "title"):
            if len(self.all(tag)) != 1:
                faults.append(f"{len(self.all(tag))} times <{tag}>")
        ids = [attributes["id"] for _, attributes in self.tags if attributes.get("id")]
        faults += [f"id {each} twice" for each in {each for each in ids if ids.count(each) > 1}]
        known = set(ids)
        for tag, attributes in self.tags:
            for name in ("aria-labelledby", "aria-describedby"):
                for target in attributes.get(name, "").split():
                    if target not in known:
                        faults.append(f"<{tag}> {name} points at nothing: {target}")
        levels = [int(tag[1]) for tag, _ in self.tags if tag in {"h1", "h2", "h3", "h4"}]
        faults += [f"from h{a} to h{b}" for a, b in pairwise(levels) if b - a > 1]
        unnamed = [each for each in self.all("nav") if not each.get("aria-label")]
        return faults + ["a <nav> without a name"] * len(unnamed)

    def _fields(self) -> list[str]:
        labelled = {attributes.get("for") for attributes in self.all("label")}
        faults = []
        for position, (tag, attributes) in enumerate(self.tags):
            if tag not in _LABELLED or attributes.get("type") in _NO_LABEL:
                continue
            named = attributes.get("id") in labelled or attributes.get("aria-label")
            if not named and position not in self.wrapped:
                faults.append(f"<{tag} name={attributes.get('name')}> without a label")
        faults += ["a label within a label"] * self.nested_labels
        posted = [each for each in self.all("form") if each.get("method") == "post"]
        tokens = [a for a in self.all("input") if a.get("name") == "csrfmiddlewaretoken"]
        if len(tokens) != len(posted):
            faults.append(f"{len(posted)} posted forms but {len(tokens)} tokens")
        return faults

    def _pictures(self) -> list[str]:
        return [
            f"<img {each.get('src')}> without alt" for each in self.all("img") if "alt" not in each
        ]

    def _policy(self) -> list[str]:
        faults = [f"leads outside: {address}" for address in self.outside_addresses]
        faults += ["inline script"] * self.inline_scripts + ["inline style"] * len(
            self.all("style")
        )
        for tag, attributes in self.tags:
            faults += [f"<{tag}> has {name}" for name in attributes if name.startswith("on")]
            if "style" in attributes:
                faults.append(f"<{tag}> has a style attribute")
        return faults
