# SPDX-License-Identifier: LGPL-3.0-or-later
"""Figure R6 in small: 500 damaged files, none crashes, none differs unseen where a check could see it."""

from __future__ import annotations

from benchmarks.io.mutations import TARGETS, run


def test_five_hundred_damaged_files(tmp_path):
    tallies = run(56, 7, tmp_path)
    assert sum(sum(tally.counts.values()) for tally in tallies.values()) >= 500
    for target in TARGETS:
        counts = tallies[target].counts
        assert not counts["CRASH"] and not counts["SLOW"] and not counts["SILENT, visible"], tallies[
            target
        ].bad
