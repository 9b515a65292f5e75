# SPDX-License-Identifier: LGPL-3.0-or-later
"""Exports are transactions: the old set or the new one."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from gridplanner.errors import Cancelled, UserError
from gridplanner.io import transaction
from gridplanner.io.transaction import check_writable, export_folder
from gridplanner.io.whole import broken_files


def write_set(folder: Path, mark: str, names: tuple[str, ...] = ("a.csv", "shp/b.csv")) -> None:
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(f"{mark}\n", encoding="utf-8")
    outputs = sorted([*names, "summary.json"])
    (folder / "summary.json").write_text(json.dumps({"outputs": outputs, "mark": mark}), encoding="utf-8")


def export_set(out: Path, mark: str, names: tuple[str, ...] = ("a.csv", "shp/b.csv")) -> None:
    with export_folder(out) as folder:
        write_set(folder, mark, names)


def content(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): p.read_text() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture(params=["exchange", "two steps", "in place"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param != "exchange":
        monkeypatch.setattr(transaction, "_exchange", lambda one, other: False)
    if request.param == "in place":
        monkeypatch.setattr(transaction, "_must_stay", lambda target: target.exists())
    return str(request.param)


def test_a_new_set_replaces_the_old_one_and_keeps_foreign_files(tmp_path: Path, way: str) -> None:
    out = tmp_path / "成果"
    export_set(out, "old", ("a.csv", "gone.csv"))
    (out / "notes.txt").write_text("mine")
    (out / "shp").mkdir()
    (out / "shp" / "own.txt").write_text("mine too")
    export_set(out, "new")
    after = content(out)
    assert after["a.csv"] == after["shp/b.csv"] == "new\n"
    assert after["notes.txt"] == "mine"
    assert after["shp/own.txt"] == "mine too"
    assert "gone.csv" not in after
    assert [p.name for p in tmp_path.iterdir()] == ["成果"]


@pytest.mark.parametrize("error", [ValueError, Cancelled, KeyboardInterrupt])
def test_a_failed_export_leaves_the_old_set(tmp_path: Path, way: str, error: type[BaseException]) -> None:
    out = tmp_path / "out"
    export_set(out, "old")
    before = content(out)
    with pytest.raises(error), export_folder(out) as folder:
        write_set(folder, "new")
        raise error
    assert content(out) == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_failed_first_export_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError), export_folder(tmp_path / "out") as folder:
        write_set(folder, "new")
        raise ValueError
    assert not list(tmp_path.iterdir())


def test_a_cut_file_is_noticed(tmp_path: Path) -> None:
    out = tmp_path / "out"
    export_set(out, "old")
    with pytest.raises(UserError, match=r"map\.pdf"), export_folder(out) as folder:
        write_set(folder, "new")
        (folder / "map.pdf").write_bytes(b"%PDF-1.4 cut")
    assert content(out)["a.csv"] == "old\n"


def test_the_own_folder_keeps_its_identity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    inode = tmp_path.stat().st_ino
    export_set(Path("."), "old", ("a.csv", "gone.csv"))
    export_set(Path("."), "new")
    assert tmp_path.stat().st_ino == inode
    assert set(content(tmp_path)) == {"a.csv", "shp/b.csv", "summary.json"}


def test_a_move_that_was_interrupted_is_finished(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    write_set(out, "old", ("a.csv", "gone.csv"))
    work = out / ".gridplanner-export" / "new"
    work.mkdir(parents=True)
    write_set(work, "new")
    (work.parent / "commit.json").write_text('["gone.csv"]')
    transaction.finish_interrupted(out)
    assert set(content(out)) == {"a.csv", "shp/b.csv", "summary.json"}
    assert set(content(out).values()) >= {"new\n"}


def test_an_uncommitted_move_is_dropped(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    write_set(out, "old")
    before = content(out)
    work = out / ".gridplanner-export" / "new"
    work.mkdir(parents=True)
    write_set(work, "new")
    transaction.finish_interrupted(out)
    assert content(out) == before


def test_the_old_set_comes_back_after_a_kill_between_two_renames(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    name = f".out.gridplanner-{socket.gethostname()}-{dead.pid}-abcd0123"
    old = tmp_path / f"{name}.old"
    old.mkdir()
    write_set(old, "old")
    (tmp_path / name).mkdir()
    transaction.finish_interrupted(tmp_path / "out")
    assert content(tmp_path / "out")["a.csv"] == "old\n"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_the_folder_of_a_living_export_is_left_alone(tmp_path: Path) -> None:
    living = tmp_path / f".out.gridplanner-{socket.gethostname()}-{os.getpid()}-abcd0123"
    living.mkdir()
    export_set(tmp_path / "out", "new")
    assert living.exists()


def test_names_of_an_earlier_summary_cannot_reach_outside(tmp_path: Path) -> None:
    (tmp_path / "victim.txt").write_text("safe")
    out = tmp_path / "out"
    out.mkdir()
    (out / "summary.json").write_text('{"outputs": ["../victim.txt", "/etc/hostname"]}')
    export_set(out, "new")
    assert (tmp_path / "victim.txt").read_text() == "safe"


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    for path in (tmp_path / "out", tmp_path / "out" / "deeper"):
        with pytest.raises(UserError, match="文件"):
            check_writable(path)
    assert (tmp_path / "out").read_text() == ""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_killed_export_leaves_a_whole_set(tmp_path: Path) -> None:
    out = tmp_path / "out"
    export_set(out, "old")
    script = (
        "import sys, time; from pathlib import Path; from gridplanner.io.transaction import export_folder\n"
        "with export_folder(Path(sys.argv[1])) as folder:\n"
        "    (folder / 'a.csv').write_text('new\\n'); print('written', flush=True); time.sleep(60)\n"
    )
    root = Path(__file__).resolve().parents[3]
    command = [sys.executable, "-c", script, str(out)]
    child = subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None and child.stdout.readline() == "written\n"
    child.kill()
    child.wait()
    child.stdout.close()
    assert content(out)["a.csv"] == "old\n"
    export_set(out, "newer")
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", b"%PDF-1.7\n...\n%%EO"),
        ("a.kml", b"<kml><Document>"),
        ("a.dxf", b"0\nSECTION\n"),
        ("a.json", b'{"a": [1, 2'),
        ("a.geojson", b""),
        ("a.xlsx", b"PK\x03\x04 cut"),
        ("a.csv", "编码,名称\n1,网".encode()[:-1]),
        ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(40)),
        ("a.shp", bytes(100)),
        ("a.dbf", b"\x03" + bytes(20)),
        ("a.gpkg", b"SQLite format 3\x00" + bytes(50)),
        ("a.html", b"<html><body>"),
    ],
)
def test_cut_files_of_each_format_are_broken(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    assert broken_files(tmp_path) == (tmp_path / name,)
