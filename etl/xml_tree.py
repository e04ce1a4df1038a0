"""Small XML documents as a whole: no entities, no document type, nothing fetched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lxml import etree

from etl.record import UnreadableFileError


def read_root(path: Path) -> Any:
    """The root element of an XML document.

    Raises:
        UnreadableFileError: where it is broken, or declares a document type.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False)
    try:
        tree = etree.parse(str(path), parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableFileError(f"broken XML: {error.msg}") from error
    if tree.docinfo.doctype or tree.docinfo.internalDTD is not None:
        raise UnreadableFileError("the XML declares a document type or entities; such a file is not read")
    return tree.getroot()
