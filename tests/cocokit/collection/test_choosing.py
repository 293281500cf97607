"""Categories by vote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocokit.categories import COCO_91
from cocokit.collection.ballots import Nominee, read_ballot, with_votes, write_ballot
from cocokit.collection.choosing import VOC_20, choose, gini
from cocokit.errors import CocokitError, DataError, NotFoundError, ParamsError


def nominee(name: str, group: str, vote: int, **more: Any) -> Nominee:
    return Nominee(name, group, votes={"ann": vote}, **more)


@pytest.fixture
def paper(shared_data: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shared_data / "coco_categories.json").read_text(encoding="utf-8"))
    return found


def candidates(paper: dict[str, Any]) -> list[Nominee]:
    """The table's 272 in its order, which is that of the votes; names that it has twice get a mark."""
    groups = {category.id: category.supercategory for category in COCO_91}
    found: list[Nominee] = []
    for row in paper["candidates"]:
        name = row["name"] if row["name"] not in {one.name for one in found} else f"{row['name']} (again)"
        rank = row["vote_rank"]  # votes were never published; five voters whose mean falls with the rank
        votes = {f"voter {i}": 5 - (4 * (rank - 1) + i * 54) // 272 for i in range(5)}
        found.append(Nominee(name, groups.get(row["category_id"], ""), votes={k: max(1, v) for k, v in votes.items()}))
    return found


def test_the_papers_272_candidates_become_its_91(paper: dict[str, Any]) -> None:
    """With what the paper states: the order of votes, the sizes of the groups, VOC's twenty.

    The groups of candidates that were not chosen are not stated; without one they have no room.
    """
    nominees = candidates(paper)
    assert len(nominees) == 272
    caps = {name: row["of_91"] for name, row in paper["supercategory_counts"].items()}
    choice = choose(nominees, 91, cap=caps, must=VOC_20)
    wanted = {row["name"] for row in paper["candidates"] if row["selected"]}
    assert {one.name for one in choice.chosen} == wanted
    assert choice.sizes == caps
    assert set(choice.passed_over.values()) <= {"full", "vote"}
    assert len(choice.passed_over) == 181


def test_by_vote_alone_it_would_have_been_others(paper: dict[str, Any]) -> None:
    choice = choose(candidates(paper), 91, cap=91)
    wanted = {row["name"] for row in paper["candidates"] if row["selected"]}
    assert len(wanted & {one.name for one in choice.chosen}) == 72


def test_vocs_twenty_are_named_as_coco_names_them(paper: dict[str, Any]) -> None:
    assert set(VOC_20) == {row["name"] for row in paper["categories"] if row["voc2012_name"]}


def test_high_votes_win_until_a_supercategory_is_full() -> None:
    nominees = [nominee(f"animal {i}", "animal", 5) for i in range(5)] + [nominee("cup", "kitchen", 2),
                nominee("bed", "furniture", 1), nominee("desk", "furniture", 3)]  # fmt: skip
    choice = choose(nominees, 4)
    assert [one.name for one in choice.chosen] == ["animal 0", "animal 1", "desk", "cup"]
    assert choice.passed_over == {"animal 2": "full", "animal 3": "full", "animal 4": "full", "bed": "vote"}
    assert choose(nominees, 4, cap=10).sizes == {"animal": 4}
    assert choice.gini < choose(nominees, 5, cap=4).gini


def test_the_rare_are_out_unless_they_must_be_in() -> None:
    nominees = [nominee("yak", "animal", 5, instances=10), nominee("dog", "animal", 1, instances=9000),
                nominee("tie", "accessory", 1, instances=1, must=True)]  # fmt: skip
    choice = choose(nominees, 2)
    assert [one.name for one in choice.chosen] == ["tie", "dog"]
    assert choice.passed_over == {"yak": "rare"}
    assert {one.name for one in choose(nominees, 3, must=["yak"]).chosen} == {"yak", "dog", "tie"}


@pytest.mark.parametrize(
    "size, more, sentence",
    [
        (0, {}, "count is 0; give at least 1"),
        (3, {}, "only 2 candidates can be chosen"),
        (1, {"must": ["a", "b"]}, "give at least 2: so many must be in"),
        (1, {"must": ["zebra"]}, "must is 'zebra'; it is no candidate"),
        (2, {"cap": 1}, "only 1 candidates can be chosen; add some or raise the cap"),
    ],
)  # fmt: skip
def test_what_cannot_be_chosen(size: int, more: Any, sentence: str) -> None:
    with pytest.raises(ParamsError, match=sentence):
        choose([nominee("a", "x", 1), nominee("b", "x", 2)], size, **more)


NOMINEES = st.lists(
    st.tuples(st.sampled_from("abcd"), st.integers(1, 5), st.booleans(), st.one_of(st.none(), st.integers(0, 9999))),
    min_size=1, max_size=30,
)  # fmt: skip


@given(NOMINEES, st.integers(1, 30), st.one_of(st.none(), st.integers(1, 10)))
def test_every_choice_keeps_the_rules(
    rows: list[tuple[str, int, bool, int | None]], size: int, cap: int | None
) -> None:
    nominees = [nominee(str(i), group, vote, must=must, instances=instances)
                for i, (group, vote, must, instances) in enumerate(rows)]  # fmt: skip
    try:
        choice = choose(nominees, size, cap=cap)
    except ParamsError:
        must = [one for one in nominees if one.must]
        fit = [one for one in nominees if one.must or one.instances is None or one.instances >= 5000]
        room = sum(max(sum(o.must for o in fit if o.supercategory == g),
                       min(cap or 99, sum(o.supercategory == g for o in fit))) for g in "abcd")  # fmt: skip
        assert size < len(must) or room < size
        return
    chosen = {one.name for one in choice.chosen}
    assert len(chosen) == size
    assert chosen | set(choice.passed_over) == {one.name for one in nominees}
    assert not chosen & set(choice.passed_over)
    assert all(one.name in chosen for one in nominees if one.must)
    for one in nominees:  # nobody is passed over for somebody with a lower vote whose place was open to both
        if choice.passed_over.get(one.name) == "vote":
            lower = [o for o in choice.chosen if not o.must and o.mean < one.mean]
            assert all(choice.sizes[one.supercategory] >= (cap or 99) for _ in lower)
    assert choice.gini == pytest.approx(gini(list(choice.sizes.values())))


@given(st.lists(st.integers(0, 50), min_size=1, max_size=12))
def test_gini_is_the_mean_difference(sizes: list[int]) -> None:
    total = sum(sizes)
    naive = sum(abs(a - b) for a in sizes for b in sizes) / (2 * len(sizes) * total) if total else 0.0
    assert gini(sizes) == pytest.approx(naive, abs=1e-12)


def test_a_ballot_comes_back_as_it_was(tmp_path: Path) -> None:
    nominees = [Nominee("pen/pencil, blue", "indoor", 700, True), Nominee('the "dog"'), Nominee("=1+1", "", 0)]
    nominees = with_votes(with_votes(nominees, "ann", {"=1+1": 1, 'the "dog"': 5}), "bob", {'the "dog"': 3})
    nominees = with_votes(nominees, "ann", {'the "dog"': 4})
    path = tmp_path / "ballot.csv"
    write_ballot(path, nominees)
    assert [(o.name, o.supercategory, o.instances, o.must, o.votes) for o in read_ballot(str(path))] == [
        ("pen/pencil, blue", "indoor", 700, True, {}), ('the "dog"', "", None, False, {"ann": 4, "bob": 3}),
        ("=1+1", "", 0, False, {"ann": 1}),
    ]  # fmt: skip
    assert read_ballot(str(path))[1].mean == 3.5


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("", "has no candidate"), ("name\n", "has no candidate"), ("dog\n5\n", "no column name"),
        ("name,ann\ndog,6\n", "line 2, ann: is '6'; a vote is 1 to 5"), ("name,ann\ndog,4.5\n", "is '4.5'"),
        ("name\ndog\ncat\ndog\n", "line 4: 'dog' is there twice"), ("name,ann\n,5\n", "line 2: has no name"),
        ("name,instances\ndog,many\n", "line 2, instances: is 'many'"), ("name\ndog,5\n", "more cells"),
        ("\xff\xfe", "cannot be read"),
    ],
)  # fmt: skip
def test_a_ballot_that_is_wrong(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "ballot.csv"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(DataError, match=sentence):
        read_ballot(str(path))


def test_votes_that_are_none() -> None:
    with pytest.raises(NotFoundError, match="yeti is no candidate"):
        with_votes([Nominee("dog")], "ann", {"yeti": 5})
    for vote in (0, 6, -1):
        with pytest.raises(ParamsError, match="a vote is 1 to 5"):
            with_votes([Nominee("dog")], "ann", {"dog": vote})
    for voter in ("", " ", "must", "name", " ann"):
        with pytest.raises(CocokitError, match="voter is"):
            with_votes([Nominee("dog")], voter, {})
