"""The command line: parsing and printing only, one module per command, imported when the command is called.

Exit codes: 0 done, 1 an error that cocokit names, 2 wrong usage, 3 a check or a gate found problems, 130 interrupted.
"""

from __future__ import annotations

import contextlib
import gc
import io
import os
import sys
import warnings
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from .. import __version__
from ..errors import CocokitError, DataError

#: Every command: its module in this package and the line that ``cocokit --help`` shows for it.
COMMANDS = {
    "demo": ("demo", "A running campaign to look at and to work in."),
    "init": ("init", "Make a workspace for a campaign."),
    "campaign": ("campaign", "Create, launch, pause and close campaigns; see how far they are."),
    "simulate": ("simulate", "Run a campaign with simulated workers."),
    "channel": ("channel", "Add, list, rotate and revoke the ways by which workers come to a campaign."),
    "serve": ("serve", "Serve the campaigns to web browsers."),
    "status": ("status", "Show how far the campaign is."),
    "workers": ("workers", "List the workers, look at one, reject some."),
    "review": ("review", "Masks with divided votes: list them, vote, make gold."),
    "export": ("export", "Write what is finished of the campaign as COCO files."),
    "accounts": ("accounts", "Accounts of the dashboard: add, list, remove, new links."),
    "audit": ("audit", "Show what was done in the dashboard, and check the log."),
    "db": ("db", "Look after the campaign's database: versions and backups."),
    "categories": ("categories", "Vote on categories, and choose them by vote."),
    "collect": ("collect", "Collect photos, from a folder or from the web, as candidates for a campaign."),
    "rank": ("rank", "Show how well the non-iconic score ranks as a campaign's filter decided."),
    "takedown": ("takedown", "Remove a photo that must not be used, and what was made of it."),
    "check": ("check", "Look for mistakes in a dataset or in results."),
    "import": ("import_", "Bring a dataset of any format, or its images, into the workspace."),
    "convert": ("convert", "Convert a dataset to another format."),
    "stats": ("stats", "Describe a dataset in numbers and pictures."),
    "show": ("show", "Draw the boxes and masks of images."),
    "merge": ("merge", "Make one dataset of several."),
    "filter": ("filter", "Choose annotations and images of a dataset."),
    "sample": ("sample", "Choose some images of a dataset by chance."),
    "remap": ("remap", "Rename, join, drop, renumber categories."),
    "tile": ("tile", "Cut images and masks into tiles."),
    "dedup": ("dedup", "Find near duplicates among photos."),
    "split": ("split", "Divide a dataset into train, val and test."),
    "publish": ("publish", "Publish a dataset: splits, card, manifest."),
    "verify": ("verify", "Check that a published folder is whole."),
    "bulk": ("bulk", "Hash and ingest photographs with several machines."),
    "baselines": ("baselines", "List the reference detectors, or the settings of one."),
    "train": ("train", "Train a reference detector on a dataset."),
    "predict": ("predict", "Write what a trained detector finds in images."),
    "onnx": ("onnx", "Write the networks of a run as ONNX files."),
    "analyse": ("analyse", "Run a small experiment about detectors."),
    "eval": ("eval", "Evaluate detections against ground truth."),
}
#: The headings over them in ``cocokit --help``: each with the first command below it.
HEADINGS = {"demo": "Look around", "init": "Annotate, in this order", "accounts": "Look after a campaign",
            "check": "Datasets", "baselines": "Train, predict, evaluate"}  # fmt: skip

#: How the sentence about a mistake of cocokit's own begins.
INTERNAL = "internal error, a mistake in cocokit itself:"

#: Characters of a file name that an error shows.
_LONGEST = 300

DONE, FAILED, USAGE, FOUND_PROBLEMS, INTERRUPTED = 0, 1, 2, 3, 130


