"""What every test may use: a committed database that is empty again afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog
from django.db import connection, connections
from django.test.utils import setup_databases, teardown_databases
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

EMPTY = """
do $$
declare
    one record;
    is_used boolean;
begin
    set local session_replication_role = replica;
    for one in
        select format('%I.%I', schemaname, tablename) as name from pg_tables
        where schemaname = 'public' and tablename <> 'django_migrations'
    loop
        execute 'select exists (select from ' || one.name || ')' into is_used;
        if is_used then
            execute 'delete from ' || one.name;
        end if;
    end loop;
    for one in
        select format('%I.%I', schemaname, sequencename) as name from pg_sequences
        where schemaname = 'public' and last_value is not null
    loop
        execute 'alter sequence ' || one.name || ' restart';
    end loop;
end $$
"""


class ByWhatTheyShare(LoadScopeScheduling):
    """Tests of a file that share what is dear to set up go to one worker; others singly.

    Such files start first, and the many single tests fill up. (xdist's own groups, by a
    mark, do not reach the scheduler under this pytest.)
    """

    def __init__(self, config: pytest.Config, log: Producer | None = None) -> None:
        super().__init__(config, log)
        self.sharing = {
            file.relative_to(config.rootpath).as_posix()
            for file in config.rootpath.glob("tests/**/test_*.py")
            if 'scope="module"' in file.read_text(encoding="utf-8")
        }

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if file in self.sharing else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByWhatTheyShare:
    """How `-n` shares the tests out between its workers."""
    return ByWhatTheyShare(config, log)


@pytest.fixture(autouse=True)
def usual_logs() -> None:
    """Whatever another test's command set up for its logs, its level too, is over."""
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker
) -> Iterator[None]:
    """One migrated database a worker, whatever marks its tests carry."""
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False)
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """The database as processes see it: commits are real, other threads see them.

    Append-only tables refuse to be emptied; a superuser may switch their triggers off.
    Most tests fill a few tables of a hundred: only those are emptied, by rows, which takes
    a tenth of the time that truncating all takes.
    """
    with django_db_blocker.unblock():
        yield
        with connection.cursor() as cursor:
            cursor.execute(EMPTY)
        connections.close_all()
