"""Write the fixtures: ``python -m tests.eval.parity.make``. Equal sources give equal files.

Each folder gets gt.json, dt.json, params.json, why.md and expected.json: pycocotools' stats (or the name of its
exception), strict's and fixed's (or "refused"), and the counts of the quirks that the report names.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.eval import naive, naive_quirks, oracle
from tests.eval.naive import Settings
from tests.eval.naive_masks import Refused

from . import of_areas, of_matching, of_outlines
from .scenes import CASES, Case

FOLDER = Path(__file__).resolve().parent
SOURCES = (of_areas, of_matching, of_outlines)

#: What pycocotools evaluates and cocokit does not; the only ones where no number can be compared.
ONLY_PYCOCOTOOLS = ("X15",)
#: Where pycocotools does not come back; it is not asked.
ENDLESS = ("X14",)


def settings(params: dict[str, Any], *, fixed: bool = False) -> Settings:
    """The settings that a ``params.json`` stands for."""
    return Settings(fixed=fixed, **{name: value for name, value in params.items() if name != "lenient"})


def expected(case: Case) -> dict[str, Any]:
    """What the oracle and the slow twin say about a case."""
    answers: dict[str, Any] = {"pycocotools": _oracle(case)}
    for mode in ("strict", "fixed"):
        chosen = settings(case.params, fixed=mode == "fixed")
        try:
            answers[mode] = naive.evaluate(case.gt, case.dt, chosen).stats
            answers[f"reported in {mode}"] = naive_quirks.count(case.gt, case.dt, chosen)
        except Refused:
            answers[mode], answers[f"reported in {mode}"] = "refused", {}
    if case.id in ONLY_PYCOCOTOOLS:
        answers.update({"strict": "refused", "fixed": "refused", "reported in strict": {}, "reported in fixed": {}})
    return answers


def _oracle(case: Case) -> Any:
    if case.id in ENDLESS:
        return "does not return"
    chosen = settings(case.params)
    try:
        return oracle.evaluate(case.gt, case.dt, chosen).stats
    except Exception as error:  # whatever it raises is the answer
        return type(error).__name__


def main() -> None:
    """Write every fixture."""
    for case in CASES.values():
        folder = FOLDER / case.id
        folder.mkdir(exist_ok=True)
        contents = {"gt": case.gt, "dt": case.dt, "params": case.params, "expected": expected(case)}
        for name, content in contents.items():
            (folder / f"{name}.json").write_text(_text(content) + "\n", encoding="utf-8")
        (folder / "why.md").write_text(f"# {case.id}\n\n{case.why}\n", encoding="utf-8")
    sys.stdout.write(f"{len(CASES)} fixtures written\n")


def _text(content: Any) -> str:
    """JSON with one line for each member, or element of a member, so that a change is one line too."""
    if isinstance(content, dict):
        members = ",\n".join(f" {json.dumps(name)}: {_rows(value)}" for name, value in content.items())
        return "{\n" + members + "\n}" if content else "{}"
    return _rows(content)


def _rows(value: Any) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join("  " + json.dumps(row) for row in value) + "\n ]"
    return json.dumps(value)


if __name__ == "__main__":
    main()