class Commands(click.Group):
    """A group whose commands are imported when they are called, and whose errors are one sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands' names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, from its module; None if there is none."""
        if cmd_name not in COMMANDS:
            return None
        from importlib import import_module

        command = import_module(f"{__name__}.{COMMANDS[cmd_name][0]}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands without importing any of them."""
        starts = [*(list(COMMANDS).index(name) for name in HEADINGS), len(COMMANDS)]
        for heading, first, end in zip(HEADINGS.values(), starts[:-1], starts[1:], strict=True):
            with formatter.section(heading):
                formatter.write_dl([(name, line) for name, (_, line) in list(COMMANDS.items())[first:end]])

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> NoReturn:
        """Run the command that ``args`` names and exit with its code."""
        words = list(sys.argv[1:] if args is None else args)
        sys.exit(_guarded(self, words, prog_name or "cocokit", extra))


def _guarded(group: click.Group, words: list[str], name: str, extra: dict[str, Any]) -> int:
    """Run a command line; the exit code. An error is printed as one sentence, or raised under ``COCOKIT_DEBUG``."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # a name that is no text is shown with \\ and its number
        with contextlib.suppress(OSError, ValueError):  # nor is a stream that somebody closed our business here
            sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = click.Group.main(group, words, name, standalone_mode=False, **extra)
        if sys.stdout is not None:  # whoever started us may have closed it
            sys.stdout.flush()
        return code if isinstance(code, int) else DONE
    except BrokenPipeError:
        # The reader of our output has gone; the interpreter's own flush at exit must not complain about it. (Click does
        # the same when it happens inside a command.)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except (click.exceptions.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        return INTERRUPTED
    except click.UsageError as error:
        if "--json" in words:
            _say({"error": error.format_message(), "exit_code": USAGE}, "", as_json=True)
        else:
            error.show()
        return USAGE
    except (CocokitError, click.ClickException, OSError, MemoryError, UnicodeEncodeError) as error:
        if os.environ.get("COCOKIT_DEBUG"):
            raise
        _say(_fields(error), _sentence(error), as_json="--json" in words)
        return FAILED
    except Exception as error:
        if os.environ.get("COCOKIT_DEBUG"):
            raise
        sentence = (
            f"{INTERNAL} {type(error).__name__}: {_sentence(error)}; please report it with what COCOKIT_DEBUG=1 shows"
        )
        _say({"error": sentence, "exit_code": FAILED}, sentence, as_json="--json" in words)
        return FAILED


def _say(fields: dict[str, object], sentence: str, *, as_json: bool) -> None:
    if as_json:
        import json

        click.echo(json.dumps(fields, ensure_ascii=False))
    else:
        click.echo(f"cocokit: {sentence}", err=True)


def _sentence(error: Exception) -> str:
    """What went wrong, in one line."""
    if isinstance(error, MemoryError):
        return f"not enough memory{f' ({error})' if str(error) else ''}; use a machine with more, or a smaller file"
    if isinstance(error, UnicodeEncodeError):
        from ..atomic import no_text

        return f"a file or a file name {no_text(error)}; mend the names in the source"
    if isinstance(error, OSError) and not isinstance(error, CocokitError):
        reason = error.strerror or str(error) or type(error).__name__
        name = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else ""
        name = name if len(name) <= _LONGEST else f"{name[: _LONGEST // 2]}...{name[-_LONGEST // 2 :]}"
        return f"{name}: {reason}" if name else reason
    text = error.format_message() if isinstance(error, click.ClickException) else str(error)
    return " ".join(text.split())


def _fields(error: Exception) -> dict[str, object]:
    """The same for ``--json``: the sentence, and its parts where the error has them."""
    fields: dict[str, object] = {"error": _sentence(error), "exit_code": FAILED}
    if isinstance(error, DataError):
        parts = {"path": error.path, "where": error.where, "reason": error.reason, "remedy": error.remedy}
        return {**fields, **parts, "count": error.count}
    return fields


cli = Commands(
    name="cocokit",
    help="From a folder of photographs to a COCO leaderboard: annotate with many people, check, evaluate.",
    epilog="Example: cocokit demo",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    params=[],
)
click.version_option(__version__, prog_name="cocokit", message="%(prog)s %(version)s")(cli)


def main() -> NoReturn:
    """Run the command line of this process; SystemExit carries the exit code."""
    # One thread is enough for the few NumPy calls that could use BLAS, and starting its threads costs as much as
    # importing the rest of NumPy; it must be said before NumPy is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    # Pillow warns of notes in photos that a camera wrote badly: nobody can mend them, and the photo is fine.
    warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
    # A command lives for a moment and leaves no cycles worth looking for; looking costs a tenth of a short run.
    gc.disable()
    cli.main()


def entry() -> NoReturn:
    """Entry point of the ``cocokit`` command: runs it and ends the process."""
    code: object = DONE
    try:
        main()
    except SystemExit as done:
        code = done.code
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):
            if stream is not None:  # whoever started us may have closed it
                stream.flush()
    # Everything is written and closed: taking the interpreter apart, object by object, would only cost time.
    os._exit(code if isinstance(code, int) else FAILED)
