"""What the source never does: run text as code, believe strangers, make up cryptography."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "bijlighar"
PRODUCT = sorted(
    path
    for path in SOURCE.rglob("*.py")
    if path.relative_to(SOURCE).parts[0] != "simulator"
)
TEMPLATES = sorted(SOURCE.rglob("*.html"))
SQL = sorted(SOURCE.rglob("*.sql"))

RUNS_TEXT = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "os.system",
    "os.popen",
    "yaml.load",
    "yaml.unsafe_load",
}
READS_ANYTHING = {"pickle", "marshal", "shelve", "dill", "xml", "lxml", "defusedxml"}
WRITES_XML = {"web/use/green_button.py"}
"""It makes files of ours, escaped by XMLGenerator, and reads none."""
RUNS_PROGRAMS = {"run", "kyc"}
"""Only the installer's side starts programs, with lists of words, never a shell; and kyc,
which reads strangers' PDFs in a process that can do no harm."""
FORMS_OF_OTHERS = {"kyc/_offline_qr.py": "PKCS1v15"}
"""What others sign with: it is checked here, never made."""
ASKS_OTHERS = {"payments", "notices", "run", "web/demo", "web/logins/demo_views.py"}
"""Where the product calls other systems by HTTP; the demo talks to the pretend town."""
TAKE_STATEMENTS = {"execute", "executemany", "raw", "RawSQL"}
PUT_TOGETHER_OF_OURS = {
    "masters/_exports.py": "a named statement inside a count",
    "people/_system.py": "the name of the desk's role",
    "people/service.py": "the name of the desk's role",
    "run/poll.py": "the name of a channel",
    "run/postgres.py": "the name of the database",
}
"""Statements of an f-string, of constants of ours only."""
FILLED_BY_US = {"complaints/sql/listed.sql", "proposals/sql/list.sql"}
"""The order of their rows, of a table of ours."""
KNOWS_CRYPTOGRAPHY = {
    "complaints/_media.py": "SHA-256 of a photo or voice note, to know it again",
    "dlms/security.py": "the meters' language: AES-GCM, by its standard",
    "dlms/suite1.py": "the meters' language: ECDH, ECDSA and key wrap, by its standard",
    "kernel/sealed.py": "AES-256-GCM around what lies encrypted in the database",
    "kyc/_offline_qr.py": "signatures of offline QR codes, by pinned certificates",
    "headend/association.py": "random challenges",
    "headend/_commission.py": "SHA-256 of a key file, to know it again",
    "headend/_key_files.py": "key files: AES-256-GCM, its key from a passphrase",
    "headend/_key_marks.py": "keyed marks of meters' keys, to find one that two share",
    "headend/_rotate.py": "new keys of meters, at random",
    "run/meter_line.py": "random challenges and system titles of a bench",
    "payments/gateways/pretend/gateway.py": "HMAC-SHA-256 of webhooks",
    "logins/_codes.py": "random codes, kept as Argon2id over a keyed HMAC",
    "logins/_sign_ins.py": "random keys of sign-ins, kept as SHA-256",
    "notices/_seal.py": "codes sealed until they are sent",
    "notices/channels/channel.py": "signatures of operators' receipts",
    "notices/channels/smpp/channel.py": "a TLS connection, certificates checked",
    "notices/channels/wire.py": "TLS connections, certificates checked",
    "notices/channels/web_push/encryption.py": "web push, by RFC 8291 and RFC 8292",
    "masters/service.py": "SHA-256 of a file, to know it again",
    "people/_answers.py": "SHA-256 of a request, to know it again",
    "people/_clients.py": "random secrets, SHA-256 of tokens",
    "people/_factors.py": "random keys of authenticator apps",
    "people/_invitations.py": "random codes, kept as SHA-256",
    "people/_sign_ins.py": "SHA-256 of a session's key",
    "people/audit_lines.py": "the audit trail's hashes and signed heads",
    "people/audit_proof.py": "checking the audit trail",
    "proposals/rules.py": "SHA-256 of what is proposed",
    "run/audit_commands.py": "a new key for the audit trail",
    "run/installation.py": "random secrets of an installation",
    "run/meter_key_commands.py": "a process's random number",
    "run/poll.py": "a process's random name",
    "tariffs/orders.py": "SHA-256 of a tariff order",
    "tariffs/series.py": "SHA-256 of a file of monthly surcharges",
    "run/vendor_folder.py": "SHA-256 of a vendor's file, to know it again",
    "web/api/vendors.py": "SHA-256 of a vendor's message, to know it again",
    "web/api/cursors.py": "SHA-256 of a question",
    "web/logins/cookies.py": "a browser's random name",
    "web/bundles.py": "SHA-256 as a file's name",
    "web/offline/worker.py": "SHA-256 of what a service worker keeps, its version",
}
CRYPTOGRAPHY = {"cryptography", "hashlib", "hmac", "secrets", "argon2", "ssl", "Crypto"}
FORBIDDEN = re.compile(
    r"\b(md5|sha1|MD5|SHA1|ECB|CBC|PKCS1v15|TripleDES|ARC4|Blowfish|RSA|DSA|"
    r"check_hostname|CERT_NONE|_create_unverified_context)\b|verify\s*=\s*False|"
    r"follow_redirects\s*=\s*True"
)


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def named(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def calls_of(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call))


