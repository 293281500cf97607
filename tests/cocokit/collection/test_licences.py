"""What licences allow, however the source names them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocokit.collection.found import Licence
from cocokit.collection.licences import choose_licences, rights_of
from cocokit.errors import ParamsError

CC = "https://creativecommons.org/"


@pytest.mark.parametrize(
    "licence, slug",
    [
        (Licence("4", "Attribution License", CC + "licenses/by/2.0/"), "by"),
        (Licence("11", "CC BY 4.0", CC + "licenses/by/4.0/"), "by"),
        (Licence("4", "Attribution License"), "by"),
        (Licence("1", "Attribution-NonCommercial-ShareAlike License"), "by-nc-sa"),
        (Licence("3", "Attribution-NonCommercial-NoDerivs License"), "by-nc-nd"),
        (Licence("6", "Attribution-NoDerivs License", "http://creativecommons.org/licenses/by-nd/2.0/"), "by-nd"),
        (Licence("7", "No known copyright restrictions", "https://www.flickr.com/commons/usage/"), "pdm"),
        (Licence("8", "United States Government Work", "http://www.usa.gov/copyright.shtml"), "pdm"),
        (Licence("9", "Public Domain Dedication (CC0)", CC + "publicdomain/zero/1.0/"), "cc0"),
        (Licence("10", "Public Domain Mark", CC + "publicdomain/mark/1.0/"), "pdm"),
        (Licence("by-nc-nd"), "by-nc-nd"),
        (Licence("cc0"), "cc0"),
        (Licence("pdm", "PDM 1.0"), "pdm"),
        (Licence("cc-by-sa-4.0", "CC BY-SA 4.0", CC + "licenses/by-sa/4.0"), "by-sa"),
        (Licence("cc-by-sa-3.0-de", "CC BY-SA 3.0 de"), "by-sa"),
        (Licence("pd", "Public domain"), "pdm"),
        (Licence("x", "", CC + "licenses/BY-NC/4.0/deed.de"), "by-nc"),
        (Licence("x", "Creative Commons Attribution-Share Alike 4.0 International"), "by-sa"),
        (Licence("x", "CC0 1.0"), "cc0"), (Licence("PD-USGov", ""), "pdm"),
    ],
)  # fmt: skip
def test_a_licence_that_is_understood(licence: Licence, slug: str) -> None:
    rights = rights_of(licence)
    assert rights is not None
    assert rights.slug == slug
    assert rights.changes == ("nd" not in slug)
    assert rights.commercial == ("nc" not in slug)
    assert rights.credit == slug.startswith("by")


@pytest.mark.parametrize(
    "licence",
    [
        None, Licence(""), Licence("0", "All Rights Reserved"), Licence("12"), Licence("x", "GFDL"),
        Licence("x", "Fair use"), Licence("x", "by request only"), Licence("x", "", CC + "licenses/sampling+/1.0/"),
        Licence("x", "", "https://evil.example/?next=creativecommons.org"), Licence("x", "free, ask the bypasser"),
        Licence("x", "No attribution; all rights reserved"),
        Licence("x", "", "http://e.example/creativecommons.org/licenses/by/4.0/"),
        Licence("x", "", "https://creativecommons.org.evil.example/licenses/by/4.0/"),
        Licence("x", "not in the public domain"),
        Licence("x", "Attribution and a fee"), Licence("x", "by-nc-nc-foo"),
    ],
)  # fmt: skip
def test_a_licence_that_is_not_understood_allows_nothing(licence: Licence | None) -> None:
    assert rights_of(licence) is None
    assert not any(choose_licences(words)(licence) for words in ("changes", "commercial", "any", "by,by-sa,cc0,pdm"))


def test_choices() -> None:
    by_nd, by_nc, by = (Licence(slug) for slug in ("by-nd", "by-nc", "by"))
    assert [choose_licences("changes")(one) for one in (by_nd, by_nc, by)] == [False, True, True]
    assert [choose_licences("commercial")(one) for one in (by_nd, by_nc, by)] == [False, False, True]
    assert [choose_licences("any")(one) for one in (by_nd, by_nc, by)] == [True, True, True]
    assert [choose_licences("BY-ND, by")(one) for one in (by_nd, by_nc, by)] == [True, False, True]


@pytest.mark.parametrize("words", ["", " , ", "free", "by,nd"])
def test_a_choice_that_is_none(words: str) -> None:
    with pytest.raises(ParamsError, match="licenses is"):
        choose_licences(words)


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=60))
def test_hostile_licences_never_fail(key: str, name: str, url: str) -> None:
    rights_of(Licence(key, name, url))
