# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the window remembers between two starts: recent files, language, looks, its own size."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

#: A folder that replaces the user's own (tests, portable use).
USER_DIR_VARIABLE = "GRIDPLANNER_USER_DIR"
MAX_RECENT = 12


def user_folder() -> Path:
    """Return the folder of settings, recovery logs and caches."""
    chosen = os.environ.get(USER_DIR_VARIABLE)
    if chosen:
        return Path(chosen)
    from platformdirs import user_data_path  # a few milliseconds, only without the variable

    return user_data_path("gridplanner", appauthor=False)


class Settings:
    """Settings as one JSON file; a broken file is set aside, never a reason not to start."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or user_folder() / "settings.json"
        self._values: dict[str, Any] = self._read()

    def _read(self) -> dict[str, Any]:
        """Read the file; nothing when it is absent or broken."""
        try:
            values = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return values if isinstance(values, dict) else {}

    def get(self, key: str, default: Any = None) -> Any:
        """Return a setting."""
        return self._values.get(key, default)

    def set(self, key: str, value: Any) -> None:
        """Remember a setting at once; a folder that cannot be written costs the memory only."""
        self._values[key] = value
        temporary = self.path.with_suffix(".tmp")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_text(json.dumps(self._values, ensure_ascii=False, indent=1), encoding="utf-8")
            temporary.replace(self.path)
        except OSError:
            return

    def recent(self) -> list[str]:
        """Return recent projects that still exist, newest first."""
        return [p for p in self.get("recent", []) if isinstance(p, str) and Path(p).exists()]

    def add_recent(self, path: str) -> None:
        """Put a project on top of the recent ones."""
        full = str(Path(path).resolve())
        self.set("recent", [full, *(p for p in self.get("recent", []) if p != full)][:MAX_RECENT])
