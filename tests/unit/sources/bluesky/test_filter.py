"""Which posts a filter lets through."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photolake.sources.bluesky.filter import PostFilter
from tests.builders.bluesky_events import ANN, BOB, images, record


def wanted(text, *keywords):
    return PostFilter(keywords, only_photos=False).matches(ANN, record(text))


@pytest.mark.parametrize(
    ("text", "keyword"),
    [
        ("We SURF.", "surf"),
        ("#surf", "surf"),
        ("surf", "SURF"),
        ("surfしたい", "surf"),
        ("STRASSE", "straße"),
        ("in the north\n sea", "north  sea"),
        ("海が好き", "海"),
        ("a海b", "海"),
        ("바다가 좋아", "바다"),
        ("Cafe\u0301!", "café"),
        ("ｓｕｒｆ", "surf"),
        ("C++ it is", "c++"),
        ("great 🌊🌊", "🌊"),
        ("a.b", "a.b"),
    ],
)
def test_a_keyword_is_found_as_a_word_or_phrase(text, keyword):
    assert wanted(text, "elsewhere", keyword)


@pytest.mark.parametrize(
    ("text", "keyword"),
    [
        ("surfer", "surf"),
        ("windsurf", "surf"),
        ("surf_1", "surf"),
        ("прибойный", "прибой"),
        ("north of the sea", "north sea"),
        ("axb", "a.b"),
        ("", "surf"),
    ],
)
def test_a_keyword_is_not_found_within_a_longer_word(text, keyword):
    assert not wanted(text, keyword)


def tagged(*tags):
    feature = [{"$type": "app.bsky.richtext.facet#tag", "tag": tag} for tag in tags]
    return record(facets=[{"index": {"byteStart": 0, "byteEnd": 1}, "features": feature}])


def test_a_hashtag_is_the_whole_tag_wherever_it_stands():
    beach = PostFilter(hashtags=("#Beach",), only_photos=False)

    assert beach.matches(ANN, tagged("sun", "BEACH"))
    assert beach.matches(ANN, record(tags=["beach"]))
    assert not beach.matches(ANN, tagged("beaches"))
    assert not beach.matches(ANN, record("beach"))


def test_an_author_is_enough():
    assert PostFilter(authors=(ANN,), only_photos=False).matches(ANN, record("anything"))
    assert not PostFilter(authors=(ANN,), only_photos=False).matches(BOB, record("anything"))


@pytest.mark.parametrize(
    ("langs", "matches"),
    [
        (["en"], True),
        (["en-GB"], True),
        (["EN"], True),
        (["de", "pt-BR"], True),
        (["pt"], False),
        (["eng"], False),
        ([], False),
        (None, False),
    ],
)
def test_a_language_takes_its_regions_and_a_region_only_itself(langs, matches):
    spoken = PostFilter(("sea",), languages=("en", "pt-BR"), only_photos=False)

    assert spoken.matches(ANN, record("sea", langs=langs)) is matches


def test_only_posts_with_photos_are_wanted_unless_told_otherwise():
    gallery = {"$type": "app.bsky.embed.gallery", "items": []}
    video = {"$type": "app.bsky.embed.video"}
    embeds = [images(), gallery, {"$type": "app.bsky.embed.recordWithMedia", "media": images()}, video, None]

    found = [PostFilter(("sea",)).matches(ANN, record("sea", embed=embed)) for embed in embeds]

    assert found == [True, True, True, False, False]


def test_the_query_says_what_is_wanted():
    everything = PostFilter(("surf", "north sea"), ("#beach",), (ANN,), ("en", "de"))

    assert everything.query == f'(surf OR "north sea" OR #beach OR from:{ANN}) (lang:en OR lang:de) has:images'
    assert PostFilter(("surf",), only_photos=False).query == "(surf)"


def test_a_filter_of_languages_alone_is_open():
    assert PostFilter(languages=("en",)).is_open
    assert not PostFilter(authors=(ANN,)).is_open


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["$type", "features", "tag", "media"]), inner)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["text", "langs", "tags", "facets", "embed"]), JUNK))
def test_no_record_makes_it_fail(posted):
    for only_photos in (True, False):
        PostFilter(("surf",), ("beach",), (BOB,), ("en",), only_photos).matches(ANN, posted)
