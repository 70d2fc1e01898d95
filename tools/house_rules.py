"""The house rules that neither ruff nor import-linter can see.

Each rule is a pattern in lines of some files, with `good` and `bad` lines that a test runs
and a sentence that says what to do instead. A file as a whole is judged by its name and its
length. Run alone it prints `file:line: rule: what to do`, and fails if it prints anything.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACES = ("src", "tests", "tools", "benchmarks", "docs", "deploy", ".ci")
LOOSE = ("*.md", "*.toml", "*.lock", "*.json", "Makefile", ".npmrc")
SUFFIXES = {
    ".py",
    ".sql",
    ".html",
    ".css",
    ".js",
    ".md",
    ".toml",
    ".yaml",
    ".json",
    ".lock",
}
IGNORED = {"node_modules", "__pycache__", ".venv", "static-collected", "bijlighar.egg-info"}
OWN_FILES = ("tools/house_rules.py", "tests/tools/test_house_rules.py")
LONGEST_FILE = 500
FORBIDDEN_STEMS = {"utils", "helpers", "common", "misc", "base", "manager"}

MONEY_PLACES = tuple(
    f"src/bijlighar/{name}/*.py"
    for name in ("readings", "charges", "ledger", "tariffs", "payments", "supply")
)
STATES_AND_DISCOMS = (
    "uttar pradesh|bihar|madhya pradesh|rajasthan|haryana|uttarakhand|jharkhand|delhi|"
    "uppcl|puvvnl|pvvnl|mvvnl|dvvnl|kesco|npcl|nbpdcl|sbpdcl|mppkvvcl"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A pattern that no line of some files may hold."""

    name: str
    pattern: re.Pattern[str]
    instead: str
    good: tuple[str, ...]
    bad: tuple[str, ...]
    files: tuple[str, ...] = ("src/*.py",)
    except_files: tuple[str, ...] = field(default=())

    def looks_at(self, path: str) -> bool:
        """Whether this rule holds in the file at this path."""
        return any(fnmatch(path, wanted) for wanted in self.files) and not any(
            fnmatch(path, spared) for spared in self.except_files
        )

    def is_broken_by(self, line: str) -> bool:
        """Whether this line is what the rule forbids."""
        return self.pattern.search(line) is not None


