"""The whole way: workers annotate, the campaign is exported, a detector learns from it and is judged by the truth."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from cocokit.baselines.train.shapes import write_shapes
from cocokit.cli import cli

SMALL = ("model.backbone=tiny model.width=64 model.convs=2 model.head_norm=group model.base=2 size=96 steps=80 "
         "warmup=8 lr=0.004 ema=0.9 evaluate_every=40 flip=0").split()  # fmt: skip


def cocokit(*words: object) -> str:
    done = CliRunner().invoke(cli, [*map(str, words)])
    assert done.exit_code == 0, done.stderr
    return done.stdout


def test_from_a_campaign_to_a_leaderboard(tmp_path: Path) -> None:
    truth = Path(write_shapes(tmp_path / "shapes", 8, 96, seed=3, domain="iconic")) / "annotations/instances_train.json"
    cocokit("simulate", "--gt", truth, "--workers", 40, "--spam", 0, "--seed", 1, "-o", tmp_path / "campaign")
    export, run, found = tmp_path / "campaign" / "export", tmp_path / "run", tmp_path / "preds.json"
    photos = tmp_path / "shapes" / "images"
    changes = [word for name in SMALL for word in ("--set", name)]
    given = ["--data", export, "--images", photos, "--threads", 1]
    cocokit("train", "retinanet", "-o", run, *given, *changes)
    told = json.loads(cocokit("predict", run, "-o", found, "--json", *given))
    judged = json.loads(cocokit("eval", found, "--gt", export / "instances.json", "--json"))
    numbers = dict(zip(judged["stat_names"], judged["stats"], strict=True))
    assert told["measured"]["AP50"] == round(numbers["AP50"], 6)  # train, predict and eval say the same
    last = json.loads((run / "log.jsonl").read_text().splitlines()[-1])
    assert last["AP"] == told["measured"]["AP"] == round(numbers["AP"], 6)
    against = json.loads(cocokit("eval", found, "--gt", truth, "--json"))
    assert dict(zip(against["stat_names"], against["stats"], strict=True))["AP50"] >= 0.8
