"""The words of an answer to "may I enter?": never a permission, always with the age of the picture.

Four answers and no others: no known objection from whom, ask whom, objection by whom and because of
which rule, unread: ask a person. Each says how old its picture is and what it could not see.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from broker.core.errors import BrokenInvariant
from broker.core.restrictions.access import EntryVerdict, Finding
from broker.core.restrictions.model import EntryRule, RestrictionDraft
from broker.core.sharing.wording import RestrictionNotice
from broker.core.units import SECOND_US

AGENCIES_NAMED_MAX: Final = 6
SOURCE_OLD_S: Final = 26 * 3_600.0
"""A statutory source is refreshed at least daily; two hours of grace."""


@dataclass(frozen=True, slots=True)
class EntryPicture:
    """What stood behind an answer."""

    answered_us: int
    picture_age_s: float | None
    """Of the newest position; None: there is none."""
    sources: tuple[tuple[str, float], ...]
    """Statutory sources and the seconds since each was last read."""
    silent_feeds: tuple[str, ...]

    @property
    def not_seen(self) -> tuple[str, ...]:
        """What could not be seen, in words."""
        said = [f"feed {name} is silent" for name in self.silent_feeds]
        if not self.sources:
            said.append("no statutory source is mirrored")
        for name, age_s in self.sources:
            if age_s > SOURCE_OLD_S:
                said.append(f"source {name} was last read {age_s / 3_600.0:.0f} h ago")
        if self.picture_age_s is None:
            said.append("no position has been received")
        return tuple(said)


def picture_of(
    now_us: int,
    newest_us: int | None,
    refreshed_us: Mapping[str, int],
    silent_feeds: Sequence[str],
) -> EntryPicture:
    """The picture at `now_us`."""
    return EntryPicture(
        answered_us=now_us,
        picture_age_s=None if newest_us is None else max(0, now_us - newest_us) / SECOND_US,
        sources=tuple(
            (name, max(0, now_us - at_us) / SECOND_US) for name, at_us in refreshed_us.items()
        ),
        silent_feeds=tuple(silent_feeds),
    )


def verdict_of(found: Sequence[Finding]) -> EntryVerdict:
    """The gravest of the findings, which come gravest first."""
    return found[0].verdict if found else EntryVerdict.NO_KNOWN_OBJECTION


def authority_of(draft: RestrictionDraft, agency_names: Mapping[str, str]) -> str:
    """Who objects or is to be asked, as people call them."""
    for authority in draft.authorities:
        if authority.name or authority.service:
            return authority.name or authority.service
    if draft.is_mirrored and draft.source is not None:
        return f"the authority of {draft.title}"
    return agency_names.get(draft.name.agency, draft.name.agency)


def contact_of(draft: RestrictionDraft) -> str:
    """How to reach them: telephone first, then radio."""
    if draft.contact:
        return draft.contact
    for one in draft.authorities:
        reach = one.telephone or one.talkgroup or one.email or one.site_url
        if reach:
            return reach
    return draft.talkgroup


def notice_of(draft: RestrictionDraft, agency_names: Mapping[str, str]) -> RestrictionNotice:
    """What an alert says of the restriction that it is about."""
    asks = draft.entry_rule is EntryRule.ASK
    return RestrictionNotice(
        title=draft.title,
        agency_name=agency_names.get(draft.name.agency, draft.name.agency),
        contact=contact_of(draft) if asks else draft.contact,
        designation=draft.designation,
        source_id="" if draft.source is None else draft.source.source_id,
        ask_whom=authority_of(draft, agency_names) if asks else "",
    )


def asked_of(finding: Finding, agency_names: Mapping[str, str]) -> tuple[str, str]:
    """Who objects or is to be asked, and how to reach them: the agreed desk, where there is one."""
    draft, desk = finding.restriction.draft, finding.desk
    if desk is None:
        return authority_of(draft, agency_names), contact_of(draft)
    talkgroup = f"talkgroup {desk.talkgroup}" if desk.talkgroup else ""
    reach = ", ".join(way for way in (desk.telephone, talkgroup) if way)
    return f"{agency_names.get(desk.agency, desk.agency)}, {desk.desk}", reach


def entry_text(
    found: Sequence[Finding], picture: EntryPicture, agency_names: Mapping[str, str], agency: str
) -> str:
    """One answer for the asking agency."""
    verdict = verdict_of(found)
    if verdict is EntryVerdict.NO_KNOWN_OBJECTION:
        head = f"No known objection from {_everybody(agency_names, agency)}"
    else:
        head = _first(found[0], verdict, agency_names)
        others = sum(one.verdict is not EntryVerdict.NO_KNOWN_OBJECTION for one in found) - 1
        if others:
            head = f"{head}; {others} more"
    age_s = picture.picture_age_s
    age = "no picture of traffic" if age_s is None else f"picture {age_s:.0f} s old"
    not_seen = f" Not seen: {'; '.join(picture.not_seen)}." if picture.not_seen else ""
    return f"{head}, {age}.{not_seen}"


def _first(finding: Finding, verdict: EntryVerdict, agency_names: Mapping[str, str]) -> str:
    draft = finding.restriction.draft
    who, contact = asked_of(finding, agency_names)
    reached = f" ({contact})" if contact else ""
    match verdict:
        case EntryVerdict.OBJECTION:
            return f"Objection by {who}{reached}, because {finding.rule}: {draft.title}"
        case EntryVerdict.ASK:
            return f"Ask {who}{reached}, because {finding.rule}: {draft.title}"
        case EntryVerdict.UNREAD:
            return f"Unread: ask a person about {draft.title}{reached}; {finding.rule}"
        case EntryVerdict.NO_KNOWN_OBJECTION:
            raise BrokenInvariant("nothing to ask anybody about")


def _everybody(agency_names: Mapping[str, str], agency: str) -> str:
    names = [name for other, name in sorted(agency_names.items()) if other != agency]
    if not names:
        return "anybody: no other agency takes part"
    shown = names[:AGENCIES_NAMED_MAX]
    if len(names) > AGENCIES_NAMED_MAX:
        shown.append(f"{len(names) - AGENCIES_NAMED_MAX} others")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
