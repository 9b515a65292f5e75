# SPDX-License-Identifier: LGPL-3.0-or-later
"""Presets of rules for the rules panel."""

from __future__ import annotations

from gridplanner.model.ruleset import RuleSet
from gridplanner.rules.presets import load_preset, presets
from gridplanner.texts import _


def preset_titles() -> dict[str, str]:
    """Return the presets with their titles."""
    return {name: preset.title() for name, preset in presets().items()}


def preset_rules(name: str) -> RuleSet:
    """Return the rules of a preset."""
    return load_preset(name)


def own_rule_names() -> tuple[str, ...]:
    """Return the rules that installed packages offer; none of them is imported."""
    from gridplanner.rules.own import offered  # packages are looked up, which takes a moment

    return offered()


def preset_source(name: str) -> str:
    """Return where the numbers of a preset come from, and how sure they are; "" for none."""
    preset = presets().get(name)
    if preset is None:
        return ""
    marks = {
        "A": _("official text"),
        "B": _("secondary source"),
        "C": _("from memory, no norm"),
        "D": _("derived, no norm"),
    }
    return _("Source: {source} ({mark})").format(
        source=preset.ground(), mark=marks.get(preset.mark, preset.mark)
    )