def test_no_text_is_run_as_code_command_or_template():
    found = [
        f"{named(path)}:{call.lineno} {ast.unparse(call.func)}"
        for path in PRODUCT
        for call in calls_of(path)
        if ast.unparse(call.func) in RUNS_TEXT or "from_string" in ast.unparse(call.func)
    ]
    assert found == []
    makes_templates = re.compile(r"from django\.template import .*(Template|[Ee]ngine)")
    assert not [named(p) for p in PRODUCT if makes_templates.search(p.read_text())]


def test_nothing_is_read_that_could_become_any_object():
    found = {
        named(path): name
        for path in PRODUCT
        for name in imports_of(path)
        if name.split(".")[0] in READS_ANYTHING and named(path) not in WRITES_XML
    }
    assert found == {}


def test_only_the_installers_side_starts_programs_and_never_by_a_shell():
    starts = {
        path.relative_to(SOURCE).parts[0]
        for path in PRODUCT
        if "subprocess" in set(imports_of(path))
    }
    assert starts <= RUNS_PROGRAMS
    assert not [path for path in PRODUCT if "shell=True" in path.read_text()]


def test_patterns_are_written_by_us_and_never_put_together():
    found = [
        f"{named(path)}:{call.lineno}"
        for path in PRODUCT
        for call in calls_of(path)
        if ast.unparse(call.func).startswith("re.")
        and call.args
        and isinstance(call.args[0], ast.JoinedStr | ast.BinOp)
        and "re.escape" not in ast.unparse(call.args[0])
    ]
    assert found == []


def test_statements_take_values_as_parameters():
    """A statement may be put together of constants of ours only, never formatted late."""
    found = [
        f"{named(path)}:{call.lineno}"
        for path in PRODUCT
        if "migrations" not in path.parts
        for call in calls_of(path)
        if ast.unparse(call.func).split(".")[-1] in TAKE_STATEMENTS
        and call.args
        and (
            (isinstance(call.args[0], ast.BinOp) and isinstance(call.args[0].op, ast.Mod))
            or ".format(" in ast.unparse(call.args[0])
            or (
                isinstance(call.args[0], ast.JoinedStr)
                and named(path) not in PUT_TOGETHER_OF_OURS
            )
        )
    ]
    assert found == []
    filled = {named(path) for path in SQL if re.search(r"'%\(|\{\w+\}", path.read_text())}
    assert filled <= FILLED_BY_US


def test_only_the_clients_of_other_systems_call_them_and_check_their_certificates():
    asks = {named(path) for path in PRODUCT if "httpx" in set(imports_of(path))}
    assert all(name.startswith(tuple(ASKS_OTHERS)) for name in asks), asks
    other = {"urllib.request", "requests", "aiohttp", "http.client", "urllib3"}
    plain = {named(path) for path in PRODUCT if other & set(imports_of(path))}
    assert plain == {"notices/channels/wire.py"}, plain


