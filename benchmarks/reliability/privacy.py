# SPDX-License-Identifier: LGPL-3.0-or-later
"""R21, R22: no resident in any output, no connection to anywhere."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.reliability.outcome import Run
from gridplanner.io.writing import write_vector
from gridplanner.model.jurisdiction import District
from gridplanner.model.layers import Layer
from tests.builders import objects, town

ROOT = Path(__file__).resolve().parents[2]
SECRETS = {
    "户主姓名": "欧阳示意",
    "身份证号": "11010519491231002X",
    "联系电话": "13812345678",
    "备注": "家属电话13987654321",
    "F1": "１３７２２２２３３３３",
    "F2": "11010519491231002X".translate({48 + digit: 0xFF10 + digit for digit in range(10)}),
    "F3": "110105 19491231 002X",
    "F4": "110105620304001",
    "F5": "5.11902196203E+17",
    "F6": "08275260001",
    "F7": "jia@example.org",
    "联系人": "诸葛示意",
    "LDMC": "甲栋13700001111",
}
_SEARCHED = tuple(secret.encode() for secret in (*SECRETS.values(), "13987654321", "13700001111"))
_TOWN = "AABB\nAABB\nCCDD\nCCDD"

_CONFIG = """
[layers.communities]
path = "communities.geojson"
fields = {code = "SQDM", name = "SQMC"}
[layers.grids]
path = "grids.geojson"
fields = {code = "WGBM", name = "WGMC"}
[layers.buildings]
path = "buildings.geojson"
fields = {code = "JZWBM", people = "RK", households = "HS"}
[rules]
people = {min = 100, max = 100000, hard = true}
[plan]
total = "fewest"
time_limit_s = 5
certify_s = 2
[repair]
overlap = "official"
gap = "longest_border"
"""


def write_inputs(folder: Path) -> Path:
    """Write the layers of a toy town, with residents' data among the buildings; return the configuration."""
    district = town(_TOWN, people=120)
    communities = district.communities
    _write(
        folder, "communities", communities.geometry, {"SQDM": communities.codes, "SQMC": communities.names}
    )
    records = district.grids_before
    grids = {"WGBM": objects(g.code for g in records), "WGMC": objects(g.name for g in records)}
    _write(folder, "grids", district.grids_before_geometry, grids)
    _write(folder, "buildings", district.buildings.geometry, _building_columns(district))
    config = folder / "config.toml"
    config.write_text(_CONFIG, encoding="utf-8")
    return config


def _building_columns(district: District) -> dict[str, np.ndarray]:
    buildings = district.buildings
    columns = {"JZWBM": buildings.codes, "RK": buildings.people, "HS": buildings.households}
    return {**columns, **{key: objects([value] * len(buildings)) for key, value in SECRETS.items()}}


def _write(folder: Path, name: str, geometry: np.ndarray, columns: dict[str, np.ndarray]) -> None:
    layer = Layer(name, name, geometry, columns)
    write_vector(layer, folder / f"{name}.geojson", "EPSG:4545", format="geojson")


def run_town(folder: Path, *prefix: str) -> subprocess.CompletedProcess[str]:
    """Run the whole main job on the toy town; all it leaves lies in the folder."""
    config = write_inputs(folder)
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "QT_QPA_PLATFORM": "offscreen",
        "GRIDPLANNER_USER_DIR": str(folder / "user"),
        "TMPDIR": str(folder / "tmp"),
    }
    (folder / "tmp").mkdir()
    command = [sys.executable, "-m", "gridplanner", "run", str(config), "--out", str(folder / "out")]
    return subprocess.run(
        [*prefix, *command], env=environment, capture_output=True, text=True, check=False, timeout=300
    )


def residents_in_outputs() -> Run:
    """R21: names, phones and identity numbers of residents appear nowhere in what a job leaves behind."""
    failures: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        done = run_town(folder)
        if done.returncode not in {0, 1}:
            return Run("R21", 1, (f"the job failed: {done.stderr[-300:]}",))
        searched = 0
        for place, content in _contents(folder):
            searched += 1
            failures += [f"{place} holds personal data" for secret in _SEARCHED if secret in content]
        told = done.stdout + done.stderr
        failures += ["the messages hold personal data" for secret in _SEARCHED if secret.decode() in told]
    return Run("R21", searched, tuple(failures), f"{searched} files and parts of files searched")


def _contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield what the job left (not its inputs): files, members of zipped formats, the text of PDFs."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.parent == folder:
            continue
        name = path.relative_to(folder).as_posix()
        yield name, path.read_bytes()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                yield from ((f"{name}:{member}", archive.read(member)) for member in archive.namelist())
        elif path.suffix == ".pdf" and shutil.which("pdftotext") is not None:
            text = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=False)
            yield f"{name} (text)", text.stdout


def no_network() -> Run:
    """R22: the main job connects to nothing outside the machine, and needs nothing from there."""
    failures: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = folder / "calls.log"
        traced = shutil.which("strace") is not None
        tracer = ["strace", "-f", "-qq", "-e", "trace=connect,sendto", "-o", str(log)] if traced else []
        alone = _alone()
        if not traced and not alone:
            return Run("R22", skipped="needs strace or the right to make a network of its own")
        done = run_town(folder, *alone, *tracer)
        if done.returncode not in {0, 1}:
            failures.append(f"the job failed: {done.stderr[-300:]}")
        calls = log.read_text(errors="replace").splitlines() if log.exists() else []
        outside = [
            line
            for line in calls
            if "AF_INET" in line and not re.search(r'"127\.|"::1"|htonl\(INADDR_LOOP', line)
        ]
        failures += [f"connects: {line[:120]}" for line in outside]
    note = f"{len(calls)} calls looked at" + (", without any network interface" if alone else "")
    return Run("R22", 1, tuple(failures), note)


def _alone() -> list[str]:
    """Return the command that runs another without network interfaces; nothing where that is not allowed."""
    command = ["unshare", "-rn"]
    if shutil.which("unshare") is None:
        return []
    return command if subprocess.run([*command, "true"], check=False).returncode == 0 else []
