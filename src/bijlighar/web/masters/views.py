"""Imports: a file on its way in, from choosing it to the truth of what was made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bijlighar.clock import clock
from bijlighar.flow import later
from bijlighar.masters import service as masters
from bijlighar.masters.values import Import, ImportKind, ImportState, Wrong
from bijlighar.people import service as people
from bijlighar.people.values import Right
from bijlighar.web import streaming
from bijlighar.web.access import DeskRequest, staff
from bijlighar.web.desk.listing import listing
from bijlighar.web.masters import words
from bijlighar.web.masters.shown import FaultLine, fault_lines, import_line, mapping_lines

FAULTS_SHOWN = 50
FAULTS_A_READ = 500
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


class UploadForm(forms.Form):
    """A file and what its rows are."""

    kind = forms.ChoiceField(
        label=_("What the rows are"),
        choices=[(kind.value, words.KINDS[kind]) for kind in ImportKind],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say what the rows of the file are.")},
    )
    file = forms.FileField(
        label=_("File (CSV or XLSX, at most 100 MB)"),
        widget=forms.FileInput(
            attrs={"accept": ".csv,.txt,.tsv,.xlsx,text/csv", "required": True}
        ),
        error_messages={
            "required": _("Choose a file."),
            "empty": _("The file is empty. Choose another one."),
        },
    )


@staff(Right.IMPORT)
@require_safe
def imports(request: DeskRequest) -> HttpResponse:
    """Every import of the reader's areas, the newest first."""
    asked = listing(request, columns=("made_at",), first="-made_at")
    found = masters.imports(scope=request.reach, offset=asked.offset, limit=asked.limit)
    return render(
        request,
        "masters/imports.html",
        {
            "listing": asked,
            "lines": [import_line(one) for one in found[: asked.rows_a_page]],
            "has_next": len(found) > asked.rows_a_page,
        },
    )


@staff(Right.IMPORT)
@get_or_post
def import_new(request: DeskRequest) -> HttpResponse:
    """Choose a file; its headings are looked at before anything is kept."""
    if request.method != "POST":
        chosen = {"kind": request.GET.get("kind", ImportKind.CONNECTIONS.value)}
        return _new(request, UploadForm(initial=chosen))
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _new(request, form, status=422)
    file = form.cleaned_data["file"]
    assert isinstance(file, UploadedFile)
    try:
        import_id = masters.upload(
            kind=ImportKind(form.cleaned_data["kind"]),
            file_name=file.name or "",
            content=cast(BinaryIO, file.file),
            by=request.viewer,
            scope=request.reach,
            now=clock.now(),
        )
    except masters.FileRefused as refused:
        form.add_error("file", words.file_sentence(refused.wrong, refused.other))
        first = refused.other if refused.wrong is Wrong.SAME_FILE else ""
        return _new(request, form, status=422, first=first)
    return redirect("import_page", import_id)


@staff(Right.IMPORT)
@require_safe
def import_page(request: DeskRequest, import_id: int) -> HttpResponse:
    """One import at its present step."""
    held = _found(request, import_id)
    return render(request, "masters/import.html", _shown(request, held))


@staff(Right.IMPORT)
@require_safe
def import_live(request: DeskRequest, import_id: int) -> HttpResponse:
    """The part of the page that changes while the worker is busy."""
    held = _found(request, import_id)
    return render(request, "masters/import.html#live", _shown(request, held))


@staff(Right.IMPORT)
@require_POST
def import_map(request: DeskRequest, import_id: int) -> HttpResponse:
    """Say what the columns are; the dry run starts."""
    held = _found(request, import_id)
    fields = [request.POST.get(f"column-{one.place}", "") for one in held.headings]
    try:
        masters.map_columns(
            import_id=import_id,
            fields=fields,
            by=request.viewer,
            scope=request.reach,
            now=clock.now(),
        )
    except masters.FileRefused as refused:
        told = words.file_sentence(refused.wrong, refused.other, kind=held.kind)
        shown = _shown(request, held, told=told, fields=fields)
        return render(request, "masters/import.html", shown, status=422)
    except masters.NotNow:
        return _not_now(request, held)
    with people.as_the_system():
        later.check_import(import_id=import_id)
    return redirect("import_page", import_id)


