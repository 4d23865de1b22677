"""XML from outside: no entities, no external references, bounded in size, depth and count."""

from typing import Final
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from adapters.geozones.limits_of_input import NESTING, SOURCE_BYTES
from adapters.geozones.report import Reason, Unreadable

ELEMENTS: Final = 3_000_000
"""Of one document; a day's bulletin of the United Kingdom has 30,000."""


class _BoundedBuilder(TreeBuilder):
    """Builds the tree, and stops when it grows deeper or larger than any real document."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0
        self._count = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._depth += 1
        self._count += 1
        if self._depth > NESTING or self._count > ELEMENTS:
            raise Unreadable(Reason.TOO_LARGE, "XML nested too deep, or too many elements")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def parse(data: bytes) -> Element:
    """The root of the document. Raises Unreadable, and nothing else."""
    if len(data) > SOURCE_BYTES:
        raise Unreadable(Reason.TOO_LARGE, f"larger than {SOURCE_BYTES} bytes")
    parser = DefusedXMLParser(target=_BoundedBuilder())
    try:
        parser.feed(data)
        root = parser.close()
    except ParseError as error:
        raise Unreadable(Reason.MALFORMED, f"not XML: {error}") from error
    except DefusedXmlException as error:
        raise Unreadable(Reason.MALFORMED, "XML that declares entities is not read") from error
    except (ValueError, LookupError, AssertionError) as error:
        raise Unreadable(Reason.MALFORMED, "not XML: encoding or structure") from error
    if not isinstance(root, Element):
        raise Unreadable(Reason.MALFORMED, "XML without an element")
    return root


def local_name(element: Element) -> str:
    """The tag without its namespace."""
    return str(element.tag).rpartition("}")[2]


def text_of(element: Element | None) -> str:
    """The element's own text, stripped; empty without one."""
    return (element.text or "").strip() if element is not None else ""


def child(element: Element | None, name: str) -> Element | None:
    """The first direct child of that local name."""
    if element is None:
        return None
    return next((c for c in element if local_name(c) == name), None)
