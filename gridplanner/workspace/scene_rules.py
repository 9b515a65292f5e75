# SPDX-License-Identifier: LGPL-3.0-or-later
"""Presets of rules for the rules panel."""

from __future__ import annotations

from gridplanner.model.ruleset import RuleSet
from gridplanner.rules.presets import load_preset, presets


def preset_titles() -> dict[str, str]:
    """Return the presets with their titles."""
    return {name: preset.name for name, preset in presets().items()}


def preset_rules(name: str) -> RuleSet:
    """Return the rules of a preset."""
    return load_preset(name)
