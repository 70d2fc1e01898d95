"""The addresses of all screens."""

from __future__ import annotations

from datetime import date

from django.urls import include, path, register_converter

from bijlighar.web import aadhaar_guard, bundles, health, language, live, webhooks
from bijlighar.web.access import public
from bijlighar.web.consumer import bill_views, recharge_views, views, what_if_views
from bijlighar.web.demo import (
    clock_views,
    desk_views,
    fault_views,
    phones_views,
    start_views,
)
from bijlighar.web.notices import consumer_views as notice_views
from bijlighar.web.notices import receipts
from bijlighar.web.tariffs import views as tariff_views


class DayConverter:
    """A supply day of this century in an address: `2026-04-03`."""

    regex = r"20\d{2}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        """The day; no page where there is no such day."""
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        """As it is written in addresses."""
        return value.isoformat()


register_converter(DayConverter, "day")

HOME = "home/<slug:consumer_number>"
ORDER = f"{HOME}/recharges/<slug:order_id>"
BILL = f"{HOME}/bills/<slug:bill_number>"

urlpatterns = [
    path("", start_views.start, name="start"),
    path("live/start/", start_views.start_live, name="start_live"),
    path(f"{HOME}/", views.home, name="home"),
    path(f"{HOME}/live/", views.home_live, name="home_live"),
    path(f"{HOME}/days/<day:day>/", views.charged_day, name="charged_day"),
    path(f"{HOME}/what-if/", what_if_views.page, name="what_if"),
    path(f"{HOME}/bills/", bill_views.listing, name="bills"),
    path(f"{BILL}/", bill_views.one, name="bill"),
    path(f"{BILL}/pdf/", bill_views.pdf, name="bill_pdf"),
    path(f"{HOME}/recharge/", recharge_views.recharge, name="recharge"),
    path(f"{ORDER}/", recharge_views.order, name="recharge_order"),
    path(f"{ORDER}/live/", recharge_views.order_live, name="recharge_order_live"),
    path(f"{ORDER}/pay/", recharge_views.pay, name="recharge_pay"),
    path(f"{ORDER}/pay/live/", recharge_views.pay_live, name="recharge_pay_live"),
    path(f"{ORDER}/pay/code.svg", recharge_views.code, name="recharge_code"),
    path("tariff/", tariff_views.page, name="tariff"),
    path("", include("bijlighar.web.offline.urls")),
    path("", include("bijlighar.web.payments.urls")),
    path("", include("bijlighar.web.logins.urls")),
    path("", include("bijlighar.web.staff.urls")),
    path("desk/", include("bijlighar.web.desk.urls")),
    path("desk/grid/", include("bijlighar.web.grid.urls")),
    path("desk/outages/", include("bijlighar.web.outages.urls")),
    path("desk/notices/", include("bijlighar.web.notices.urls")),
    path(f"{HOME}/notices/", notice_views.page, name="home_notices"),
    path(f"{HOME}/notices/browser/", notice_views.browser, name="home_notices_browser"),
    path("gateways/<slug:channel>/receipts/", receipts.receive, name="receipts"),
    path("desk/masters/", include("bijlighar.web.masters.urls")),
    path("desk/audit/", include("bijlighar.web.audit.urls")),
    path("desk/proposals/", include("bijlighar.web.proposals.urls")),
    path("desk/clients/", include("bijlighar.web.clients.urls")),
    path("desk/help/", include("bijlighar.web.help.urls")),
    path("api/", include("bijlighar.web.api.urls")),
    path("phones/", phones_views.phones, name="phones"),
    path("phones/live/", phones_views.phones_live, name="phones_live"),
    path("live/", live.town, name="live"),
    path("live/home/<int:connection_id>/", live.home, name="live_home"),
    path("", include("bijlighar.web.kyc.urls")),
    path("", include("bijlighar.web.use.urls")),
    path("", include("bijlighar.web.complaints.urls")),
    path("no-aadhaar/", aadhaar_guard.explained, name="no_aadhaar"),
    path("language/", public(language.choose), name="language"),
    path("demo/code/", desk_views.code, name="demo_code"),
    path("tour/<int:step>/", desk_views.tour, name="tour"),
    path("demo/clock/", clock_views.change, name="clock"),
    path("demo/clock/control/", clock_views.control, name="clock_control"),
    path("demo/clock/ribbon/", clock_views.ribbon, name="clock_ribbon"),
    path("demo/faults/", fault_views.change, name="faults"),
    path("gateways/<slug:gateway>/webhook/", public(webhooks.receive), name="webhook"),
    path("bundles/<slug:digest>/<str:name>", public(bundles.show), name="bundle"),
    path("healthz", public(health.healthz), name="healthz"),
]
