"""Every operation of the description, asked by everybody with what may and may not be sent.

Schemathesis makes up the requests from the OpenAPI description; each goes to the product
in this process once for each caller. Beside Schemathesis' own checks three laws hold: no
answer holds a word of another division, nobody without the right sees a mobile number or
an amount, and what somebody was answered nobody unknown is.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import schemathesis
import werkzeug
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    allow_header_conformance,
    unsupported_method,
]
REFUSALS_OF_GOOD_DATA = frozenset({401, 403, 404, 409, 422})
"""What may be answered to data that fits the description: rights, absence, rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Somebody who asks, and what no answer to them may hold."""

    name: str
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    never: Sequence[str]
    """Texts from other areas, or that need a right the caller has not."""


@dataclass(slots=True)
class Figures:
    """What a run did."""

    requests: int = 0
    probes: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    operations: set[str] = field(default_factory=set)

    def __str__(self) -> str:
        """One line for people."""
        told = ", ".join(
            f"{status}: {many}" for status, many in sorted(self.statuses.items())
        )
        return (
            f"{len(self.operations)} operations, {self.requests} requests and"
            f" {self.probes} without a right to ask; answers {told}"
        )


def fuzz(
    *,
    callers: Sequence[Caller],
    known: Mapping[str, Sequence[object]],
    cursors: Sequence[str],
    examples: int,
    modes: Iterable[GenerationMode] = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE),
) -> Figures:
    """Ask everything as everybody; `known` are ids that exist, by name of parameter."""
    app = get_wsgi_application()
    schemathesis.openapi.format("bijlighar-cursor", st.sampled_from(["", *cursors]))
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    figures = Figures()
    for found in schema.get_all_operations():
        operation = found.ok()
        figures.operations.add(operation.label)
        for mode in modes:
            _ask(operation, mode, callers, known, examples, figures)
    return figures


def _ask(operation, mode, callers, known, examples, figures) -> None:
    names = sorted(known)
    picked = st.fixed_dictionaries(
        {name: st.none() | st.sampled_from(list(known[name])) for name in names}
    )

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), ids=picked)
    def ask(case, ids) -> None:
        if mode is GenerationMode.POSITIVE:
            _name_what_exists(case, ids)
        answered = [
            caller for caller in callers if _is_answered(case, caller, mode, figures)
        ]
        if answered:
            _nobody_unknown_is_answered(case, figures, answered[0].name)
        by_token = [one for one in answered if "Authorization" in one.headers]
        if by_token:
            _schemathesis_finds_no_way_round(case, by_token[0])

    ask()


def _name_what_exists(case, ids) -> None:
    """Made-up numbers find nothing: now and then the request names what is there."""
    for part in (case.path_parameters, case.body):
        if isinstance(part, dict):
            for name, value in ids.items():
                if name in part and value is not None:
                    part[name] = value


def _is_answered(case, caller: Caller, mode: GenerationMode, figures: Figures) -> bool:
    """Whether a caller gets what is asked for; every law is looked at."""
    answer = _sent(case, caller.headers, caller.cookies)
    figures.requests += 1
    figures.statuses[answer.status_code] += 1
    told = f"{caller.name}: {case.method} {case.formatted_path} {case.query} {case.body}"
    checks = [
        check
        for check in CHECKS
        if check is not positive_data_acceptance
        or not (answer.status_code in REFUSALS_OF_GOOD_DATA or "bad_cursor" in answer.text)
    ]
    case.validate_response(answer, checks=checks, headers=dict(caller.headers))
    _holds_nothing_of_others(answer, caller, told)
    _is_in_one_form(answer, told)
    return answer.status_code < 300


def _schemathesis_finds_no_way_round(case, caller: Caller) -> None:
    """Its own check, which knows tokens: without one, and with others."""
    answer = _sent(case, caller.headers, caller.cookies)
    case.validate_response(answer, checks=[ignored_auth], headers=dict(caller.headers))


def _sent(case, headers: Mapping[str, str], cookies: Mapping[str, str]):
    """A call from a browser of its own: cookies of one caller are not the next one's."""
    browser = werkzeug.Client(case.operation.app)
    # What is sent is remembered in the case itself: the next caller must not get it.
    for held in (case.headers, case.cookies):
        for name in ("sessionid", "csrftoken", "X-CSRFToken", "Authorization", "Cookie"):
            held.pop(name, None)
    return case.call(headers=dict(headers), cookies=dict(cookies), session=browser)


def _holds_nothing_of_others(answer, caller: Caller, told: str) -> None:
    text = answer.text
    # What was asked for may come back in a refusal; what is there may not.
    if answer.status_code >= 300:
        return
    for word in caller.never:
        assert word not in text, f"{told} was answered with {word}"


def _is_in_one_form(answer, told: str) -> None:
    if answer.status_code >= 400:
        body = json.loads(answer.text)
        assert set(body) == {"code", "message", "field"}, f"{told}: {body}"


def _nobody_unknown_is_answered(case, figures: Figures, told: str) -> None:
    for headers, cookies in (
        ({}, {}),
        ({"Authorization": "Bearer made-up"}, {}),
        ({"Authorization": "Basic bWFkZTp1cA=="}, {}),
        ({}, {"sessionid": "madeupmadeupmadeupmadeup"}),
    ):
        probe = _sent(case, headers, cookies)
        figures.probes += 1
        assert probe.status_code == 401, f"{told}: {probe.status_code} to {cookies}"
