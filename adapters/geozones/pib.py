"""Pre-flight information bulletins of the United Kingdom in XML: NOTAMs by their items.

There is no schema and its publisher promises none; the same NOTAM comes once for every section it
belongs to.
"""

from typing import Final
from xml.etree.ElementTree import Element

from adapters.geozones import xml_input
from adapters.geozones.limits_of_input import ITEMS
from adapters.geozones.notam_fields import REFERENCE, NotamFields, read_notam
from adapters.geozones.report import Decoded, Notes, Reason, SourceItem, Unreadable, refused_item
from adapters.geozones.xml_input import child, text_of

FORMAT: Final = "pib"


def decode(data: bytes) -> Decoded:
    """Every NOTAM of a bulletin. Raises Unreadable when it is none; nothing else."""
    root = xml_input.parse(data)
    found = [e for e in root.iter() if xml_input.local_name(e) == "Notam"]
    if not found:
        raise Unreadable(Reason.MALFORMED, "no Notam element")
    if len(found) > ITEMS:
        raise Unreadable(Reason.TOO_LARGE, f"more than {ITEMS} NOTAMs")
    return Decoded(FORMAT, tuple(_item(element) for element in found))


def _item(element: Element) -> SourceItem:
    notes = Notes()
    fields = _fields(element, notes)
    if REFERENCE.fullmatch(fields.reference) is None:
        problem = Unreadable(Reason.MALFORMED, "no series, number and year")
        return refused_item(fields.reference[:40], "", problem, notes)
    return read_notam(fields, notes)


def _reference(element: Element, prefix: str, notes: Notes) -> str:
    series, number, year = (
        text_of(child(element, prefix + name)) for name in ("Series", "Number", "Year")
    )
    if number and len(number) < 4:
        notes.deviate("NOTAM number without its leading zeros")
    return f"{series}{number.zfill(4)}/{year.zfill(2)}" if series and number and year else ""


def _fields(element: Element, notes: Notes) -> NotamFields:
    q_line = child(element, "QLine")
    plain = {
        name: text_of(child(element, name))
        for name in (
            *("Type", "Coordinates", "Radius", "StartValidity", "EndValidity"),
            *("Estimation", "ItemD", "ItemE", "ItemF", "ItemG"),
        )
    }
    qualifiers = {
        name: text_of(child(q_line, name))
        for name in ("FIR", "Code23", "Code45", "Traffic", "Purpose", "Scope", "Lower", "Upper")
    }
    places = " ".join(text_of(e) for e in element if xml_input.local_name(e) == "ItemA")
    reference = _reference(element, "", notes)
    refers_to = _reference(element, "Referred", notes)
    end = plain["EndValidity"] + ("EST" if plain["Estimation"] else "")
    return NotamFields(
        reference=reference,
        kind=plain["Type"],
        refers_to=refers_to,
        subject=qualifiers["Code23"].upper(),
        condition=qualifiers["Code45"].upper(),
        scope=qualifiers["Scope"].upper(),
        center=plain["Coordinates"],
        radius_nm=plain["Radius"],
        start=plain["StartValidity"],
        end=end,
        hours=plain["ItemD"],
        text=plain["ItemE"],
        lower=plain["ItemF"],
        upper=plain["ItemG"],
        whole=_as_notam(reference, refers_to, plain, qualifiers, places, end),
    )


def _as_notam(
    reference: str,
    refers_to: str,
    plain: dict[str, str],
    qualifiers: dict[str, str],
    places: str,
    end: str,
) -> str:
    """The items in the form that people know NOTAMs in."""
    q = qualifiers
    levels = f"{q['Lower'].zfill(3)}/{q['Upper'].zfill(3)}"
    codes = f"{q['FIR']}/Q{q['Code23']}{q['Code45']}/{q['Traffic']}/{q['Purpose']}/{q['Scope']}"
    lines = [
        f"({reference} NOTAM{plain['Type']} {refers_to}".rstrip(),
        f"Q) {codes}/{levels}/{plain['Coordinates']}{plain['Radius'].zfill(3)}",
        f"A) {places} B) {plain['StartValidity']} C) {end}",
    ]
    lines += [f"D) {plain['ItemD']}"] if plain["ItemD"] else []
    lines += [f"E) {plain['ItemE']}"]
    if plain["ItemF"] or plain["ItemG"]:
        lines.append(f"F) {plain['ItemF']} G) {plain['ItemG']}")
    return "\n".join(lines) + ")"
