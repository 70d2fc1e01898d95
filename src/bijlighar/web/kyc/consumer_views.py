"""A consumer's KYC: agree, show a paper, say where a benefit is paid, take it all back.

Only the connection's own number may do any of it, and only a code to that number finishes
a Samagra id or a bank account. Nothing typed is shown again but in masked form.
"""

from __future__ import annotations

import json
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bijlighar.clock import clock
from bijlighar.connections import service as connections
from bijlighar.connections.values import Home
from bijlighar.flow import finish_kyc
from bijlighar.flow.finish_kyc import Asking
from bijlighar.kyc import service as kyc
from bijlighar.kyc.values import PaperKind, Purpose, Wrong
from bijlighar.logins import service as logins
from bijlighar.logins.values import Access
from bijlighar.logins.values import Purpose as CodeFor
from bijlighar.web.access import ConsumerRequest, consumer_with
from bijlighar.web.kyc import words
from bijlighar.web.kyc.forms import (
    BANK_FIELDS,
    FILE_WRONGS,
    BankForm,
    ConsentForm,
    NumberForm,
    PaperForm,
    QrForm,
)
from bijlighar.web.logins import cookies, proving
from bijlighar.web.logins.cookies import Proving
from bijlighar.web.logins.forms import CodeForm

own = consumer_with(Access.OWN)
get_or_post = require_http_methods(["GET", "HEAD", "POST"])
Form = NumberForm | QrForm | PaperForm


@own
@never_cache
@require_safe
def overview(request: ConsumerRequest, consumer_number: str) -> HttpResponse:
    """How far one is, the ways to be done, and what is kept."""
    home = connections.home_of(consumer_number=consumer_number)
    held = kyc.kyc_of(connection_id=home.connection_id, real_now=clock.real_now())
    policy = kyc.policy()
    page = {
        "consumer_number": consumer_number,
        "kyc": held,
        "standing": words.STANDINGS[held.standing],
        "papers": [
            (one, words.KINDS[one.kind], words.STATES[one.state]) for one in held.papers
        ],
        "ways": [
            (one.value, words.KINDS[one], words.WAYS[one]) for one in kyc.papers_taken()
        ],
        "has_identity": held.has_consent(Purpose.IDENTITY),
        "has_benefit": held.has_consent(Purpose.BENEFIT),
        "consents": held.consents,
        "keep_pages_days": policy.keep_pages.days,
        "keep_rejected_days": policy.keep_rejected.days,
    }
    return render(request, "kyc/overview.html", page)


@own
@require_POST
def consent(request: ConsumerRequest, consumer_number: str) -> HttpResponse:
    """Agree to one purpose; without the tick nothing happens but a word."""
    form = ConsentForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Tick the box if you agree."))
        return redirect("kyc", consumer_number)
    home = connections.home_of(consumer_number=consumer_number)
    kyc.consent(
        connection_id=home.connection_id,
        purpose=Purpose(form.cleaned_data["purpose"]),
        language=_language(),
        channel="home",
        now=clock.now(),
    )
    return redirect("kyc", consumer_number)


@own
@require_POST
def withdraw(request: ConsumerRequest, consumer_number: str) -> HttpResponse:
    """Take a consent back: what was shown for it is erased at once."""
    purpose = request.POST.get("purpose", "")
    if purpose not in list(Purpose):
        raise Http404
    home = connections.home_of(consumer_number=consumer_number)
    kyc.withdraw(
        connection_id=home.connection_id, purpose=Purpose(purpose), now=clock.now()
    )
    messages.info(request, _("Taken back. What you had shown for it is erased."))
    return redirect("kyc", consumer_number)


@own
@never_cache
@require_safe
def everything(request: ConsumerRequest, consumer_number: str) -> HttpResponse:
    """All that is kept, to take along."""
    home = connections.home_of(consumer_number=consumer_number)
    told = kyc.everything_of(connection_id=home.connection_id, real_now=clock.real_now())
    answer = HttpResponse(
        json.dumps(told, ensure_ascii=False, indent=2), content_type="application/json"
    )
    name = f"kyc-{home.consumer_number}.json"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@own
