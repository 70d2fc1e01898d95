"""The door of `make setup`: it opens on any Python, if only to say that another is needed.

This one file keeps to what every Python since 2.7 can read; the work is in `setting_up/`.
"""

import sys

NEEDED = (3, 11)


def too_old_sentence(version, executable):
    """What to tell the owner of a Python that is too old; nothing if it is new enough."""
    if tuple(version[:2]) >= NEEDED:
        return ""
    found = ".".join(str(part) for part in version[:3])
    return (
        "Bijlighar needs Python 3.11 or newer, but " + executable + " is Python " + found
        + ": install a newer one, or name it, as in `make setup PYTHON=python3.12`."
    )  # fmt: skip


if __name__ == "__main__":
    sentence = too_old_sentence(sys.version_info, sys.executable or "python3")
    if sentence:
        sys.stderr.write(sentence + "\n")
        sys.exit(1)
    from setting_up.steps import main

    sys.exit(main(sys.argv[1:]))
