"""Photos and videos of an X API v1.1 status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from photolake.rows.json_reader import present, struct_or_none

if TYPE_CHECKING:
    from photolake.rows.json_reader import JsonObject


def full_part(status: JsonObject) -> JsonObject:
    """The part with the whole text and its entities: `extended_tweet` in compatibility mode."""
    return status.part("extended_tweet") or status


def entities_of(status: JsonObject) -> JsonObject | None:
    """The entities of the whole text."""
    return full_part(status).part("entities") or status.part("entities")


def media_of(status: JsonObject) -> list[dict[str, Any]]:
    """The status's media; `entities` alone holds but the first, so it is asked last."""
    for place in (full_part(status).part("extended_entities"), status.part("extended_entities")):
        if place and place.parts("media"):
            return [_medium(medium) for medium in place.parts("media")]
    entities = entities_of(status)
    return [_medium(medium) for medium in entities.parts("media")] if entities else []


def _medium(medium: JsonObject) -> dict[str, Any]:
    number = medium.whole("id_str", "id")
    sizes = medium.part("sizes")
    return present(
        {
            "id": None if number is None else str(number),
            **{
                name: medium.text(name)
                for name in (
                    "type",
                    "media_url",
                    "media_url_https",
                    "url",
                    "display_url",
                    "expanded_url",
                    "ext_alt_text",
                )
            },
            "indices": medium.wholes("indices"),
            "sizes": _sizes(sizes) if sizes else None,
        }
    )


def _sizes(sizes: JsonObject) -> dict[str, Any] | None:
    found = {name: sizes.part(name) for name in ("thumb", "small", "medium", "large")}
    return struct_or_none(
        {
            name: present({"w": size.whole("w"), "h": size.whole("h"), "resize": size.text("resize")})
            for name, size in found.items()
            if size
        }
    )