RULES = (
    Rule(
        name="no apps.get_model",
        pattern=re.compile(r"\bapps\.get_model\("),
        instead="call the domain's service; only migrations look models up by name",
        except_files=("*/migrations/*",),
        good=("account = ledger.account_of(connection_id=7)",),
        bad=('Entry = apps.get_model("ledger", "Entry")',),
    ),
    Rule(
        name="no signals",
        pattern=re.compile(
            r"django\.(dispatch|db\.models\.signals)|\b(pre|post)_(save|delete|init)\b|"
            r"\bm2m_changed\b|\.connect\(\s*sender="
        ),
        instead="write what happens next as a call in flow/",
        good=(
            "take_payment(order_id=order_id, now=now)",
            "connection.connect(sender_host)",
        ),
        bad=(
            "from django.dispatch import receiver",
            "from django.db.models.signals import post_save",
            "post_save.connect(sender=Entry)",
        ),
    ),
    Rule(
        name="sentences are marked by a known name",
        pattern=re.compile(r"import \w*gettext\w* as (?!_$|_\b)"),
        instead="call it by its own name or _: another name is not collected for Hindi",
        good=(
            "from django.utils.translation import gettext as _",
            "from django.utils.translation import gettext_lazy",
        ),
        bad=("from django.utils.translation import gettext_lazy as lazy",),
    ),
    Rule(
        name="no save() override",
        pattern=re.compile(r"^\s+def (save|delete)\(self\b"),
        instead="let the service's verb write, and a constraint or trigger refuse",
        files=("src/*/models.py", "src/*/models/*.py"),
        good=("    def __str__(self) -> str:",),
        bad=("    def save(self, *args, **kwargs):", "    def delete(self):"),
    ),
    Rule(
        name="no float for money or energy",
        pattern=re.compile(
            r"\bFloatField\b|\bpl\.Float(32|64)\b|\bnp\.float(32|64)\b|\bfloat\(|"
            r"\bdouble precision\b"
        ),
        instead="use integer paise, Wh or W, and Decimal from strings for printed rates",
        files=MONEY_PLACES,
        good=("amount_paise = models.BigIntegerField()", "energy_wh: pl.Int64,"),
        bad=(
            "amount = models.FloatField()",
            "frame.cast(pl.Float64)",
            'rate = float("4.27")',
        ),
    ),
    Rule(
        name="no float column",
        pattern=re.compile(r"\bFloatField\b|\bdouble precision\b", re.IGNORECASE),
        instead="use an integer column in the smallest unit, or numeric",
        files=("src/*.py", "src/*.sql"),
        good=("energy_wh bigint not null",),
        bad=("    load = models.FloatField()", "energy double precision"),
    ),
    Rule(
        name="only the clock asks the time",
        pattern=re.compile(
            r"\bdatetime\.(now|utcnow|today)\(|\bdate\.today\(|\btimezone\.now\b|"
            r"\btime\.(time|time_ns|localtime|gmtime)\(|\blocalnow\("
        ),
        instead="take `now` as an argument; at the edge call bijlighar.clock",
        except_files=("src/bijlighar/clock/*",),
        good=("now = clock.now()", "began = time.monotonic()", "recorded_at=now,"),
        bad=(
            "now = datetime.now(UTC)",
            "created_at = models.DateTimeField(default=timezone.now)",
            "began = time.time()",
            "day = date.today()",
        ),
    ),
    Rule(
        name="the database does not ask the time",
        pattern=re.compile(
            r"\bauto_now(_add)?\s*=\s*True|\bcurrent_(timestamp|date)\b|\bnow\(\)",
            re.IGNORECASE,
        ),
        instead="give the statement `now` as a parameter (for claims: clock_timestamp())",
        files=("src/*.sql", "src/*/models.py"),
        good=(
            "where recorded_at <= %(now)s",
            "claim_ends_at < clock_timestamp()",
            "recorded_at = models.DateTimeField()",
        ),
        bad=("set recorded_at = now()", "at = models.DateTimeField(auto_now_add=True)"),
    ),
    Rule(
        name="no noqa for size",
        pattern=re.compile(
            r"#\s*noqa:.*\b(C901|PLR09\d\d)|#\s*ruff: noqa(?!:)|#\s*noqa\s*$"
        ),
        instead="split the function; decisions in the parent, loops in leaves",
        files=("*.py",),
        good=("import x  # noqa: F401",),
        bad=(
            "def rate(a, b):  # noqa: C901",
            "def rate(a):  # noqa: PLR0915",
            "x = 1  # noqa",
        ),
    ),
    Rule(
        name="no bare type: ignore",
        pattern=re.compile(r"#\s*type:\s*ignore(?!\[)"),
        instead="name the error, as in `type: ignore[attr-defined]`, and say why",
        files=("*.py",),
        good=("x = y.z  # type: ignore[attr-defined]",),
        bad=("x = y.z  # type: ignore",),
    ),
    Rule(
        name="no state or discom in a condition",
        pattern=re.compile(
            rf"""(\bif\b|\belif\b|\bcase\b|\bwhile\b|\band\b|\bor\b|[=!]=|\bin\b)"""
            rf"""[^#]*["']((?i:{STATES_AND_DISCOMS})|UP|MP|BR)["']"""
        ),
        instead="make the difference a dated line in the policy or tariff file",
        except_files=("src/bijlighar/simulator/*", "src/bijlighar/*/migrations/*"),
        good=(
            "if policy.grace_days > 0:",
            'discom: str = "UPPCL"',
            'if health == "up":',
        ),
        bad=(
            'if discom == "UPPCL":',
            "    elif state in ('Bihar', 'MP'):",
            'if "UP" == connection.state:',
        ),
    ),
    Rule(
        name="no Aadhaar number",
        pattern=re.compile(r"\baadhaar\w*\s*[:=](?!=)|[\"']aadhaar\w*[\"']", re.IGNORECASE),
        instead="ask for another document; Aadhaar numbers are never collected or stored",
        files=("src/*.py", "src/*.sql", "src/*.html", "src/*.js"),
        good=("# Aadhaar numbers are never asked for.",),
        bad=(
            "aadhaar = models.CharField(max_length=12)",
            "    aadhaar_number: str",
            '<input name="aadhaar_no">',
        ),
    ),
    Rule(
        name="no unbounded query in a task",
        pattern=re.compile(r"\.objects\.all\(\)|\.all\(\)"),
        instead="take a batch with a named limit, in id order",
        files=("src/*/tasks.py", "src/bijlighar/flow/*.py"),
        good=("due = supply.due_for_review(limit=BATCH)",),
        bad=("for account in Account.objects.all():",),
    ),
    Rule(
        name="no deferring after commit",
        pattern=re.compile(r"on_commit\(.*\b(defer|configure)\b"),
        instead="defer inside the transaction: the job commits with it",
        good=("send_notice.defer(notice_id=notice.id)",),
        bad=("transaction.on_commit(lambda: send_notice.defer(notice_id=1))",),
    ),
    Rule(
        name="no cascade into history",
        pattern=re.compile(r"\bon_delete=models\.CASCADE\b|\bon delete cascade\b", re.I),
        instead="use PROTECT: history outlives what it speaks of",
        files=("src/*.py", "src/*.sql"),
        good=('models.ForeignKey("ledger.Entry", on_delete=models.PROTECT)',),
        bad=("on_delete=models.CASCADE,",),
    ),
    Rule(
        name="no inline script or style",
        pattern=re.compile(
            r"\bstyle\s*=\s*[\"']|\son(click|change|submit|load|input)\s*=|<style\b"
        ),
        instead="use a class, or a listener in a module: the page's CSP forbids the rest",
        files=("src/*.html",),
        good=('<button class="recharge" hx-post="/recharge">',),
        bad=('<p style="color: red">', '<button onclick="pay()">'),
    ),
    Rule(
        name="no mark_safe",
        pattern=re.compile(r"\bmark_safe\b|\|\s*safe\b"),
        instead="let the template escape; build markup with format_html",
        files=("src/*.py", "src/*.html"),
        good=("format_html('<b>{}</b>', name)",),
        bad=("mark_safe(name)", "{{ name|safe }}"),
    ),
    Rule(
        name="locks name packages, not places",
        pattern=re.compile(
            r"^[^#\"]*https?://|\"resolved\":|\bindex-url\b|\bfind-links\b|^registry\s*="
        ),
        instead="write the lock again with `make lock`",
        files=("*.lock", "package-lock.json", ".npmrc"),
        good=("django==5.2.19 \\", '"integrity": "sha512-…"'),
        bad=("--index-url https://example.org", '"resolved": "https://example.org/x.tgz"'),
    ),
)


