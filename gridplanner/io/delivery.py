# SPDX-License-Identifier: LGPL-3.0-or-later
"""The unit that is handed over: one zip with the files, their field table and the log of their checks."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

from gridplanner.errors import UserError
from gridplanner.io.file_set import publish_one
from gridplanner.model.finding import Finding
from gridplanner.texts import _

LOG = "检查记录.csv"
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)


def deliver_zip(
    folder: Path, path: Path, findings: Sequence[Finding] = (), files: Sequence[Path] | None = None
) -> int:
    """Pack the files of a folder and the log of their checks, and read every byte back.

    Parameters
    ----------
    folder : Path
        Its files, also those in folders inside.
    path : Path
        Name of the zip. The same files give the same bytes.
    findings : sequence of Finding
        What `write_vector` told; goes into the log.
    files : sequence of Path, optional
        Which files of the folder; all of them where not given.

    Returns
    -------
    int
        Number of files packed, without the log.

    Raises
    ------
    UserError
        The folder is empty, or a member does not read back the same.
    """
    wanted_files = folder.rglob("*") if files is None else files
    members = sorted({item for item in wanted_files if item.is_file() and item != path})
    if not members:
        raise UserError(_("'{path}' holds no files to hand over.").format(path=folder))
    sums = {
        item.relative_to(folder).as_posix(): hashlib.sha256(item.read_bytes()).hexdigest() for item in members
    }
    with publish_one(path) as temporary:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in sums:
                _add(archive, name, (folder / name).read_bytes())
            _add(archive, LOG, _log(folder, sums, findings))
        with zipfile.ZipFile(temporary) as archive:
            for name, wanted in sums.items():
                if hashlib.sha256(archive.read(name)).hexdigest() != wanted:
                    raise UserError(_("'{name}' did not read back the same from the zip.").format(name=name))
    return len(sums)


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    """Add a member with a fixed time, its name in UTF-8."""
    info = zipfile.ZipInfo(name, _FIXED_TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    archive.writestr(info, data)


def _log(folder: Path, sums: dict[str, str], findings: Sequence[Finding]) -> bytes:
    """Return the log: each file with size and checksum, then each loss that was told."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["文件", "字节", "SHA-256", "回读检查"])
    for name, checksum in sums.items():
        writer.writerow([name, (folder / name).stat().st_size, checksum, "一致"])
    if findings:
        writer.writerow([])
        writer.writerow(["级别", "说明", "处理建议", "行"])
    for finding in findings:
        writer.writerow([finding.severity.value, finding.text, finding.remedy, ";".join(finding.subjects)])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")