@never_cache
@sensitive_post_parameters()
@get_or_post
def paper(request: ConsumerRequest, consumer_number: str, paper: str) -> HttpResponse:
    """Show one paper: its number, its photo or its QR code."""
    if paper not in [one.value for one in kyc.papers_taken()]:
        raise Http404
    kind = PaperKind(paper)
    form = _form_of(kind, request)
    home = connections.home_of(consumer_number=consumer_number)
    if request.method != "POST":
        return _paper_page(request, home, kind, form)
    if not form.is_valid():
        return _paper_page(request, home, kind, form, status=422)
    try:
        if kind is PaperKind.SAMAGRA:
            return _ask_samagra(request, home, form)
        _show(home, kind, form)
    except kyc.Refused as refused:
        field = "file" if refused.wrong in FILE_WRONGS else "number"
        place = field if field in form.fields else None
        form.add_error(place, str(words.WRONG[refused.wrong]))
        return _paper_page(request, home, kind, form, status=422)
    except logins.AskedTooOften as refused:
        form.add_error(None, proving.wait_words(refused.until))
        return _paper_page(request, home, kind, form, status=429)
    messages.info(request, _("Thank you. We have it."))
    return redirect("kyc", consumer_number)


@own
@never_cache
@sensitive_post_parameters()
@get_or_post
def bank(request: ConsumerRequest, consumer_number: str) -> HttpResponse:
    """Say where a benefit is paid; a code to the number finishes it."""
    home = connections.home_of(consumer_number=consumer_number)
    if request.method != "POST":
        return _bank_page(request, home, BankForm())
    form = BankForm(request.POST)
    if not form.is_valid():
        return _bank_page(request, home, form, status=422)
    asking = _asking(request)
    try:
        about = finish_kyc.ask_bank(
            home=home,
            typed=form.cleaned_data["account"],
            again=form.cleaned_data["again"],
            ifsc=form.cleaned_data["ifsc"],
            holder=form.cleaned_data["holder"],
            asking=asking,
        )
    except kyc.Refused as refused:
        place = BANK_FIELDS.get(refused.wrong, "account")
        form.add_error(place, str(words.WRONG[refused.wrong]))
        return _bank_page(request, home, form, status=422)
    except logins.ChangedLately:
        form.add_error(None, str(words.NUMBER_IS_NEW))
        return _bank_page(request, home, form, status=422)
    except logins.AskedTooOften as refused:
        form.add_error(None, proving.wait_words(refused.until))
        return _bank_page(request, home, form, status=429)
    return _to_code(home, CodeFor.BANK_ACCOUNT, about, asking.browser)


@own
@never_cache
@sensitive_post_parameters("code")
@get_or_post
def code(request: ConsumerRequest, consumer_number: str) -> HttpResponse:
    """The code that came by SMS; once more where none came."""
    home = connections.home_of(consumer_number=consumer_number)
    held = cookies.proving_of(request, CodeFor.KYC, CodeFor.BANK_ACCOUNT)
    if held is None or held.mobile != home.mobile:
        messages.info(request, str(words.WRONG[Wrong.GONE]))
        return redirect("kyc", consumer_number)
    if request.method != "POST":
        return _code_page(request, home, CodeForm())
    if "again" in request.POST:
        return _again(request, home, held)
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _code_page(request, home, form, status=422)
    try:
        checked = finish_kyc.finish(
            home=home,
            purpose=held.purpose,
            about=UUID(held.about),
            code=form.cleaned_data["code"],
            asking=_asking(request),
        )
    except kyc.Refused as refused:
        messages.info(request, str(words.WRONG[refused.wrong]))
        return redirect("kyc", consumer_number)
    if not checked.is_right:
        form.add_error("code", proving.refused_words(checked))
        return _code_page(request, home, form, status=422)
    messages.info(request, _("Done. Thank you."))
    response = redirect("kyc", consumer_number)
    cookies.drop_proving(response)
    return response