def test_no_weak_algorithm_is_named_and_no_certificate_goes_unchecked():
    found = [
        f"{named(path)}:{number} {line.strip()}"
        for path in PRODUCT
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if FORBIDDEN.search(line.replace(FORMS_OF_OTHERS.get(named(path), "-"), ""))
    ]
    assert found == []


def test_cryptography_is_used_where_it_is_written_down_and_nowhere_else():
    found = {
        named(path)
        for path in PRODUCT
        if {name.split(".")[0] for name in imports_of(path)} & CRYPTOGRAPHY
    }
    assert found - KNOWS_CRYPTOGRAPHY.keys() == set()


def test_what_must_not_be_guessed_comes_from_the_systems_generator():
    found = {
        named(path)
        for path in PRODUCT
        if "random" in {name.split(".")[0] for name in imports_of(path)}
    }
    assert found == set()


def test_every_template_escapes():
    off = re.compile(r"\|\s*safe|autoescape\s+off|\|\s*safeseq")
    assert [named(path) for path in TEMPLATES if off.search(path.read_text())] == []


def test_markup_from_code_is_our_own():
    found = {named(path) for path in PRODUCT if "mark_safe" in path.read_text()}
    assert found <= {"web/staff/codes.py"}  # a drawing of squares


def test_passwords_and_codes_are_typed_into_forms_that_post():
    for path in TEMPLATES:
        for form in re.findall(r"<form\b(.*?)</form>", path.read_text(), re.DOTALL):
            typed = r"form\.(code|password|present|new|again)\b|type=.password"
            if path.parent.name == "staff" and re.search(typed, form):
                assert re.search(r'method="post"', form), named(path)
                assert "csrf_token" in form, named(path)


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_package_is_pinned_with_its_hashes(name):
    held = (ROOT / name).read_text().replace("\\\n", " ").splitlines()
    packages = [line for line in held if line.strip() and not line.startswith(("#", " "))]
    assert len(packages) > 20
    assert [one for one in packages if "==" not in one or "--hash=sha256:" not in one] == []


def test_every_npm_package_is_pinned_with_its_hash():
    held = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert [name for name, one in held.items() if name and "integrity" not in one] == []


def test_texts_with_gaps_are_constants_of_ours():
    """`.format` fills constants, and texts of ours that are named so; nothing typed."""
    of_ours = {
        "kernel/row_security.py: condition",
        "notices/rules.py: template.text",
        "notices/rules.py: catalogue()[kind, language].text",
        "payments/service.py: return_url",
        "bills/_words.py: text",
        "tariffs/wording.py: one if is_one else many",
    }
    found = {
        f"{named(path)}: {ast.unparse(call.func.value)}"
        for path in PRODUCT
        if "migrations" not in path.parts
        for call in calls_of(path)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in {"format", "format_map"}
        and not isinstance(call.func.value, ast.Constant)
        and not ast.unparse(call.func.value).isupper()
    }
    assert found - of_ours == set()


def test_the_releases_told_are_those_that_are_locked():
    locked = dict(
        re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / "requirements.lock").read_text(), re.M)
    )
    told = re.findall(
        r"^\| ([\w.-]+) \| ([\d.]+)[^|]* \|",
        (ROOT / "docs/reference/dependencies.md").read_text(),
        re.M,
    )
    compared = {
        name: (release, locked[name.lower()])
        for name, release in told
        if name.lower() in locked
    }
    assert len(compared) > 15
    assert {name: both for name, both in compared.items() if both[0] != both[1]} == {}


def test_every_dependency_is_named_with_licence_and_reason():
    told = (ROOT / "docs/reference/dependencies.md").read_text().lower()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named_there = [
        re.split(r"[\[<>=~! ]", one)[0].lower() for one in project["dependencies"]
    ]
    assert [name for name in named_there if name not in told] == []
