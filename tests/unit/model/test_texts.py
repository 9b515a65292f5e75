# SPDX-License-Identifier: LGPL-3.0-or-later
"""The catalogues agree with each other, and a language can be chosen."""

import tomllib

import pytest

from gridplanner.texts import RESOURCES, _, language, ngettext, use_language


def test_no_text_has_two_translations() -> None:
    seen: dict[str, tuple[str, str]] = {}
    for path in sorted((RESOURCES / "i18n" / "zh_CN").glob("*.toml")):
        for key, value in tomllib.loads(path.read_text(encoding="utf-8")).items():
            first = seen.setdefault(key, (path.stem, value))
            assert first[1] == value, f"{key!r}: {first[0]} says {first[1]}, {path.stem} says {value}"


def test_language_is_chosen_for_this_process_and_its_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDPLANNER_LANG", "zh_CN")
    assert _("Reading layers") == "正在读取图层"
    use_language("en")
    assert _("Reading layers") == "Reading layers"
    assert ngettext("{n} row", "{n} rows", 2) == "{n} rows"
    use_language("xx")
    assert language() == "zh_CN"


def test_text_without_translation_stays_english() -> None:
    assert _("nobody ever translated this") == "nobody ever translated this"
