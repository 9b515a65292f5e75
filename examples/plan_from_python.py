# SPDX-License-Identifier: LGPL-3.0-or-later
"""The main job from Python: read, look at today's faults, ask two questions, compare the answers.

Run it from the project's folder: `python -m examples.plan_from_python`
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

from gridplanner.workspace.config import load_config
from gridplanner.workspace.executors import Processes
from gridplanner.workspace.usecases import compare, complete, judge, propose, read_project, today

CONFIG = Path(__file__).resolve().parent.parent / "sample_shapefiles" / "config.toml"


def main() -> None:
    """Plan the sample district with the fewest grids, then with 288, and print what each changes."""
    config = load_config(CONFIG)
    contents = read_project(config)
    health = judge(contents.district, today(contents), contents.rules)
    print("today:", dict(Counter(finding.rule for finding in health.findings)))

    executor = Processes(2)
    for total in ("fewest", 288):
        request = replace(config.request, total=total, certify_s=0)
        proposal = propose(contents, request, executor)
        plan, findings = complete(contents, proposal.plan, config.assign)
        outcome = compare(contents, plan.renamed(str(total)), proposal.certificate, findings, config)
        breaches = sum(finding.counts for finding in outcome.after.findings)
        print(
            f"{total}: {int(plan.general().sum())} general grids, {breaches} breaches, "
            f"{outcome.change.pieces} pieces, {outcome.change.people_moved} people moved"
        )
    executor.close()


if __name__ == "__main__":
    main()
