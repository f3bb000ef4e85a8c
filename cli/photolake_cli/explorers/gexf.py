"""Writes a network as GEXF 1.3, which Gephi reads. https://gexf.net/schema.html"""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING

from networkx.readwrite.gexf import GEXFWriter

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    import networkx

# What XML 1.0 has no place for, not even escaped. https://www.w3.org/TR/xml/#charsets
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_XSI = "http://www.w3.org/2001/XMLSchema-instance"


def write_gexf(graph: networkx.Graph, out: IO[bytes], description: str) -> None:
    r"""Write the network; a character that XML cannot hold becomes visible, as `\x0b`."""
    writer = GEXFWriter(encoding="utf-8", version="1.3")
    writer.add_graph(graph)
    # networkx 3.6 writes another namespace there, and an attribute `name` that the schema does not have.
    writer.xml.set("xmlns:xsi", _XSI)
    writer.graph_element.attrib.pop("name", None)
    meta = writer.xml.find("meta")
    meta.find("creator").text = "photolake"
    element = meta.makeelement("description", {})
    element.text = description
    meta.append(element)
    _name_attributes(writer.xml)
    for element in writer.xml.iter():
        element.attrib.update({name: make_legal(value) for name, value in element.attrib.items()})
    writer.write(out)


def _name_attributes(document: Element) -> None:
    """Give attributes their names as ids in place of numbers: Gephi's plugins and scripts find a column by its id."""
    titles = {attribute.attrib["id"]: attribute.attrib["title"] for attribute in document.iter("attribute")}
    for name, tag in (("id", "attribute"), ("for", "attvalue")):
        for element in document.iter(tag):
            element.set(name, titles[element.attrib[name]])


def make_legal(text: str) -> str:
    """Make the characters visible that XML cannot hold."""
    return _ILLEGAL.sub(lambda match: match[0].encode("unicode_escape", "surrogatepass").decode(), text)
