# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the web map hands to scripts is data: it ends no element and is no template."""

from __future__ import annotations

import json

import pytest

from gridplanner.maps.web import script_json


@pytest.mark.parametrize(
    "text", ["{{ 7 * 7 }}", "{{{x", "{% raw %}", "{#x", "</script>", "<!--", "a\u2028b", "}}"]
)
def test_names_stay_names(text: str) -> None:
    written = script_json({text: {"a": [text]}})
    assert json.loads(written) == {text: {"a": [text]}}
    assert not any(mark in written for mark in ("{{", "{%", "{#", "<", ">", "\u2028"))
