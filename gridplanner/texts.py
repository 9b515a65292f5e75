# SPDX-License-Identifier: LGPL-3.0-or-later
"""User texts: English in the source, Chinese from `resources/i18n/zh_CN/*.toml`.

The catalogues are TOML tables `"English text" = "中文"`, one file per package:
a planner can read and mend them with a text editor, nothing is compiled, and the
standard library reads them. Chinese has no plural forms, so `ngettext` looks up
the singular. The window, the command line, the maps and the tables all ask here.
"""

from __future__ import annotations

import os
import tomllib
from functools import cache
from pathlib import Path

RESOURCES = Path(__file__).resolve().parent.parent / "resources"
LANGUAGES = ("zh_CN", "en")
_LANGUAGE_VARIABLE = "GRIDPLANNER_LANG"


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return the texts of a language, English to translated; empty for English."""
    texts: dict[str, str] = {}
    for path in sorted((RESOURCES / "i18n" / language).glob("*.toml")):
        texts.update(tomllib.loads(path.read_text(encoding="utf-8")))
    return texts


def language() -> str:
    """Return the language in use: `zh_CN` unless the user chose `en`."""
    chosen = os.environ.get(_LANGUAGE_VARIABLE, LANGUAGES[0])
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


def use_language(code: str) -> None:
    """Choose the language for this process and for every worker it starts.

    It lives in the environment because worker processes inherit that and nothing else.
    """
    os.environ[_LANGUAGE_VARIABLE] = code


def _(text: str) -> str:
    """Return `text` in the language in use; the English itself where there is none."""
    return catalogue(language()).get(text, text)


def ngettext(singular: str, plural: str, n: int) -> str:
    """Return the form of a countable text that fits `n` in the language in use."""
    if language() == "en":
        return singular if n == 1 else plural
    return _(singular)
