# SPDX-License-Identifier: LGPL-3.0-or-later
"""Words of the closed lists: Chinese as files spell them, English where the window is in English."""

import pytest

from gridplanner.model.kinds import ChangeKind, CommunityType, DedicatedKind, GridKind
from gridplanner.model.staffing import TEAM_TEMPLATES
from gridplanner.model.titles import word_title
from gridplanner.rules.presets import presets
from gridplanner.workspace.scene.rules import preset_source, preset_titles

WORDS = [
    *(str(word) for kind in (GridKind, DedicatedKind, ChangeKind, CommunityType) for word in kind),
    *sorted({role for team in TEAM_TEMPLATES.values() for role in team}),
]


@pytest.mark.parametrize("word", WORDS)
def test_a_word_is_read_in_both_languages(word, monkeypatch):
    monkeypatch.setenv("GRIDPLANNER_LANG", "zh_CN")
    assert word_title(word) == word
    monkeypatch.setenv("GRIDPLANNER_LANG", "en")
    assert word_title(word).isascii()


def test_joined_words_are_translated_one_by_one_and_the_users_own_stay(monkeypatch):
    monkeypatch.setenv("GRIDPLANNER_LANG", "en")
    assert word_title("专属·学校") == "dedicated·school"
    assert word_title("专属·兵营") == "dedicated·兵营"
    assert word_title("") == ""


@pytest.mark.parametrize("name", sorted(presets()))
def test_a_preset_is_named_in_both_languages(name, monkeypatch):
    monkeypatch.setenv("GRIDPLANNER_LANG", "zh_CN")
    assert preset_titles()[name] == presets()[name].name
    monkeypatch.setenv("GRIDPLANNER_LANG", "en")
    assert preset_titles()[name].isascii() and preset_source(name).isascii()
