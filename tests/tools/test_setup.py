"""Setting up tells a person what is wrong in one sentence, and does nothing twice."""

from __future__ import annotations

import errno
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tools.setting_up import browser, npm_packages, progress, steps, troubles
from tools.setting_up.python_packages import Environment
from tools.setting_up.stamps import Stamps, key_of

from tools import setup

HERE = Path("/srv/bijlighar")
LOG = HERE / ".venv/setup.log"


def told(output: str) -> str:
    doing = "installing the Python packages"
    return str(troubles.of_output(output, doing=doing, folder=HERE, log=LOG))


def is_one_sentence(text: str) -> bool:
    return text.endswith(".") and "\n" not in text and not re.search(r"\. [A-Z]", text)


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 6, 15), (3, 10, 13)])
def test_an_old_python_is_told_which_one_is_needed(version: tuple[int, ...]) -> None:
    sentence = setup.too_old_sentence(version, "/usr/bin/python3")
    assert is_one_sentence(sentence)
    assert "Python 3.11 or newer" in sentence
    assert ".".join(map(str, version)) in sentence


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 13, 1), (4, 0, 0)])
def test_a_new_python_is_told_nothing(version: tuple[int, ...]) -> None:
    assert setup.too_old_sentence(version, "/usr/bin/python3") == ""


def test_the_door_keeps_to_words_that_old_pythons_read() -> None:
    text = Path(setup.__file__).read_text()
    assert text.isascii()
    assert not re.search(r"\bf\"|->|:=|^from __future__", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("output", "part"),
    [
        ("ERROR: [Errno 28] No space left on device", "The disk is full"),
        ("npm error code ENOSPC", "The disk is full"),
        ("NewConnectionError('Connection refused')", "The network does not answer"),
        ("npm error code EAI_AGAIN", "The network does not answer"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "not the one that the lock file names"),
        ("OSError: [Errno 30] Read-only file system: 'x'", "cannot be written to"),
        ("ERROR: No matching distribution found for x", "no ready-made build"),
        ("something else", "failed: the last lines are above"),
    ],
)
def test_a_failed_program_is_told_in_one_sentence(output: str, part: str) -> None:
    assert part in told(output)
    assert is_one_sentence(told(output))


@pytest.mark.parametrize(
    ("number", "part"),
    [
        (errno.ENOSPC, "The disk is full"),
        (errno.EDQUOT, "The disk is full"),
        (errno.EROFS, "cannot be written to"),
        (errno.EACCES, "cannot be written to"),
    ],
)
def test_a_failed_write_is_told_in_one_sentence(number: int, part: str) -> None:
    sentence = str(troubles.of_os_error(OSError(number, "no"), folder=HERE))
    assert part in sentence
    assert is_one_sentence(sentence)


def test_main_ends_with_the_sentence_and_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(steps, "set_up", full)
    assert steps.main([]) == 1
    assert capsys.readouterr().err.startswith("The disk is full")


def test_a_python_without_venv_and_pip_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(troubles.Trouble, match="apt-get install python3-venv"):
        Environment(tmp_path).make()


def test_a_failing_program_leaves_its_words_in_the_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    words = "import sys; print('ENOSPC: no room'); sys.exit(3)"
    with pytest.raises(troubles.Trouble, match="The disk is full"):
        progress.run([sys.executable, "-c", words], doing="x", folder=tmp_path, log=log)
    assert log.read_text() == "ENOSPC: no room\n"


def test_a_step_is_done_once_for_the_same_inputs(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("django==5.2.19")
    stamps = Stamps(tmp_path / "stamps.json")
    stamps.put(packages=key_of([lock], "3.11.7"))
    again = Stamps(tmp_path / "stamps.json")
    assert again.has("packages", key_of([lock], "3.11.7"))
    assert not again.has("packages", key_of([lock], "3.12.1"))
    lock.write_text("django==5.2.20")
    assert not again.has("packages", key_of([lock], "3.11.7"))


def test_a_broken_stamp_file_means_that_nothing_is_done(tmp_path: Path) -> None:
    (tmp_path / "stamps.json").write_text("{half")
    assert not Stamps(tmp_path / "stamps.json").has("packages", "x")


@pytest.mark.parametrize(
    ("said", "major"), [("11.19.1\n", 11), ("9.0.0", 9), ("", 0), ("v?", 0)]
)
def test_npm_is_asked_its_version(said: str, major: int) -> None:
    assert npm_packages.major_of(said) == major


def test_make_help_names_every_command() -> None:
    done = subprocess.run(
        ["make", "help"], cwd=steps.ROOT, capture_output=True, text=True, check=True
    )
    for command in ("run", "test", "setup", "check", "bench", "clean", "help"):
        assert f"make {command} " in done.stdout


def test_only_the_benchmarks_install_what_they_compare_with() -> None:
    makefile = (steps.ROOT / "Makefile").read_text()
    assert re.findall(r"^(\w+):.*\n\t\$\(SETUP\).*--bench", makefile, re.M) == ["bench"]


def test_without_rights_the_browser_is_asked_for_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(browser, "missing", lambda: ["chromium"])
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    browser.install(Environment(tmp_path))
    assert capsys.readouterr().out == (
        "  Browser tests will be skipped; to run them, "
        "first do `apt-get install chromium` as root.\n"
    )
