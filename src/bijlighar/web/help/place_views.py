"""A caller about whom no connection is known: a wire is down, a pole is broken, a question.

What is dangerous is said first: the script on the page begins with how to stay alive.
"""

from __future__ import annotations

from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bijlighar.clock import clock
from bijlighar.complaints.values import Channel, ComplaintClass, Opened
from bijlighar.dashboards.values import BothLanguages
from bijlighar.flow import complaints as flow
from bijlighar.grid import service as grid
from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.ist import supply_day_of
from bijlighar.people import service as people
from bijlighar.people.values import Change, Right
from bijlighar.web.access import DeskRequest, staff
from bijlighar.web.complaints import shown
from bijlighar.web.complaints.words import CLASSES
from bijlighar.web.desk.node_typed import node_of_code
from bijlighar.web.help.scripts import spoken_of_danger
from bijlighar.web.help.views import DOORS, LONGEST_KEY
from bijlighar.web.logins.forms import mobile_typed

OF_A_PLACE = (
    ComplaintClass.DANGER,
    ComplaintClass.STREET,
    ComplaintClass.ASKED_FOR_MONEY,
    ComplaintClass.OTHER,
)
"""What may be complained of without a connection; what endangers somebody first."""
MOST_TO_CHOOSE = 2_000


@staff(Right.HANDLE_COMPLAINTS)
@require_http_methods(["GET", "HEAD", "POST"])
def place(request: DeskRequest) -> HttpResponse:
    """What is wrong, where, and who can be asked."""
    if request.method != "POST":
        return _page(request)
    node_id = node_of_code(request, _typed(request, "code"))
    if node_id is None:
        return _page(request, refused=_("Choose an office or a line of your area."))
    try:
        opened = _opened(request, node_id)
    except ValidationError as error:
        return _page(request, refused=error.messages[0])
    except ValueError:
        return _page(request, refused=_("Choose what is wrong, and the door."))
    except BijligharError as error:
        return _page(request, refused=shown.refusal(error))
    if not opened.is_new:
        _record_again(request, opened)
    said = _("Complaint %(number)s is registered.") % {"number": opened.complaint.number}
    messages.success(request, said)
    if opened.complaint.is_vigilance and not request.viewer.may(Right.HANDLE_VIGILANCE):
        return redirect("help_desk")
    return redirect("help_complaint", opened.complaint.number)


def _opened(request: DeskRequest, node_id: int) -> Opened:
    """Raises ValueError, ValidationError, and as complaints.open_."""
    class_ = ComplaintClass(_typed(request, "class"))
    if class_ not in OF_A_PLACE:
        raise ValueError("This class is a connection's.")
    mobile = _typed(request, "mobile")
    key = _typed(request, "key")[:LONGEST_KEY] or str(uuid4())
    return flow.open_without_connection(
        node_id=node_id,
        class_=class_,
        channel=Channel(_typed(request, "channel")),
        key=f"desk:{request.viewer.actor_id}:place:{key}",
        words=_typed(request, "words"),
        whereabouts=_typed(request, "whereabouts"),
        caller_mobile=mobile_typed(mobile) if mobile else "",
        by=request.viewer,
        now=clock.now(),
    )


def _record_again(request: DeskRequest, opened: Opened) -> None:
    """Somebody pressed twice: the trail has the first time, and says that it was twice."""
    people.record(
        change=Change(
            action="complaints.sent_again",
            object_kind="complaint",
            object_id=opened.complaint.number,
            place_id=opened.complaint.transformer_id,
            after={},
        ),
        by=request.viewer,
        now=clock.now(),
    )


def _typed(request: DeskRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\0", "").strip()


def _page(request: DeskRequest, *, refused: str = "") -> HttpResponse:
    branches = grid.tree_on(day=supply_day_of(clock.now()), roots=request.reach.areas)
    page = {
        "classes": [(class_.value, CLASSES[class_]) for class_ in OF_A_PLACE],
        "doors": DOORS.items(),
        "nodes": [
            {
                "code": one.node.code,
                "name": BothLanguages(en=one.node.name_en, hi=one.node.name_hi),
            }
            for one in branches[:MOST_TO_CHOOSE]
        ],
        "script": spoken_of_danger(),
        "key": _typed(request, "key") or uuid4(),
        "refused": refused,
        "typed": {name: _typed(request, name) for name in ("class", *_FIELDS)},
    }
    return render(request, "help/place.html", page, status=422 if refused else 200)


_FIELDS = ("channel", "code", "whereabouts", "mobile", "words")
