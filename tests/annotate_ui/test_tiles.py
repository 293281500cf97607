"""True pixels of large photos: which tiles there are, what is on them, what they cost, and who may fetch them."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cocokit.annotate_ui.file_locks import held
from cocokit.annotate_ui.pictures import Pictures
from cocokit.annotate_ui.tiles import TILE, Tiles, grid, steps
from cocokit.campaign.ingest import ingest_folder
from cocokit.domain.stages import Stage
from cocokit.domain.tasks import ImageRef
from cocokit.errors import CocokitError, DataError
from cocokit.imageio import opened

from .conftest import come, tokens_of
from .large import HEIGHT, WIDTH, large_photo, put
from .site import Site

ROOT = Path(__file__).parents[2]


def read(path: str | None) -> Image.Image:
    assert path is not None
    with Image.open(path) as image:
        image.load()
        return image


def other(photo: Image.Image, image: ImageRef, step: int, x: int, y: int) -> np.ndarray[Any, Any]:
    """What should be on a tile, by Pillow's crop and plain means."""
    side = TILE * step
    box = x * side, y * side, min((x + 1) * side, image.width), min((y + 1) * side, image.height)
    part = np.asarray(photo.crop(box)).astype(float)
    if step == 1:
        return part
    height, width = (part.shape[0] // step) * step, (part.shape[1] // step) * step
    return part[:height, :width].reshape(height // step, step, width // step, step, 3).mean((1, 3))


def test_steps_are_finer_than_the_display_copy_and_tiles_cover_the_image() -> None:
    for width, height in ((1, 1), (2048, 2048), (2049, 1), (1, 5000), (4096, 10), (4097, 10), (30_000, 20_000)):
        image = ImageRef(1, "a.jpg", width, height)
        found, factor = steps(image), max(width, height) / 2048
        assert found == [2**k for k in range(20) if 2**k < factor]
        for step in found:
            across, down = grid(image, step)
            assert (across - 1) * TILE * step < width <= across * TILE * step
            assert (down - 1) * TILE * step < height <= down * TILE * step


def test_tiles_are_the_photos_own_pixels(tmp_path: Path) -> None:
    photo = Image.effect_noise((4500, 700), 80).convert("RGB")
    os.mkdir(tmp_path / "images")
    photo.save(tmp_path / "images" / "a.png")
    image, pictures = ImageRef(1, "a.png", 4500, 700), Pictures(str(tmp_path / "images"), str(tmp_path / "cache"))
    tiles = Tiles(pictures)
    for step, x, y in ((1, 0, 0), (1, 8, 1), (1, 3, 0), (2, 0, 0), (2, 4, 0)):
        shown, wanted = np.asarray(read(tiles.tile(image, step, x, y))), other(photo, image, step, x, y)
        seen = shown[: wanted.shape[0], : wanted.shape[1]]
        assert abs(seen - wanted).mean() < 4, (step, x, y)
    assert read(tiles.tile(image, 1, 8, 1)).size == (4500 - 8 * TILE, 700 - TILE)
    for beyond in ((1, 9, 0), (1, 0, 2), (2, 5, 0), (3, 0, 0), (0, 0, 0), (4, 0, 0)):
        assert tiles.tile(image, *beyond) is None


@pytest.mark.parametrize("orientation", [1, 3, 6])
def test_tiles_of_a_turned_photo_are_upright(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = orientation, "where I live"
    photo = Image.linear_gradient("L").resize((2100, 300)).convert("RGB")
    os.mkdir(tmp_path / "images")
    photo.save(tmp_path / "images" / "a.jpg", exif=exif, quality=95, comment=b"who I am")
    size = photo.size if orientation < 5 else photo.size[::-1]
    tiles = Tiles(Pictures(str(tmp_path / "images"), str(tmp_path / "cache")))
    path = tiles.tile(ImageRef(1, "a.jpg", *size), 1, 0, 0)
    upright = photo.rotate({1: 0, 3: 180, 6: -90}[orientation], expand=True)
    shown = read(path)
    assert np.abs(np.asarray(shown).astype(int) - np.asarray(upright.crop((0, 0, *shown.size)))).mean() < 4
    assert "comment" not in shown.info
    assert not shown.getexif()


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_photo_is_decoded_once_and_one_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkdir(tmp_path / "images")
    Image.new("RGB", (3000, 20)).save(tmp_path / "images" / "a.png")
    image, tiles = ImageRef(1, "a.png", 3000, 20), Tiles(Pictures(str(tmp_path / "images"), str(tmp_path / "cache")))
    os.makedirs(tiles.folder)
    os.mkdir(os.path.join(tiles.folder, "part-left"))
    with held(os.path.join(tiles.folder, "making.lock")), pytest.raises(CocokitError, match="ask again"):
        tiles.tile(image, 1, 0, 0)
    monkeypatch.setattr(Image.Image, "save", full)
    with pytest.raises(DataError, match="cannot be written .*make room on the server's disk"):
        tiles.tile(image, 1, 0, 0)
    assert not any(name.startswith("part-") for name in os.listdir(tiles.folder)), "nothing half made stays"
    monkeypatch.undo()
    assert tiles.tile(image, 1, 0, 0)
    os.unlink(tmp_path / "images" / "a.png")
    assert read(Tiles(tiles.pictures).tile(image, 1, 5, 0)).size == (3000 - 5 * TILE, 20), "made already"


def test_a_photo_of_another_size_or_above_the_limit_has_no_tiles(tmp_path: Path) -> None:
    os.mkdir(tmp_path / "images")
    Image.new("RGB", (3000, 20)).save(tmp_path / "images" / "a.png")
    pictures = Pictures(str(tmp_path / "images"), str(tmp_path / "cache"), 50_000)
    with pytest.raises(DataError, match="3,000 x 20 px, 0.1 megapixels, and the limit is 0.05; .*max_megapixels"):
        Tiles(pictures).tile(ImageRef(1, "a.png", 3000, 20), 1, 0, 0)
    pictures.most_pixels = 60_000
    with pytest.raises(DataError, match="the campaign knows 3001 x 20"):
        Tiles(pictures).tile(ImageRef(1, "a.png", 3001, 20), 1, 0, 0)


_WORK = """
import resource, sys
from cocokit.annotate_ui.pictures import Pictures
from cocokit.annotate_ui.tiles import Tiles
from cocokit.campaign.ingest import ingest_folder
from cocokit.domain.tasks import ImageRef
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
folder, before = sys.argv[1], peak()
(image,) = ingest_folder(folder + "/in", folder + "/images", strict=True).images
ref, pictures = ImageRef(1, image.file_name, image.width, image.height), Pictures(folder + "/images", folder + "/cache")
brought = peak()
pictures.display(ref), pictures.mean(ref)
assert Tiles(pictures).tile(ref, 1, 0, 0)
print(image.file_name, image.width, image.height, brought - before, peak() - before)
"""


@pytest.mark.slow
def test_108_megapixels_come_in_and_are_shown_in_4_bytes_per_px(tmp_path: Path) -> None:
    folder = tmp_path
    large_photo(folder / "in" / "large.jpg")
    done = subprocess.run([sys.executable, "-c", _WORK, str(folder)], cwd=ROOT, check=True, capture_output=True,
                          text=True, timeout=300, env={**os.environ, "PYTHONPATH": str(ROOT)})  # fmt: skip
    name, *numbers = done.stdout.split()
    width, height, brought, shown = map(int, numbers)
    assert (width, height) == (WIDTH, HEIGHT)
    assert max(brought, shown) * 1024 < 4.9 * WIDTH * HEIGHT, (brought, shown)
    image = ImageRef(1, name, width, height)
    pictures = Pictures(str(folder / "images"), str(folder / "cache"))
    assert read(pictures.display(image)).size == (2048, 1536)
    with opened(folder / "images" / name) as photo:
        for step, x, y in ((1, 11, 9), (1, 23, 17), (4, 2, 1)):
            found, wanted = np.asarray(read(Tiles(pictures).tile(image, step, x, y))), other(photo, image, step, x, y)
            assert abs(found[: wanted.shape[0], : wanted.shape[1]] - wanted).mean() < 3, (step, x, y)
    columns = np.asarray(read(Tiles(pictures).tile(image, 1, 11, 9)))[..., 0].mean(0)
    assert np.ptp(columns.reshape(-1, 4).mean(0)) > 100, "stripes of 2 px are seen"


def test_one_above_the_limit_is_left_out_with_a_sentence(tmp_path: Path) -> None:
    small = tmp_path / "both"
    large_photo(small / "a.jpg", 400, 300)
    large_photo(small / "b.jpg", 2000, 1500)
    found = ingest_folder(small, tmp_path / "images", most_pixels=2_000_000)
    assert len(found.images) == 1
    assert found.broken == [
        f"{small / 'b.jpg'}: is 2,000 x 1,500 px, 3.0 megapixels, and the limit is 2; shrink it, or raise "
        "max_megapixels in cocokit.toml (COCOKIT_MAX_MEGAPIXELS)"
    ]


def test_one_signature_opens_all_tiles_of_an_image_and_of_no_other(make_site: Callable[..., Site]) -> None:
    site = make_site(Stage.LABEL)
    image = put(site, 2100, 900)
    showing = site.app.extensions["cocokit"]
    with site.app.app_context():
        told = showing.showing(site.engine).image(image)["tiles"]
    assert (told["size"], told["steps"]) == (TILE, [1])
    client = site.app.test_client()

    def fetch(step: int, x: int, y: int, url: str = told["url"]) -> Any:
        return client.get(url.format(step=step, x=x, y=y))

    first = fetch(1, 0, 0)
    assert (first.status_code, first.mimetype) == (200, "image/jpeg")
    assert "immutable" in first.headers["Cache-Control"]
    with Image.open(io.BytesIO(fetch(1, 4, 1).data)) as tile:
        assert tile.size == (2100 - 4 * TILE, 900 - TILE)
        assert tile.getpixel((3, 3))[2] > 240  # type: ignore[index]
    for beyond in ((1, 5, 0), (1, 0, 2), (2, 0, 0), (0, 0, 0), (10**17, 0, 0)):
        assert fetch(*beyond).status_code == 404, beyond
    assert fetch(1, 0, 0, told["url"].replace(f"deep/{image.id}/", "deep/1/")).status_code == 404
    display = tokens_of(site).media(f"image/{image.id}", site.engine.clock.now())
    assert client.get(f"/media/deep/{image.id}/{display}/1/0/0.jpg").status_code == 404, "the copy's is another one"
    assert first.headers["ETag"] != fetch(1, 1, 0).headers["ETag"]
    assert "tiles" not in come(site).next()["assignment"]["work"]["image"], "an ordinary photo has none"


def test_while_tiles_are_made_others_are_asked_to_come_back(make_site: Callable[..., Site]) -> None:
    site = make_site(Stage.LABEL)
    image = put(site, 2100, 90)
    tiles: Tiles = site.app.extensions["cocokit"].tiles
    os.makedirs(tiles.folder)
    url = f"/media/deep/{image.id}/{tokens_of(site).media(f'deep/{image.id}', site.engine.clock.now())}/1/0/0.jpg"
    with held(os.path.join(tiles.folder, "making.lock")):
        answer = site.app.test_client().get(url)
    assert answer.status_code == 503
    assert site.app.test_client().get(url).status_code == 200
