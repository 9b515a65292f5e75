# SPDX-License-Identifier: LGPL-3.0-or-later
"""Sheets are drawn in whatever thread asks, and several at once: a crash would be the whole worker's."""

import subprocess
import sys

DRAW = """
import sys, threading
from pathlib import Path
from gridplanner.maps import fonts, surface
from gridplanner.maps.marks import Sheet, Text

WORDS = "杏塘社区第一网格党支部永安街道锦阁桃巷安轩云井"


def draw(folder, first):
    for at in range(first, first + 3):
        words = WORDS[at % 12 :] + str(at)
        assert fonts.text_width(words, 3.0) > 0 and fonts.missing_characters(words) == ""
        marks = Text(10.0, 20.0, words, 3.0 + at), Text(10.0, 40.0, words, 5.0, bold=True, halo="#ffffff")
        surface.write_pdf([Sheet("walk", words, 210.0, 297.0, marks)], folder / f"{at}.pdf")


surface.ensure_application()
for first in (0, 100):
    threads = [threading.Thread(target=draw, args=(Path(sys.argv[1]), first + 10 * k)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""


def test_a_font_serves_threads_one_after_the_other_and_at_once(tmp_path):
    done = subprocess.run([sys.executable, "-c", DRAW, str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert len(list(tmp_path.glob("*.pdf"))) == 24
