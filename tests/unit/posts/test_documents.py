from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from photolake.posts.documents import MAX_BYTES, Document, batches, clip


@given(st.text(), st.integers(min_value=0, max_value=40))
def test_a_clipped_text_is_the_longest_beginning_within_the_limit(text: str, limit: int) -> None:
    whole = text.encode("utf-8", "replace").decode("utf-8")
    clipped = clip(text, limit)
    following = whole[len(clipped) : len(clipped) + 1]

    assert whole.startswith(clipped)
    assert len(clipped.encode()) <= limit
    assert not following or len((clipped + following).encode()) > limit


def test_a_long_text_is_cut_between_characters() -> None:
    assert clip("é" * 2499 + "😀" + "x") == "é" * 2499
    assert clip("é" * 2498 + "😀" + "x") == "é" * 2498 + "😀"
    assert len(clip("a" * 6000)) == MAX_BYTES


def test_half_a_surrogate_pair_can_be_sent() -> None:
    assert clip("cut \ud83d") == "cut ?"


def test_a_cache_key_names_the_language_and_the_hash_of_the_text_as_sent() -> None:
    assert Document("en", "hello").cache_key == f"text#en#{sha256(b'hello').hexdigest()}"


@given(st.integers(min_value=0, max_value=80))
def test_batches_hold_at_most_25_documents_and_lose_none(count: int) -> None:
    documents = [Document("en", str(index)) for index in range(count)]
    groups = list(batches(documents))

    assert [document for group in groups for document in group] == documents
    assert all(1 <= len(group) <= 25 for group in groups)