def _again(request: ConsumerRequest, home: Home, held: Proving) -> HttpResponse:
    try:
        finish_kyc.send(
            home=home,
            purpose=held.purpose,
            about=UUID(held.about),
            asking=_asking(request),
        )
    except logins.AskedTooOften as refused:
        messages.error(request, proving.wait_words(refused.until))
    else:
        messages.info(request, _("A new code is on its way."))
    return redirect("kyc_code", home.consumer_number)


def _ask_samagra(request: ConsumerRequest, home: Home, form: Form) -> HttpResponse:
    asking = _asking(request)
    about = finish_kyc.ask_samagra(
        home=home, typed=form.cleaned_data["number"], asking=asking
    )
    return _to_code(home, CodeFor.KYC, about, asking.browser)


def _show(home: Home, kind: PaperKind, form: Form) -> None:
    file = form.cleaned_data["file"]
    assert isinstance(file, UploadedFile)
    # One byte more than may be: a longer file is told so, and never read whole.
    content = file.read(kyc.MOST_UPLOAD_BYTES + 1)
    if kind is PaperKind.OFFLINE_QR:
        kyc.show_qr(connection_id=home.connection_id, content=content, now=clock.now())
        return
    kyc.show_paper(
        connection_id=home.connection_id,
        kind=kind,
        typed=form.cleaned_data["number"],
        content=content,
        now=clock.now(),
    )


def _form_of(kind: PaperKind, request: ConsumerRequest) -> Form:
    is_sent = request.method == "POST"
    typed, files = (request.POST, request.FILES) if is_sent else (None, None)
    if kind is PaperKind.SAMAGRA:
        return NumberForm(kind, typed)
    if kind is PaperKind.OFFLINE_QR:
        return QrForm(typed, files)
    return PaperForm(kind, typed, files)


def _asking(request: ConsumerRequest) -> Asking:
    return Asking(
        browser=cookies.browser_of(request),
        address=request.META.get("REMOTE_ADDR", ""),
        language=_language(),
        now=clock.now(),
        real_now=clock.real_now(),
    )


def _language() -> str:
    return "en" if get_language() == "en" else "hi"


def _to_code(home: Home, purpose: CodeFor, about: UUID, browser: str) -> HttpResponse:
    response: HttpResponseRedirect = redirect("kyc_code", home.consumer_number)
    cookies.keep_browser(response, browser)
    held = Proving(mobile=home.mobile, purpose=purpose, about=str(about))
    cookies.keep_proving(response, held)
    return response


def _paper_page(
    request: ConsumerRequest,
    home: Home,
    kind: PaperKind,
    form: Form,
    status: int = 200,
) -> HttpResponse:
    page = {
        "consumer_number": home.consumer_number,
        "kind": kind.value,
        "title": words.KINDS[kind],
        "is_samagra": kind is PaperKind.SAMAGRA,
        "is_qr": kind is PaperKind.OFFLINE_QR,
        "form": form,
    }
    return render(request, "kyc/paper.html", page, status=status)


def _bank_page(
    request: ConsumerRequest, home: Home, form: BankForm, status: int = 200
) -> HttpResponse:
    held = kyc.kyc_of(connection_id=home.connection_id, real_now=clock.real_now())
    page = {
        "consumer_number": home.consumer_number,
        "form": form,
        "bank": held.bank,
        "mobile": logins.masked(home.mobile),
    }
    return render(request, "kyc/bank.html", page, status=status)


def _code_page(
    request: ConsumerRequest, home: Home, form: CodeForm, status: int = 200
) -> HttpResponse:
    page = {
        "consumer_number": home.consumer_number,
        "form": form,
        "mobile": logins.masked(home.mobile),
    }
    return render(request, "kyc/code.html", page, status=status)
