"""The steps of `make setup`, in order; each is skipped while its inputs stay the same."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from . import browser, npm_packages, progress, troubles
from .python_packages import Environment
from .stamps import Stamps, key_of

ROOT = Path(__file__).resolve().parent.parent.parent
RUNTIME_LOCK = "requirements.lock"
DEV_LOCK = "requirements-dev.lock"
BENCH_LOCK = "requirements-bench.lock"
PEERS_LOCK = "requirements-peers.lock"


def main(arguments: Sequence[str]) -> int:
    """Set everything up; 0 when it is, 1 after one sentence about why it is not."""
    parser = argparse.ArgumentParser(prog="make setup", description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also what the tests need")
    parser.add_argument(
        "--bench", action="store_true", help="also what benchmarks compare with"
    )
    parser.add_argument(
        "--browser", action="store_true", help="also Chromium, where apt is"
    )
    chosen = parser.parse_args(arguments)
    try:
        set_up(ROOT, dev=chosen.dev, with_bench=chosen.bench, with_browser=chosen.browser)
    except troubles.Trouble as trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"{troubles.of_os_error(error, folder=ROOT)}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped; `make setup` goes on from here.\n")
        return 130
    return 0


def set_up(root: Path, *, dev: bool, with_bench: bool, with_browser: bool) -> None:
    """Do each step that is due, and say at the end how long they took together."""
    began = time.monotonic()
    environment = Environment(root)
    did = [
        _make_environment(environment),
        _install_packages(environment, dev=dev),
        _install_project(environment),
        _install_assets(environment, dev=dev),
        _cut_fonts(environment),
        _compile_translations(environment),
    ]
    if dev:
        did.append(_install_peers(environment))
    if with_bench:
        did.append(_install_bench(environment))
    if with_browser:
        browser.install(environment)
    if any(did):
        progress.say(f"Bijlighar is set up ({time.monotonic() - began:.0f} s).")


def _stamps(environment: Environment) -> Stamps:
    return Stamps(environment.folder / "setup-stamps.json")


def _make_environment(environment: Environment) -> bool:
    key = key_of([], _version(), str(environment.root))
    if _stamps(environment).has("environment", key) and environment.python.exists():
        return False
    progress.say("Setting up Bijlighar:")
    with progress.step(f"Python {_version()} environment in .venv"):
        if not (environment.works() and (environment.folder / "bin" / "pip").exists()):
            environment.make()
        _stamps(environment).put(environment=key)
    return True


def _install_packages(environment: Environment, *, dev: bool) -> bool:
    """Install a lock; the development lock repeats the runtime lock and stands for both."""
    keys = {
        lock: key_of([environment.root / lock], _version())
        for lock in (RUNTIME_LOCK, DEV_LOCK)
    }
    wanted = DEV_LOCK if dev else RUNTIME_LOCK
    stamps = _stamps(environment)
    if stamps.has(wanted, keys[wanted]):
        return False
    with progress.step(f"Python packages of {wanted}"):
        stamps.drop(RUNTIME_LOCK, DEV_LOCK)
        environment.install(wanted)
        stamps.put(**(keys if dev else {RUNTIME_LOCK: keys[RUNTIME_LOCK]}))
    return True


def _install_bench(environment: Environment) -> bool:
    """Install the big wheels of the benchmarks beside the rest, which they leave alone."""
    key = key_of([environment.root / BENCH_LOCK], _version())
    stamps = _stamps(environment)
    if stamps.has(BENCH_LOCK, key):
        return False
    with progress.step(f"Python packages of {BENCH_LOCK}"):
        environment.install(BENCH_LOCK)
        stamps.put(**{BENCH_LOCK: key})
    return True


def _install_peers(environment: Environment) -> bool:
    """Meters and head-ends of others, for the tests of interoperation.

    They are GPL and live in an environment of their own, `.venv/peers`: nothing of ours can
    import them, they run as programs of their own.
    """
    peers = Environment(environment.root, environment.folder / "peers")
    key = key_of([environment.root / PEERS_LOCK], _version())
    stamps = _stamps(environment)
    if stamps.has(PEERS_LOCK, key) and peers.python.exists():
        return False
    with progress.step(f"Python packages of {PEERS_LOCK}"):
        if not peers.works():
            peers.make()
        peers.install(PEERS_LOCK)
        stamps.put(**{PEERS_LOCK: key})
    return True


def _install_project(environment: Environment) -> bool:
    key = key_of([environment.root / "pyproject.toml"], _version())
    stamps = _stamps(environment)
    if stamps.has("project", key) and (environment.folder / "bin" / "bijlighar").exists():
        return False
    with progress.step("bijlighar command"):
        environment.install_project()
        stamps.put(project=key)
    return True


def _install_assets(environment: Environment, *, dev: bool) -> bool:
    """Install npm's packages; what tests need along with them stands for both."""
    root = environment.root
    key = key_of([root / "package.json", root / "package-lock.json"])
    stamps = _stamps(environment)
    is_held = stamps.has("dev-assets", key) or (not dev and stamps.has("assets", key))
    if is_held and npm_packages.are_there(root):
        return False
    with progress.step("npm packages"):
        stamps.drop("assets", "dev-assets")
        npm_packages.install(environment, dev=dev)
        stamps.put(**({"assets": key, "dev-assets": key} if dev else {"assets": key}))
    return True


def _cut_fonts(environment: Environment) -> bool:
    """Make fonts from npm's; npm's next visit removes them with the rest of its folder."""
    tool = environment.root / "tools" / "fonts.py"
    key = key_of([environment.root / "package-lock.json", tool])
    stamps = _stamps(environment)
    if stamps.has("fonts", key) and npm_packages.fonts_are_cut(environment.root):
        return False
    with progress.step("fonts for Hindi and English"):
        progress.run(
            [environment.python, tool],
            doing="making the fonts",
            folder=environment.root,
            log=environment.log,
        )
        stamps.put(fonts=key)
    return True


def _compile_translations(environment: Environment) -> bool:
    sources = sorted(
        (environment.root / "src").glob("bijlighar/**/locale/*/LC_MESSAGES/*.po")
    )
    key = key_of(sources)
    stamps = _stamps(environment)
    compiled = all(source.with_suffix(".mo").exists() for source in sources)
    if stamps.has("translations", key) and compiled:
        return False
    with progress.step("translations"):
        progress.run(
            [environment.python, environment.root / "tools" / "messages.py", "compile"],
            doing="compiling the translations",
            folder=environment.root,
            log=environment.log,
        )
        stamps.put(translations=key)
    return True


def _version() -> str:
    return ".".join(str(part) for part in sys.version_info[:3])
