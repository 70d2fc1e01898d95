"""English sentences are found where they are marked, and none lacks its Hindi."""

from __future__ import annotations

import gettext
import io
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.pofile import read_po

from tools import messages

VIEW = """
from django.utils.translation import gettext as _, ngettext, pgettext

def page(count):
    return _("Your balance"), ngettext("%(n)s day left", "%(n)s days left", count)

WORD = pgettext("of a relay", "Open")
"""
TEMPLATE = """{% load i18n %}
<h1>{% translate "Recharge" %}</h1>
<p>{% blocktranslate with name=who %}Namaste {{ name }}{% endblocktranslate %}</p>
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / messages.PACKAGE / "web/templates").mkdir(parents=True)
    (tmp_path / messages.PACKAGE / "web/page.py").write_text(VIEW)
    (tmp_path / messages.PACKAGE / "web/templates/page.html").write_text(TEMPLATE)
    return tmp_path


def hindi(text: str) -> Catalog:
    return read_po(io.BytesIO(text.encode()), locale="hi")


def test_code_and_templates_are_searched(tree: Path) -> None:
    found = messages.collect(tree)
    ids = {message.id for message in found if message.id}
    assert ids == {
        "Your balance",
        ("%(n)s day left", "%(n)s days left"),
        "Open",
        "Recharge",
        "Namaste %(name)s",
    }
    assert found.get("Open", context="of a relay") is not None


def test_each_missing_fuzzy_or_empty_hindi_is_named(tree: Path) -> None:
    said = hindi(
        'msgid "Your balance"\nmsgstr "आपका बैलेंस"\n\n'
        '#, fuzzy\nmsgid "Recharge"\nmsgstr "रीचार्ज"\n\n'
        'msgid "Namaste %(name)s"\nmsgstr "नमस्ते"\n\n'
        'msgid "%(n)s day left"\nmsgid_plural "%(n)s days left"\n'
        'msgstr[0] "%(n)s दिन बाकी"\nmsgstr[1] ""\n'
    )
    faults = messages.faults_of(said, messages.collect(tree))
    assert len(faults) == 4
    told = "\n".join(faults)
    assert 'not in the Hindi file: "Open"' in told
    assert 'fuzzy: "Recharge" (src/bijlighar/web/templates/page.html:2)' in told
    assert 'other placeholders in the Hindi: "Namaste %(name)s"' in told
    assert 'no Hindi: "%(n)s day left"' in told


def test_updating_keeps_the_hindi_and_adds_what_is_new(tree: Path) -> None:
    path = tree / messages.HINDI
    path.parent.mkdir(parents=True)
    path.write_text('msgid "Recharge"\nmsgstr "रीचार्ज"\n\nmsgid "Gone"\nmsgstr "गया"\n')
    assert messages._update(tree) == 0
    first = path.read_text()
    said = messages.read(path)
    assert said.get("Recharge").string == "रीचार्ज"
    assert said.get("Your balance").string == ""
    assert said.get("Gone") is None
    messages._update(tree)
    assert path.read_text() == first


def test_the_compiled_file_speaks_hindi(tree: Path) -> None:
    path = tree / messages.HINDI
    path.parent.mkdir(parents=True)
    messages._update(tree)
    text = path.read_text().replace(
        'msgid "Recharge"\nmsgstr ""', 'msgid "Recharge"\nmsgstr "रीचार्ज"'
    )
    text = text.replace('msgstr[0] ""', 'msgstr[0] "%(n)s दिन"').replace(
        'msgstr[1] ""', 'msgstr[1] "%(n)s दिनों"'
    )
    path.write_text(text)
    messages._compile(tree)
    with path.with_suffix(".mo").open("rb") as file:
        said = gettext.GNUTranslations(file)
    assert said.gettext("Recharge") == "रीचार्ज"
    days = ("%(n)s day left", "%(n)s days left")
    assert [said.ngettext(*days, n) for n in (0, 1, 2)] == ["%(n)s दिन"] * 2 + [
        "%(n)s दिनों"
    ]
