"""What a phone may keep of a home for the hours without network: a few dated figures.

They go to the browser beside the page that shows them, and only its script keeps them;
whose they are is a mark that says nothing to anybody else.
"""

from __future__ import annotations

import json

from django.utils.crypto import salted_hmac

from bijlighar.dashboards.values import HomePicture
from bijlighar.logins.values import SignedIn
from bijlighar.web.consumer.lasting import Lasting
from bijlighar.web.templatetags.bijli import rupees

SALT = "bijlighar.web.offline.kept"


def mark_of(login: SignedIn) -> str:
    """The same for one person's pages, another for everybody else's."""
    return salted_hmac(SALT, str(login.login_id), algorithm="sha256").hexdigest()[:16]


def figures(home: HomePicture, lasts: Lasting | None) -> str:
    """A home's figures as JSON: words come from the page that shows them later.

    A day that was `tomorrow` when it was said is told as a date.
    """
    told = {
        "number": home.consumer_number,
        "name": {"hi": home.name.hi, "en": home.name.en},
        "balance": rupees(home.balance_paise),
        "charged_through": home.charged_through and home.charged_through.isoformat(),
        "supply": home.supply.shown.value,
        "lasts_until": lasts and lasts.day and lasts.day.isoformat(),
        "lasts_part": lasts and lasts.part,
    }
    return json.dumps(told, ensure_ascii=False)
