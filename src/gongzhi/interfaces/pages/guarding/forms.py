"""A form that anyone may send, guarded: it slows floods down and asks a question when in doubt."""

from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gongzhi.interfaces.pages.guarding import challenge
from gongzhi.interfaces.pages.guarding.addresses import client_address, neighbourhood
from gongzhi.interfaces.pages.guarding.limits import Limit

TOKEN, ANSWER = "guard_token", "guard_answer"


@dataclass(frozen=True, slots=True)
class Guard:
    """How a public form is guarded, per address: the first `free` in a span go through as they
    are, after that each needs an answer, and `most` is the end until the span is over.

    Whole buildings share an address, so the question comes long before the refusal.
    """

    name: str
    free: int
    most: int
    seconds: int = 3600

    @property
    def sendings(self) -> Limit:
        return Limit(f"{self.name}.sent", self.most, self.seconds)

    @property
    def tries(self) -> Limit:
        """Attempts count too, or answers could be guessed without end."""
        return Limit(f"{self.name}.tried", self.most * 5, self.seconds)

    def asks(self, address: str) -> bool:
        return self.sendings.used(address) >= self.free


class GuardedForm(forms.Form):
    """Base of public forms; set `guard`. Pass `request`. A valid form has used one turn.

    Raises `TooMany`, which becomes a 429 page, when the address has no turn left.
    """

    guard: ClassVar[Guard]

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.address = neighbourhood(client_address(request))
        self._passed = False
        if self.guard.asks(self.address):
            self._ask()

    def _ask(self) -> None:
        asked = challenge.ask(self.guard.name)
        english = get_language() == "en"
        self.fields[TOKEN] = forms.CharField(
            widget=forms.HiddenInput, required=False, initial=asked.token
        )
        self.fields[ANSWER] = forms.CharField(
            label=asked.question.english if english else asked.question.chinese,
            help_text=_("请答一题，证明不是自动程序。写数字或写字都可以。"),
            required=False,
            max_length=40,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )
        self._fresh_token = asked.token

    @property
    def is_asking(self) -> bool:
        """Whether this sending needs an answer."""
        return ANSWER in self.fields

    def full_clean(self) -> None:
        if self.is_bound:
            self.guard.tries.take_or_refuse(self.address)
        super().full_clean()
        if self.is_bound and self.is_asking:
            self._check_answer()
        if self.is_bound and not self.errors:
            self.guard.sendings.take_or_refuse(self.address)

    def _check_answer(self) -> None:
        """Take the answer or the pass; what has to be shown again gets a pass or a new question."""
        name, sent = self.guard.name, str(self.data.get(self.add_prefix(TOKEN), ""))
        if not sent:  # the form was shown before this address had to be asked
            self._show_again(self._fresh_token)
            self.add_error(ANSWER, _("请再答这一题，然后送出。"))
            return
        if challenge.has_pass(name, sent):
            self._passed = True
        else:
            answer = str(self.data.get(self.add_prefix(ANSWER), ""))
            self._passed = challenge.take_answer(name, sent, answer)
            sent = ""
        if not self._passed:
            self._show_again(self._fresh_token)
            self.add_error(ANSWER, _("这一题没有答对，或者放得太久了。请答这道新题。"))
        elif self.errors:
            self._show_again(sent or challenge.give_pass(name))
            del self.fields[ANSWER]
        elif sent and not challenge.take_pass(name, sent):
            self._show_again(self._fresh_token)
            self.add_error(ANSWER, _("这一页已经送出过了。请答这道新题，再送一次。"))

    def _show_again(self, token: str) -> None:
        sent: Any = self.data
        data = sent.copy()
        data[self.add_prefix(TOKEN)] = token
        data[self.add_prefix(ANSWER)] = ""
        self.data = data