@staff(Right.IMPORT)
@require_POST
def import_take(request: DeskRequest, import_id: int) -> HttpResponse:
    """Take everything in, or only the good rows."""
    held = _found(request, import_id)
    try:
        masters.take_in(
            import_id=import_id,
            with_faults=request.POST.get("rows") == "good",
            by=request.viewer,
            scope=request.reach,
            now=clock.now(),
        )
    except masters.NotNow:
        return _not_now(request, held)
    with people.as_the_system():
        later.take_in_import(import_id=import_id)
    return redirect("import_page", import_id)


@staff(Right.IMPORT)
@require_POST
def import_cancel(request: DeskRequest, import_id: int) -> HttpResponse:
    """End an import; what was taken in stays."""
    held = _found(request, import_id)
    try:
        masters.cancel(
            import_id=import_id, by=request.viewer, scope=request.reach, now=clock.now()
        )
    except masters.NotNow:
        return _not_now(request, held)
    return redirect("import_page", import_id)


@staff(Right.IMPORT)
@require_safe
def import_faults(request: DeskRequest, import_id: int) -> HttpResponse:
    """Everything that is wrong, as CSV."""
    held = _found(request, import_id)
    columns = [
        gettext("Row"),
        gettext("Column"),
        gettext("What is wrong"),
        gettext("Value"),
    ]

    def read() -> Iterator[tuple[object, ...]]:
        for line in _every_fault(request, held):
            yield line.row, line.column, line.sentence, line.value

    made = streaming.csv_stream(request, columns, read, name=f"import-{import_id}-errors")
    return cast(HttpResponse, made)


@staff(Right.IMPORT)
@require_safe
def import_template(request: DeskRequest, kind: str) -> HttpResponse:
    """An empty file with the headings of a kind, to be filled in."""
    if kind not in set(ImportKind):
        raise Http404
    chosen = ImportKind(kind)
    titles = [words.title_of(field) for field in masters.fields_of(kind=chosen)]
    return streaming.headings_only(titles, name=f"{kind}-template")


def _new(
    request: DeskRequest, form: UploadForm, *, status: int = 200, first: str = ""
) -> HttpResponse:
    return render(
        request,
        "masters/new.html",
        {
            "form": form,
            "first": int(first) if first else 0,
            "kinds": [
                (kind.value, words.KINDS[kind], words.KINDS_SAY[kind])
                for kind in ImportKind
            ],
            "chosen_kind": form["kind"].value(),
        },
        status=status,
    )


def _found(request: DeskRequest, import_id: int) -> Import:
    try:
        return masters.import_of(import_id=import_id, scope=request.reach)
    except masters.UnknownImport as error:
        raise Http404 from error


def _shown(
    request: DeskRequest, held: Import, *, told: str = "", fields: list[str] | None = None
) -> dict[str, object]:
    first = masters.faults_of(
        import_id=held.import_id, scope=request.reach, limit=FAULTS_SHOWN
    )
    counts = masters.counts_by_wrong(import_id=held.import_id, scope=request.reach)
    return {
        "held": held,
        "line": import_line(held),
        "told": told,
        "columns": mapping_lines(held, fields),
        "faults": fault_lines([fault for _, fault in first], held.kind),
        "fault_counts": sum(counts.values()),
        "live": reverse("import_live", args=[held.import_id]),
        "is_mapping": held.state is ImportState.MAPPING,
        "is_checked": held.state is ImportState.CHECKED,
    }


def _not_now(request: DeskRequest, held: Import) -> HttpResponse:
    """Somebody was quicker: the page as it is now, and nothing changed."""
    told = gettext("Somebody has taken the next step already. This is how it stands.")
    shown = _shown(request, held, told=told)
    return render(request, "masters/import.html", shown, status=409)


def _every_fault(request: DeskRequest, held: Import) -> Iterator[FaultLine]:
    after = (0, 0)
    while True:
        found = masters.faults_of(
            import_id=held.import_id,
            scope=request.reach,
            limit=FAULTS_A_READ,
            after=after,
        )
        if not found:
            return
        yield from fault_lines([fault for _, fault in found], held.kind)
        pk, fault = found[-1]
        after = (fault.row, pk)
