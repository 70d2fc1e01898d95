"""On a server of one's own the tables' owner is no superuser, and all holds the same."""

from __future__ import annotations

import os
import subprocess
import sys
from urllib.parse import quote

import psycopg
import pytest
from django.conf import settings

OWNER = "bijlighar_ordinary_owner"
OPEN_DISCOM = """
insert into grid_node (code, kind, profile, opened_on)
values ('NDVN', 'discom', 'up', date '2020-04-01')
"""


@pytest.fixture
def server(django_db_setup):
    held = settings.DATABASES["default"]
    with psycopg.connect(
        host=held["HOST"], user=held["USER"], dbname="postgres", autocommit=True
    ) as opened:
        yield opened


@pytest.fixture
def url(server):
    name = f"{OWNER}_{os.getpid()}"
    server.execute(f"create role {name} login createrole nosuperuser")
    server.execute(f"create database {name} owner {name}")
    host = quote(settings.DATABASES["default"]["HOST"], safe="/")
    yield f"postgresql://{name}@/{name}?host={host}"
    server.execute(f"drop database {name} with (force)")
    server.execute(f"drop owned by {name}")
    server.execute(f"drop role {name}")


def migrate(url):
    return subprocess.run(
        [sys.executable, "-m", "bijlighar.run.cli", "migrate"],
        env={**os.environ, "DATABASE_URL": url, "BIJLIGHAR_DEMO": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_who_may_not_grant_the_desks_role_is_told_what_to_do(url):
    done = migrate(url)
    assert done.returncode == 1
    assert 'let a superuser say "grant bijlighar_desk to' in done.stderr


def test_an_owner_who_is_no_superuser_migrates_writes_and_puts_the_limit_on(server, url):
    server.execute(f"grant bijlighar_desk to {url.split('@')[0].split('/')[-1]}")
    done = migrate(url)
    assert done.returncode == 0, done.stderr
    with psycopg.connect(url) as owner:
        owner.execute(OPEN_DISCOM)
        assert owner.execute("select count(*) from grid_node").fetchone() == (1,)
        owner.execute("set local role bijlighar_desk")
        assert owner.execute("select count(*) from grid_node").fetchone() == (0,)
