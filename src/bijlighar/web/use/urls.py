"""A consumer's use, budget and files: the addresses."""

from __future__ import annotations

from datetime import date

from django.urls import URLPattern, path, register_converter

from bijlighar.web.use import budget, files, views

USE = "home/<slug:consumer_number>/use"


class UseMonth:
    """A month of this century: `2026-04`; its first day."""

    regex = r"20\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        """The first day; no page where there is no such month."""
        return date.fromisoformat(f"{value}-01")

    def to_url(self, value: date) -> str:
        """As it is written in addresses."""
        return f"{value:%Y-%m}"


class UseYear:
    """A year of this century."""

    regex = r"20\d{2}"

    def to_python(self, value: str) -> int:
        """The number."""
        return int(value)

    def to_url(self, value: int) -> str:
        """As it is written in addresses."""
        return str(value)


register_converter(UseMonth, "use_month")
register_converter(UseYear, "use_year")

urlpatterns: list[URLPattern] = [
    path(f"{USE}/", views.latest, name="use"),
    path(f"{USE}/days/<day:day>/", views.one_day, name="use_day"),
    path(f"{USE}/months/<use_month:use_month>/", views.one_month, name="use_month"),
    path(f"{USE}/years/<use_year:year>/", views.one_year, name="use_year"),
    path(f"{USE}/budget/", budget.page, name="use_budget"),
    path(f"{USE}/files/", files.page, name="use_files"),
    path(f"{USE}/files/<slug:file>/", files.download, name="use_file"),
]
