"""The forms of a page, read from its HTML and filled in as somebody would."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

FILLED = {
    "why": "Because of a letter",
    "reason": "Because of a letter",
    "login": "new.person",
    "name": "A view of mine",
    "name_en": "New Person",
    "name_hi": "नया व्यक्ति",
    "email": "new.person@example.org",
    "mobile": "+919812345678",
    "purpose": "Bills of the state",
    "title": "A title",
    "query": "sort=number",
    "code": "123456",
    "password": "correct horse battery staple",
}
BY_TYPE = {"date": "2026-04-10", "number": "1", "email": "new.person@example.org"}


@dataclass(slots=True, kw_only=True)
class Form:
    """One form as a browser would send it."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def sent(self) -> Iterator[dict[str, str]]:
        """What each of its buttons sends."""
        for name, value in self.buttons or [("", "")]:
            yield {**self.fields, **({name: value} if name else {})}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(
                action=told.get("action", ""), method=told.get("method", "get").lower()
            )
            self.forms.append(self._form)
        elif self._form is None:
            return
        elif tag == "input" and told.get("name"):
            self._input(told)
        elif tag == "textarea" and told.get("name"):
            self._form.fields[told["name"]] = FILLED.get(told["name"], "A text")
        elif tag == "select":
            self._select = told.get("name", "")
        elif tag == "option" and self._select:
            held = self._form.fields.get(self._select)
            if not held or "selected" in told:
                self._form.fields[self._select] = told.get("value", "")
        elif tag == "button" and told.get("type", "submit") == "submit":
            self._form.buttons.append((told.get("name", ""), told.get("value", "")))

    def _input(self, told: dict[str, str]) -> None:
        assert self._form is not None
        kind, name, value = told.get("type", "text"), told["name"], told.get("value", "")
        if kind == "hidden" or (value and kind not in ("radio", "checkbox", "submit")):
            self._form.fields[name] = value
        elif kind in ("radio", "checkbox"):
            if name not in self._form.fields or "checked" in told:
                self._form.fields[name] = value or "on"
        elif kind == "submit":
            self._form.buttons.append((name, value))
        else:
            self._form.fields[name] = FILLED.get(name, BY_TYPE.get(kind, "A text"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""


def forms(page: str) -> list[Form]:
    """The forms that change something."""
    reader = _Reader()
    reader.feed(page)
    return [form for form in reader.forms if form.method == "post"]
