"""The card of a dataset: a page for people, written from what was counted and from what its makers say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..places import counted
from .about import About
from .facts import Facts
from .work import Work

#: What further files hold.
_HOLDS = {
    "images": "the photographs, under the `file_name` of each image",
    "images.json": "which images are finished, and why each other one is not",
    "provenance.json": "the workers, answers and votes behind each annotation",
}
#: Rarer than this in a split, a category says little.
_RARE = 10


def card(
    facts: Facts, about: About, work: Work | None, settings: dict[str, Any], files: Sequence[str] = ()
) -> str:
    """The text of README.md.

    Args:
        facts: what was counted.
        about: what people say.
        work: what a campaign's provenance says, or None.
        settings: "seed" and how the splits were made, as the manifest has them.
        files: what else is in the folder: "images" for the photographs, "provenance.json", ...
    """
    sections: list[tuple[str, Callable[[], Iterator[str]]]] = [
        ("What it is", lambda: _what(facts, about)),
        ("Files", lambda: _files(facts, files)),
        ("Splits", lambda: _splits(facts, settings)),
        ("Categories", lambda: _categories(facts)),
        ("Sizes", lambda: _sizes(facts)),
        ("How the images were collected", lambda: _collected(facts, about)),
        ("How they were annotated", lambda: _annotated(facts, about, work)),
        ("Licences", lambda: _licenses(facts, about)),
        ("Known limits", lambda: _limits(facts, about)),
        ("Citation and contact", lambda: _citation(about)),
    ]
    lines = [f"# {about.title or 'A dataset without a title'}", ""]
    for heading, write in sections:
        lines += [f"## {heading}", "", *write(), ""]
    lines += ["Everything above that is a number was counted when the folder was written. `cocokit verify` with this "
              "folder reads all of it again and names whatever is not as it was."]  # fmt: skip
    return "\n".join(lines) + "\n"


def _what(facts: Facts, about: About) -> Iterator[str]:
    parts = [counted(facts.total("images"), "image")]
    for name, noun in (("instances", "instance"), ("crowds", "crowd region"), ("captions", "caption")):
        if facts.total(name):
            parts.append(counted(facts.total(name), noun))
    text = f"{', '.join(parts)} in {counted(len(facts.categories), 'category')}."
    hidden = sum(split.images for split in facts.splits.values() if split.withheld)
    if hidden:
        text += f" The annotations of {counted(hidden, 'image')} are withheld, for evaluations."
    yield f"{about.description.strip()} {text}".strip()


def _files(facts: Facts, files: Sequence[str]) -> Iterator[str]:
    names = {f"`{name}/`" if name == "images" else f"`{name}`": name for name in sorted(files)}
    yield from _table(["file", "what it holds"], [
        ["`annotations/`", "COCO files, one for each split and kind"],
        *([shown, _HOLDS.get(name, "")] for shown, name in names.items()),
        ["`manifest.json`", "the SHA-256 of every file, counts, seed, settings, versions"],
    ])  # fmt: skip
    if "images" not in files:
        yield from ("", "The photographs are not in this folder: `file_name` says which is which.")
    hidden = [name for name, split in facts.splits.items() if split.withheld]
    if hidden:
        yield from ("", f"The file of {' and '.join(hidden)} has images alone; evaluations keep its annotations.")


def _splits(facts: Facts, settings: dict[str, Any]) -> Iterator[str]:
    rows = [[name or "all", s.images, *(["withheld"] * 3 if s.withheld and not s.instances else
                                        [s.instances, s.crowds, s.captions]), s.empty if not s.withheld else ""]
            for name, s in facts.splits.items()]  # fmt: skip
    yield from _table(["split", "images", "instances", "crowd regions", "captions", "images without any"], rows)
    told = [f"{key.capitalize()}: {value}." for key, value in settings.items() if value is not None]
    if told:
        yield from ("", f"{' '.join(told)} No image is in two splits.")


def _categories(facts: Facts) -> Iterator[str]:
    names = [name for name, split in facts.splits.items() if not split.withheld]
    counts = [f"{name} {noun}".strip() for name in names for noun in ("images", "instances")]
    head = ["id", "category", "supercategory", *counts]
    rows = []
    for key, name, group in facts.categories:
        found = [facts.splits[n].by_category.get(key, (0, 0)) for n in names]
        rows.append([str(key), name, group, *(count for pair in found for count in pair)])
    yield from _table(head, rows)


def _sizes(facts: Facts) -> Iterator[str]:
    sums = [sum(s.sizes[i] for s in facts.splits.values()) for i in range(3)]
    total = sum(sums)
    if total:
        shares = [f"{name} {n:,} ({n / total:.0%})" for name, n in zip(("small", "medium", "large"), sums, strict=True)]
        yield f"Instances by area (32 x 32 and 96 x 96 px divide them): {', '.join(shares)}."
    for side, (low, middle, high) in (("width", facts.widths), ("height", facts.heights)):
        yield f"{side.capitalize()} of the images: {low:,} to {high:,} px, median {middle:,}."
    forms = [f"{name} {count:,}" for name, count in facts.forms.items() if count]
    if forms:
        yield f"Instances have: {', '.join(forms)}."


def _collected(facts: Facts, about: About) -> Iterator[str]:
    yield about.collected.strip() or "Not stated."


def _annotated(facts: Facts, about: About, work: Work | None) -> Iterator[str]:
    if about.annotated.strip():
        yield about.annotated.strip()
    if work is None:
        if not about.annotated.strip():
            yield "Not stated."
        return
    yield (f"By {counted(work.workers, 'worker')} in the campaign {work.campaign}: "
           f"{counted(work.masks, 'mask')}, {counted(work.crowds, 'crowd region')}, "
           f"{counted(work.captions, 'caption')}. `provenance.json` has the answers behind each annotation, "
           "workers under names that no other campaign uses.")  # fmt: skip
    rows: list[list[Any]] = []
    if work.marked is not None:
        rows.append(["workers who marked an instance, mean", f"{work.marked:.1f}"])
    if work.votes:
        rows += [["votes on masks", f"{work.votes:,}"], ["of these good", f"{work.good / work.votes:.1%}"],
                 ["masks whose votes were all good", f"{work.unanimous / work.masks:.1%}"]]  # fmt: skip
    if work.masks:
        rows.append(["masks that took more than one attempt", f"{work.again / work.masks:.1%}"])
    if work.seconds is not None:
        rows.append(["active seconds at a mask, median", f"{work.seconds:.0f}"])
    rows += [[f"masks drawn with {tool}", f"{count:,}"] for tool, count in sorted(work.tools.items())]
    if rows:
        yield ""
        yield from _table(["quality", "value"], rows)


def _licenses(facts: Facts, about: About) -> Iterator[str]:
    yield f"Annotations: {about.license.strip() or 'not stated'}."
    yield ""
    rows = [[_linked(name, facts.license_urls.get(name)), count]
            for name, count in sorted(facts.licenses.items(), key=lambda item: (-item[1], item[0]))]  # fmt: skip
    yield from _table(["licence of the image", "images"], rows)


def _linked(name: str, url: str | None) -> str:
    if not name:
        return "not stated"
    return f"[{_plain(name)}]({url})" if url and re.fullmatch(r"https?://[^\s()<>|]+", url) else name


def _limits(facts: Facts, about: About) -> Iterator[str]:
    found = [*about.limits, *_found_limits(facts)]
    yield from (f"- {' '.join(text.split())}" for text in found)
    if not found:
        yield "None were found, which does not say that there are none."


def _found_limits(facts: Facts) -> Iterator[str]:
    names = {key: name for key, name, _ in facts.categories}
    for split, known in facts.splits.items():
        if known.withheld or not known.instances:
            continue
        missing = [name for key, name in names.items() if key not in known.by_category]
        rare = [names[key] for key, (_, count) in sorted(known.by_category.items())
                if count < _RARE and key in names]  # fmt: skip
        where = f" in {split}" if split else ""
        if missing:
            yield f"{counted(len(missing), 'category')} without any instance{where}: {_some(missing)}."
        if rare:
            yield f"{counted(len(rare), 'category')} with fewer than {_RARE} instances{where}: {_some(rare)}."
    if facts.licenses[""]:
        yield f"{counted(facts.licenses[''], 'image')} whose licence is not stated."
    if facts.total("crowds"):
        yield "Crowd regions stand for many instances: leave them out of counts, and ignore them in evaluations."


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")


def _citation(about: About) -> Iterator[str]:
    authors = " and ".join(about.authors) or "not stated"
    key = re.sub(r"\W+", "", (about.title or "dataset").lower())[:20] or "dataset"
    yield "```bibtex"
    yield f"@misc{{{key}{about.year},"
    for name, value in (("title", about.title or "not stated"), ("author", authors), ("year", about.year),
                        ("howpublished", about.url)):  # fmt: skip
        if value:
            yield f"  {name} = {{{re.sub(r'[{}]', '', ' '.join(value.split()))}}},"
    yield "}"
    yield "```"
    yield ""
    yield f"Contact, for takedowns as well: {about.contact.strip() or 'not stated'}."


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    """A table; numbers have commas and stand to the right, and text that would break it is made harmless."""
    texts = [[f"{v:,}" if isinstance(v, int) else _cell(str(v)) for v in row] for row in rows]
    yield "| " + " | ".join(head) + " |"
    columns = zip(*texts, strict=True) if texts else [()] * len(head)
    yield "|" + "".join("---:|" if _numbers(column) else "---|" for column in columns)
    for row in texts:
        yield "| " + " | ".join(row) + " |"


def _numbers(column: Sequence[str]) -> bool:
    return any(map(str.strip, column)) and all(re.fullmatch(r"[\d,.]*%?|withheld", text) for text in column)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _plain(text: str) -> str:
    return re.sub(r"[\[\]|]", "", " ".join(text.split()))
