# SPDX-License-Identifier: LGPL-3.0-or-later
"""Bad input ends with code 2, one sentence, and nothing under the final name."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyogrio
import pytest

from tests.workflow.conftest import ROOT, run_program

SAMPLE = ROOT / "sample_shapefiles"
Change = Callable[[Path], None]


def edit(old: str, new: str) -> Change:
    """Return a change of the configuration's text."""

    def change(folder: Path) -> None:
        path = folder / "config.toml"
        text = path.read_text(encoding="utf-8")
        assert old in text, old
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def swap_layers(folder: Path) -> None:
    text = (folder / "config.toml").read_text(encoding="utf-8")
    text = text.replace('"communities.shp"', '"@"').replace('"buildings.shp"', '"communities.shp"')
    (folder / "config.toml").write_text(text.replace('"@"', '"buildings.shp"'), encoding="utf-8")


def rewrite(name: str, how: Callable[..., object]) -> Change:
    """Return a change of one layer's rows."""

    def change(folder: Path) -> None:
        frame = pyogrio.read_dataframe(folder / name, encoding="utf-8")
        if frame.crs is None:
            frame = frame.set_crs("EPSG:4545")
        for old in folder.glob(f"{Path(name).stem}.*"):
            old.unlink()
        pyogrio.write_dataframe(how(frame), folder / name)

    return change


def people_of(value: str) -> Change:
    """Return a change that replaces the people table by one with a bad number."""

    def change(folder: Path) -> None:
        codes = pyogrio.read_dataframe(folder / "buildings.shp", encoding="utf-8")["JZWBM"][:3]
        lines = [
            "楼栋编码,户数,人数",
            *(f"{code},1,{value if i == 1 else 3}" for i, code in enumerate(codes)),
        ]
        (folder / "people.csv").write_text("\n".join(lines), encoding="utf-8-sig")
        edit('"people.xlsx"', '"people.csv"')(folder)

    return change


def degrees_without_prj(folder: Path) -> None:
    rewrite("communities.shp", lambda frame: frame.to_crs("EPSG:4490"))(folder)
    (folder / "communities.prj").unlink()


CASES: dict[str, Change] = {
    "missing file": edit('"communities.shp"', '"nowhere.shp"'),
    "unknown key": edit("[plan]", "[plan]\ntotl = 3"),
    "not TOML": edit("[plan]", "[plan"),
    "impossible total": edit("total = 288", "total = -3"),
    "unknown preset": edit('preset = "bazhou"', 'preset = "bazhuo"'),
    "two layers swapped": swap_layers,
    "wrong field name": edit('name = "SQMC"', 'name = "SQMCC"'),
    "negative people": people_of("-5"),
    "people that are no number": people_of("很多"),
    "degrees without .prj": degrees_without_prj,
    "empty layer": rewrite("communities.shp", lambda frame: frame.iloc[:0]),
    "layers that do not meet": rewrite(
        "communities.shp", lambda frame: frame.set_geometry(frame.geometry.translate(500_000, 500_000))
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_one_sentence_and_code_2(case: str, tmp_path: Path) -> None:
    shutil.copytree(SAMPLE, tmp_path / "in")
    CASES[case](tmp_path / "in")
    done = run_program("run", tmp_path / "in" / "config.toml", "--out", tmp_path / "out", "--lang", "zh_CN")
    assert done.code == 2, done.said + done.complained
    assert "Traceback" not in done.complained
    first = done.complained.strip().splitlines()[0]
    assert any("\u4e00" <= c <= "\u9fff" for c in first), first
    assert not (tmp_path / "out").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["in"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root writes everywhere")
def test_folder_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    done = run_program("demo", "--out", tmp_path / "out")
    tmp_path.chmod(0o700)
    assert done.code == 2
    assert "Traceback" not in done.complained


def test_output_below_a_file_is_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    done = run_program("demo", "--out", tmp_path / "file" / "out")
    assert done.code == 2
    assert "Traceback" not in done.complained
    assert np.array_equal([p.name for p in tmp_path.iterdir()], ["file"])
