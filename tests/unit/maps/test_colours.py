# SPDX-License-Identifier: LGPL-3.0-or-later
import itertools
from dataclasses import replace

import numpy as np
import pytest

from gridplanner.errors import UserError
from gridplanner.maps.colouring import class_limits, classify, colour_neighbours
from gridplanner.maps.options import MapOptions
from gridplanner.maps.scene import Scene
from gridplanner.maps.style import load_style

# Dichromacy at full strength as linear RGB matrices (Machado, Oliveira and Fernandes, 2009).
SIGHT = {
    "normal": np.eye(3),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]
    ),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]]
    ),
}


def linear(colour):
    channel = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(channel <= 0.04045, channel / 12.92, ((channel + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    matrix = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.072175],
            [0.0193339, 0.119192, 0.9503041],
        ]
    )
    xyz = matrix @ np.clip(rgb, 0, 1) / np.array([0.95047, 1, 1.08883])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("sight", SIGHT)
def test_neighbouring_colours_can_be_told_apart(sight):
    palette = load_style().grids.palette
    seen = [lab(SIGHT[sight] @ linear(colour)) for colour in palette]
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) >= 8.0


@pytest.mark.parametrize("name", ["palette", "classes"])
def test_colours_differ_in_lightness_on_a_grey_print_and_carry_black_letters(name):
    lightness = sorted(lab(linear(colour))[0] for colour in getattr(load_style().grids, name))
    assert min(np.diff(lightness)) >= (2.0 if name == "palette" else 7.0)
    assert lightness[0] >= (65.0 if name == "palette" else 40.0)


def test_neighbours_differ_on_the_town(scene):
    for view in (scene.before, scene.after):
        for grid, near in enumerate(view.near):
            assert all(view.fills[grid] != view.fills[other] for other in near)


def test_a_full_clique_repeats_only_what_it_must():
    near = [set(range(7)) - {i} for i in range(7)]
    colours = colour_neighbours(near, 6)
    assert sorted(np.bincount(colours, minlength=6).tolist()) == [1, 1, 1, 1, 1, 2]
    assert colour_neighbours([], 6).tolist() == []


def test_classes_follow_the_band_of_the_rules():
    limits = class_limits(1000, 2000, np.array([5]))
    assert classify(np.array([999, 1000, 1333, 1334, 2000, 2001]), limits).tolist() == [0, 1, 1, 2, 3, 4]
    open_limits = class_limits(-np.inf, np.inf, np.arange(101))
    assert np.bincount(classify(np.arange(101), open_limits)).min() >= 19
    assert class_limits(-np.inf, np.inf, np.empty(0, np.int64)) == (0, 0, 0, 0)


def test_an_office_changes_only_what_it_names(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text('[text]\ncompiler = "示例区民政局"\n[grids]\nline_width = 1\n', encoding="utf-8")
    style = load_style(own)
    assert (style.text.compiler, style.grids.line_width) == ("示例区民政局", 1)
    assert style.ground == load_style().ground


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[grid]\nline = '#fff'", "grids"),
        ("[grids]\nlin = 1", "line"),
        ("[grids]\nline = 3", "line"),
        ("[", "own.toml"),
    ],
)
def test_a_wrong_style_is_refused_by_name(tmp_path, text, says):
    own = tmp_path / "own.toml"
    own.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=says):
        load_style(own)


def test_a_colour_of_its_own_wins(outcome):
    one, two, *rest = outcome.after.plan.grids
    grids = (replace(one, colour="#123456"), replace(two, colour="</script>"), *rest)
    plan = replace(outcome.after.plan, grids=grids)
    own = Scene.of(replace(outcome, after=replace(outcome.after, plan=plan)), MapOptions()).after.fills
    plain = Scene.of(outcome, MapOptions()).after.fills
    assert own[0] == "#123456" and own[1:] == plain[1:]
