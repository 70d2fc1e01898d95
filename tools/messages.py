"""The Hindi sentences: collect them, merge them, compile them, and miss none.

English is the source language: the code or template has a sentence in English, and
`src/bijlighar/web/locale/hi/LC_MESSAGES/django.po` has it in Hindi. No gettext programs
are needed: Babel reads and writes, and Django turns a template into what Babel can read.

    tools/messages.py extract    print the template catalogue (.pot)
    tools/messages.py update     merge new sentences into the Hindi file
    tools/messages.py compile    write the .mo that Django reads
    tools/messages.py check      fail on each sentence that has no checked Hindi
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from babel.messages import Catalog
from babel.messages.catalog import Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = Path("src/bijlighar")
HINDI = PACKAGE / "web/locale/hi/LC_MESSAGES/django.po"
PLURAL_FORMS = "nplurals=2; plural=(n > 1);"

MARKERS = [
    "_",
    *(
        f"{form}gettext{ending}"
        for form in ("", "n", "p", "np")
        for ending in ("", "_lazy")
    ),
    "gettext_noop",
]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%[sd]")


def main(arguments: Sequence[str]) -> int:
    verbs: dict[str, Callable[[Path], int]] = {
        "extract": _extract,
        "update": _update,
        "compile": _compile,
        "check": _check,
    }
    if len(arguments) != 1 or arguments[0] not in verbs:
        print(__doc__)
        return 2
    return verbs[arguments[0]](ROOT)


def collect(root: Path) -> Catalog:
    """Every sentence that the Python files and templates under the package mark."""
    found = Catalog(project="bijlighar", charset="utf-8", fuzzy=False)
    for path in sorted((root / PACKAGE).rglob("*")):
        if path.suffix not in {".py", ".html", ".txt"} or "node_modules" in path.parts:
            continue
        if path.suffix == ".txt" and "templates" not in path.parts:
            continue
        place = path.relative_to(root).as_posix()
        for line, name, given in marked_in(path):
            sentence, context = _sentence(name, given)
            if sentence:
                found.add(sentence, locations=[(place, line)], context=context)
    return found


def marked_in(path: Path) -> Iterator[tuple[int, str, list[str | None]]]:
    """What one file marks: the line, the marker and its arguments."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        text = _as_python(text, path)
    held = io.BytesIO(text.encode())
    for line, name, given, _ in extract_python(held, MARKERS, [], {"encoding": "utf-8"}):
        yield line, name, list(given) if isinstance(given, tuple) else [given]


def faults_of(hindi: Catalog, source: Catalog) -> list[str]:
    """Each sentence that is missing, untranslated or unsure in Hindi, told in one line."""
    faults = []
    for message in source:
        if not message.id:
            continue
        said = hindi.get(_first(message), message.context)
        where = ", ".join(f"{place}:{line}" for place, line in message.locations[:2])
        name = f'"{_first(message)}" ({where})'
        if said is None:
            faults.append(
                f"not in the Hindi file: {name}; run `make messages`, then translate"
            )
        elif said.fuzzy:
            faults.append(f"fuzzy: {name}; read the Hindi and remove the word fuzzy")
        elif not all(_translations(said)):
            faults.append(f"no Hindi: {name}")
        else:
            faults += [f"{fault}: {name}" for fault in _placeholder_faults(said)]
    return faults


def compiled(hindi: Catalog) -> bytes:
    """The catalogue in the form that Django reads; unsure sentences are left out."""
    held = io.BytesIO()
    write_mo(held, hindi)
    return held.getvalue()


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="hi", charset="utf-8")


def _extract(root: Path) -> int:
    write_po(sys.stdout.buffer, collect(root), width=92, omit_header=True)
    return 0


def _update(root: Path) -> int:
    path = root / HINDI
    source = collect(root)
    hindi = read(path) if path.exists() else Catalog(locale="hi", charset="utf-8")
    hindi.update(source, no_fuzzy_matching=True)
    hindi.obsolete.clear()
    path.parent.mkdir(parents=True, exist_ok=True)
    held = io.BytesIO()
    # Without line numbers, a moved line is no change of the file.
    write_po(held, hindi, width=92, include_lineno=False, omit_header=True)
    path.write_text(_header() + held.getvalue().decode(), encoding="utf-8")
    untranslated = sum(
        1 for message in hindi if message.id and not all(_translations(message))
    )
    print(f"{path.relative_to(root)}: {len(hindi)} sentences, {untranslated} without Hindi")
    return 0


def _compile(root: Path) -> int:
    for path in sorted((root / PACKAGE).glob("**/locale/*/LC_MESSAGES/*.po")):
        path.with_suffix(".mo").write_bytes(compiled(read(path)))
        print(f"{path.with_suffix('.mo').relative_to(root)} written")
    return 0


def _check(root: Path) -> int:
    source = collect(root)
    path = root / HINDI
    hindi = read(path) if path.exists() else Catalog(locale="hi", charset="utf-8")
    faults = faults_of(hindi, source)
    for fault in faults:
        print(f"{HINDI}: {fault}")
    return 1 if faults else 0


def _as_python(text: str, path: Path) -> str:
    """A Django template as lines of Python that mark the same sentences."""
    from django.conf import settings

    if not settings.configured:
        settings.configure(USE_I18N=True)
    from django.utils.translation.template import templatize

    turned: str = templatize(text, origin=str(path))
    return turned


def _sentence(
    name: str, given: list[str | None]
) -> tuple[str | tuple[str, str] | None, str | None]:
    """The sentence of a marker, or its one-and-many pair, and its context if any."""
    words = [word for word in given if word]
    context = words.pop(0) if name.startswith(("p", "np")) and words else None
    if name.startswith("n"):
        return ((words[0], words[1]) if len(words) > 1 else None), context
    return (words[0] if words else None), context


def _first(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _translations(message: Message) -> Sequence[str]:
    said = message.string
    return [said] if isinstance(said, str) else list(said or [""])


def _placeholder_faults(message: Message) -> list[str]:
    """Whether each Hindi sentence fills in the same values as the English one."""
    allowed = _placeholders(message.id if isinstance(message.id, str) else message.id[1])
    return [
        "other placeholders in the Hindi"
        for said in _translations(message)
        if not _placeholders(said) <= allowed
        or (isinstance(message.id, str) and _placeholders(said) != allowed)
    ]


def _placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def _header() -> str:
    return (
        "# Hindi. Field words: docs/glossary.md. New sentences: make messages.\n"
        'msgid ""\n'
        'msgstr ""\n'
        '"Language: hi\\n"\n'
        f'"Plural-Forms: {PLURAL_FORMS}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        "\n"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
