"""What people may call a post, and files of such names."""

import pytest

from photolake.rows.ids import hash_to_bigint
from photolake_cli.errors import CommandError
from photolake_cli.forget.names import PostName, parse_name, read_file

DID = "did:plc:z72i7hdynmk6r22z27h6tvur"
URI = f"at://{DID}/app.bsky.feed.post/3l6oveex3ii2l"
NOTE = "https://mastodon.social/users/ann/statuses/114"
X = 1790000000000000001


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (str(X), PostName(X)),
        (f" {X}\n", PostName(X)),
        (f"https://x.com/ann/status/{X}?s=20", PostName(X, str(X))),
        (f"https://mobile.twitter.com/i/web/status/{X}/photo/1", PostName(X, str(X))),
        (URI, PostName(hash_to_bigint(URI), URI)),
        (f"https://bsky.app/profile/{DID}/post/3l6oveex3ii2l", PostName(hash_to_bigint(URI), URI)),
        (NOTE, PostName(hash_to_bigint(NOTE), NOTE)),
    ],
)
def test_a_post_is_named_by_id_or_by_the_url_of_its_page(text, expected):
    assert parse_name(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ann",
        "-1",
        "9" * 19,
        "9" * 20,
        "https://x.com/ann",
        "https://bsky.app/profile/ann.bsky.social/post/3l6oveex3ii2l",
    ],
)
def test_what_is_not_a_post_is_refused(text):
    with pytest.raises(CommandError, match="is not a post"):
        parse_name(text)


@pytest.mark.parametrize("content", [f"{X}\n\n{URI}\n", f"id\n{X}\n{URI}\n", f"\ufeffwhen,id\n2026,{X}\n,{URI}\n"])
def test_a_file_has_one_a_line_or_a_column(tmp_path, content):
    file = tmp_path / "posts.csv"
    file.write_text(content)

    assert list(read_file(file, "id")) == [PostName(X), PostName(hash_to_bigint(URI), URI)]


def test_a_file_that_does_not_fit_is_named_with_the_line(tmp_path):
    file = tmp_path / "posts.csv"
    file.write_text(f"when,post\n2026,{X}\n2026,nobody\n")

    with pytest.raises(CommandError, match="has no column id"):
        list(read_file(file, "id"))
    with pytest.raises(CommandError, match="line 3: 'nobody' is not a post"):
        list(read_file(file, "post"))
    with pytest.raises(CommandError, match="cannot be read"):
        list(read_file(tmp_path / "none", "id"))
