"""``cocokit onnx``: trained networks for other programs."""

from __future__ import annotations

import click

from . import _parse
from ._baselines import prepare
from ._progress import Progress

_HELP = """Write the networks of a run as ONNX files.

Their outputs are compared with torch's before anything is written. They take any number of images of one size, and have
the categories and the config in their metadata; choosing and suppressing boxes is left to whoever runs them. Baselines
that read regions have a second file, FILE-regions.onnx, for what the first one's maps show in regions; masks and
keypoints are in FILE-drawn.onnx.
"""


def _size(text: str) -> tuple[int, int]:
    """Height and width of ``480x640``."""
    height, _, width = text.partition("x")
    if not (height.isdecimal() and width.isdecimal() and height.isascii() and width.isascii()):
        raise ValueError(f"{text!r} is not HEIGHTxWIDTH such as 480x640")
    return int(height), int(width)


@click.command(name="onnx", help=_HELP, epilog="Example: cocokit onnx run -o model.onnx --size 96x64",
               short_help="Write the networks of a run as ONNX files.")  # fmt: skip
@click.argument("run")
@click.option("-o", "--output", required=True, metavar="FILE.onnx", help="The file.",
              callback=_parse.option_value(_parse.name_ending(".onnx")))  # fmt: skip
@click.option("--size", metavar="HEIGHTxWIDTH", callback=_parse.option_value(_size), help="Of its images, px; "
              "multiples of 32.  [default: a square of the run's size]")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
def command(run: str, output: str, size: tuple[int, int] | None, as_json: bool) -> None:
    """Run ``cocokit onnx``."""
    prepare()
    from cocokit.baselines.train.applying import read_run
    from cocokit.baselines.train.onnx import export

    config, detector, known = read_run(run)
    fixed = int(getattr(config.model, "size", 0))  # of images, or of R-CNN's regions
    side = fixed or -(-config.size // 32) * 32
    chosen = (side, side) if size is None or fixed else size
    with Progress(f"exporting {run}", kernels=False):
        found = export(detector, config.baseline, known.categories if known else (), chosen, output)
    if as_json:
        from ._output import print_json

        print_json({"baseline": config.baseline, "size": chosen, "files": found})
        return
    click.echo(f"{config.baseline}, images of {chosen[0]} x {chosen[1]} px (height x width)")
    for path, differences in found.items():
        click.echo(path)
        for name, far in differences.items():
            click.echo(f"  {name}: within {far:.1e} of torch's")
