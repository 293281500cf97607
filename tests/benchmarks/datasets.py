"""cocokit beside pycocotools, Datumaro, globox and supervision: what dataset files cost, and what is left of them.

    python -m tests.benchmarks.datasets [--size val train] [--tools ...] [--memory 12] [--peers FOLDER] [-o TABLE.md]

Every job runs in a fresh process whose memory is capped; imports are included. Prints CPU seconds and peak memory for
opening a file so that one image can be asked for, for opening it again (cocokit alone keeps something), for reading and
writing it, for its statistics and for a check; and what of the file is still there after it was read and written. The
files are made from a seed (:mod:`.dataset_files`).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
JOBS = {"open": "open", "again": "open again", "rewrite": "read, write", "stats": "statistics", "check": "check"}
#: Which tool does what; supervision decodes every mask and is not asked to at the size of train.
TOOLS = {
    "cocokit": tuple(JOBS),
    "pycocotools": ("open", "rewrite"),
    "datumaro": ("open", "rewrite", "stats", "check"),
    "globox": ("open", "rewrite"),
    "supervision": ("open", "rewrite"),
}
NOT_ASKED = {("supervision", "train")}
_LONGEST_S = 900


@dataclass(frozen=True)
class Run:
    """What a process took: CPU s, wall s, peak MiB; or why there is nothing."""

    cpu: float = 0.0
    wall: float = 0.0
    peak: float = 0.0
    fault: str = ""


def measure(tool: str, job: str, source: Path, out: Path, cap: float, peers: Path | None) -> Run:
    """Run one job in a process of its own, with at most ``cap`` GiB of memory."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", "TQDM_DISABLE": "1"}
    if peers is not None and tool not in ("cocokit", "pycocotools"):
        env["PYTHONPATH"] = f"{peers / tool}{os.pathsep}{ROOT}"
    command = [sys.executable, "-m", "tests.benchmarks.dataset_tools", tool, job, str(source), str(out)]

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (int(cap * 2**30), int(cap * 2**30)))

    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said, cwd=ROOT, env=env, preexec_fn=limit)
        stop = threading.Timer(_LONGEST_S, process.kill)
        stop.start()
        _, status, used = os.wait4(process.pid, 0)
        late, wall = not stop.is_alive(), time.perf_counter() - start
        stop.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        last = (said.read().strip().splitlines() or [""])[-1]
    if late:
        return Run(fault=f"over {_LONGEST_S} s")
    if process.returncode:
        full = process.returncode < 0 or any(word in last for word in ("MemoryError", "allocate", "ArrayMemory"))
        return Run(fault=f"over {cap:g} GiB" if full else last[:60] or f"exit {process.returncode}")
    return Run(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024)


def table(rows: list[list[str]]) -> str:
    """A Markdown table; the first row is its head."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:]])


def costs(size: str, source: Path, folder: Path, given: argparse.Namespace) -> tuple[list[list[str]], dict[str, Path]]:
    """The rows of the table of costs, and what each tool has written."""
    rows, written = [["tool", *(f"{title}: CPU s, MiB" for title in JOBS.values())]], {}
    for tool in given.tools:
        cells = []
        for job in JOBS:
            if job not in TOOLS[tool]:
                cells.append("-")
                continue
            if (tool, size) in NOT_ASKED:
                cells.append("not asked")
                continue
            out = folder / f"{size}-{tool}.json"
            if job == "again":  # the first time leaves the cache
                measure(tool, job, source, out, given.memory, given.peers)
            run = measure(tool, job, source, out, given.memory, given.peers)
            print(f"{size} {tool} {job}: {run}", file=sys.stderr)
            cells.append(run.fault or f"{run.cpu:.2f}, {run.peak:,.0f}")
            if job == "rewrite" and not run.fault and size == "val":
                written[tool] = out
            elif job == "rewrite":
                out.unlink(missing_ok=True)
        rows.append([tool, *cells])
    return rows, written


def fidelity(source: Path, written: dict[str, Path]) -> list[list[str]]:
    """The rows of the table of what is left."""
    from tests.benchmarks.fidelity import COLUMNS, compare

    rows = [["read and written by", *COLUMNS]]
    for tool, out in written.items():
        rows.append([tool, *compare(source, out).values()])
        out.unlink()
    return rows


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", nargs="+", choices=["val", "train"], default=["val"])
    parser.add_argument("--tools", nargs="+", choices=list(TOOLS), default=list(TOOLS))
    parser.add_argument("--memory", type=float, default=12.0, help="GiB that a process may have")
    parser.add_argument("--peers", type=Path, help="folder with a folder of packages for each peer")
    parser.add_argument("--files", type=Path, help="folder where the files are kept for the next time")
    parser.add_argument("-o", "--output", type=Path, help="write the tables there too")
    given = parser.parse_args()
    parts: list[str] = []
    kept: tuple[Path, dict[str, Path]] | None = None
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.files or Path(scratch)
        folder.mkdir(exist_ok=True)
        for size in given.size:
            source = folder / f"{size}.json"
            if not source.exists():
                from tests.benchmarks.dataset_files import write_instances

                write_instances(source, size)
            rows, written = costs(size, source, Path(scratch), given)
            parts += [f"{size} size ({source.stat().st_size / 1e6:,.0f} MB)", table(rows)]
            if written:
                kept = source, written
        if kept:  # last, for a child's peak memory starts at its parent's
            parts += ["What is left of the val size file", table(fidelity(*kept))]
    text = "\n\n".join(parts) + "\n"
    print(text)
    if given.output:
        given.output.write_text(text)
    print(json.dumps({"load": os.getloadavg()}), file=sys.stderr)


if __name__ == "__main__":
    main()