def faults_in(path: str, text: str) -> Iterator[str]:
    """Each fault of one file, told as `file:line: rule: what to do`."""
    yield from _faults_of_name(path)
    lines = text.splitlines()
    if path.endswith(".py") and len(lines) > LONGEST_FILE:
        yield f"{path}:{len(lines)}: file over {LONGEST_FILE} lines: split it by its ideas"
    if path in OWN_FILES:
        return
    rules = [rule for rule in RULES if rule.looks_at(path)]
    for number, line in enumerate(lines, start=1):
        for rule in rules:
            if rule.is_broken_by(line):
                yield f"{path}:{number}: {rule.name}: {rule.instead}"


def _faults_of_name(path: str) -> Iterator[str]:
    parts = Path(path)
    if parts.suffix == ".py" and parts.stem in FORBIDDEN_STEMS:
        yield f"{path}:1: file name `{parts.stem}`: name it after what it knows"
    if parts.parent.name == "migrations" and re.match(r"\d+_(auto_|merge_)", parts.name):
        yield f"{path}:1: migration name: say what it does, and keep migrations in one line"


def files(root: Path) -> Iterator[Path]:
    """The files that the rules speak of."""
    for pattern in LOOSE:
        yield from sorted(root.glob(pattern))
    for place in PLACES:
        for path in sorted((root / place).rglob("*")):
            if path.is_file() and path.suffix in SUFFIXES and not IGNORED & set(path.parts):
                yield path


def main() -> int:
    faults = [
        fault
        for path in files(ROOT)
        for fault in faults_in(
            path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
        )
    ]
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
