"""What is refused about who is exempt, who answers, and where a restriction was read."""

from collections.abc import Collection, Iterator
from typing import Final

from broker.core.errors import Refusal, Refused
from broker.core.names import identifier
from broker.core.restrictions.drafting_texts import check_text
from broker.core.restrictions.model import (
    TEXT_LENGTH_MAX,
    Authority,
    Exemption,
    ReadingQuality,
    RestrictionDraft,
    Source,
)

EXEMPT_AGENCIES_MAX: Final = 50
EXEMPTIONS_MAX: Final = 20
AUTHORITIES_MAX: Final = 10
AUTHORITY_TEXT_LENGTH_MAX: Final = 200
NOTICE_S_MAX: Final = 366 * 86_400
ITEM_ID_LENGTH_MAX: Final = 100
FORMAT_LENGTH_MAX: Final = 40
SOURCE_TEXT_LENGTH_MAX: Final = 10_000
HOW_MAX: Final = 20
HOW_LENGTH_MAX: Final = 300
PUBLISHED_VALUES_MAX: Final = 60
PUBLISHED_KEY_LENGTH_MAX: Final = 60
PUBLISHED_VALUE_LENGTH_MAX: Final = 2_000
PUBLISHED_LENGTH_MAX: Final = 10_000
"""Characters in all, keys and values: with the shapes it must fit one feed message."""


def check_agencies(
    field: str, agencies: tuple[str, ...], known: Collection[str] | None
) -> Iterator[Refusal]:
    """Everything wrong with a list of agencies; `known` None checks their spelling only."""
    if len(agencies) > EXEMPT_AGENCIES_MAX:
        yield Refusal(field, f"must be at most {EXEMPT_AGENCIES_MAX}")
        return
    for place, agency in enumerate(agencies):
        name = f"{field}[{place}]"
        try:
            identifier(name, agency)
        except Refused as error:
            yield from error.refusals
            continue
        if known is not None and agency not in known:
            yield Refusal(name, f"no agency is called {agency!r}")
        if agency in agencies[:place]:
            yield Refusal(name, "is listed twice")


def check_parties(
    root: str, draft: RestrictionDraft, known: Collection[str] | None
) -> Iterator[Refusal]:
    """Everything wrong with exemptions and authorities."""
    yield from check_agencies(f"{root}.exempt_agencies", draft.exempt_agencies, known)
    if len(draft.exemptions) > EXEMPTIONS_MAX:
        yield Refusal(f"{root}.exemptions", f"must be at most {EXEMPTIONS_MAX}")
    else:
        for place, exemption in enumerate(draft.exemptions):
            yield from _check_exemption(f"{root}.exemptions[{place}]", exemption, known)
    if len(draft.authorities) > AUTHORITIES_MAX:
        yield Refusal(f"{root}.authorities", f"must be at most {AUTHORITIES_MAX}")
    else:
        for place, authority in enumerate(draft.authorities):
            yield from _check_authority(f"{root}.authorities[{place}]", authority)


def _check_exemption(
    field: str, exemption: Exemption, known: Collection[str] | None
) -> Iterator[Refusal]:
    beneficiary, conditions = exemption.beneficiary, exemption.conditions
    yield from check_text(f"{field}.beneficiary", beneficiary, TEXT_LENGTH_MAX, required=True)
    yield from check_text(f"{field}.conditions", conditions, TEXT_LENGTH_MAX, required=False)
    yield from check_agencies(f"{field}.agencies", exemption.agencies, known)
    length_max = AUTHORITY_TEXT_LENGTH_MAX
    yield from check_text(f"{field}.agreement", exemption.agreement, length_max, required=False)


def _check_authority(field: str, authority: Authority) -> Iterator[Refusal]:
    texts = {
        "name": authority.name,
        "service": authority.service,
        "contact_name": authority.contact_name,
        "telephone": authority.telephone,
        "email": authority.email,
        "site_url": authority.site_url,
        "talkgroup": authority.talkgroup,
    }
    for name, value in texts.items():
        yield from check_text(f"{field}.{name}", value, AUTHORITY_TEXT_LENGTH_MAX, required=False)
    if not any(value.strip() for value in texts.values()):
        yield Refusal(field, "is empty: say who answers, or how to reach them")
    if authority.notice_s is not None and not 0 <= authority.notice_s <= NOTICE_S_MAX:
        yield Refusal(f"{field}.notice_s", f"must be 0 to {NOTICE_S_MAX} s")


def check_source(root: str, draft: RestrictionDraft) -> Iterator[Refusal]:
    """Everything wrong with where it was read, how well, and what is carried along."""
    if draft.is_mirrored and draft.source is None:
        yield Refusal(f"{root}.source", "is required: a mirrored restriction names its source")
    elif not draft.is_mirrored and draft.source is not None:
        yield Refusal(f"{root}.source", "is only for mirrored restrictions")
    elif draft.source is not None:
        yield from _check_item(f"{root}.source", draft.source)
    yield from _check_reading(f"{root}.reading", draft)
    yield from _check_published(f"{root}.published", draft.published)


def _check_item(field: str, source: Source) -> Iterator[Refusal]:
    try:
        identifier(f"{field}.source_id", source.source_id)
    except Refused as error:
        yield from error.refusals
    yield from check_text(f"{field}.item_id", source.item_id, ITEM_ID_LENGTH_MAX, required=True)
    yield from check_text(f"{field}.format", source.format, FORMAT_LENGTH_MAX, required=False)
    yield from check_text(f"{field}.text", source.text, SOURCE_TEXT_LENGTH_MAX, required=False)
    yield from check_text(f"{field}.url", source.url, TEXT_LENGTH_MAX, required=False)
    if source.issued_us is not None and source.issued_us < 0:
        yield Refusal(f"{field}.issued_us", "must not be negative")


def _check_reading(field: str, draft: RestrictionDraft) -> Iterator[Refusal]:
    quality, how = draft.reading.quality, draft.reading.how
    if quality is not ReadingQuality.EXACT and not draft.is_mirrored:
        yield Refusal(f"{field}.quality", "only what was read from a source can be inexact")
    if quality is not ReadingQuality.EXACT and not how:
        yield Refusal(f"{field}.how", "is required: say in which respects it is not exact")
    if draft.is_unread and draft.source is not None and not draft.source.text.strip():
        yield Refusal("restriction.source.text", "is required: a person has to read it")
    if len(how) > HOW_MAX:
        yield Refusal(f"{field}.how", f"must be at most {HOW_MAX}")
        return
    for place, text in enumerate(how):
        yield from check_text(f"{field}.how[{place}]", text, HOW_LENGTH_MAX, required=True)


def _check_published(field: str, published: tuple[tuple[str, str], ...]) -> Iterator[Refusal]:
    if len(published) > PUBLISHED_VALUES_MAX:
        yield Refusal(field, f"must be at most {PUBLISHED_VALUES_MAX}")
        return
    if sum(len(key) + len(value) for key, value in published) > PUBLISHED_LENGTH_MAX:
        yield Refusal(field, f"must be at most {PUBLISHED_LENGTH_MAX} characters in all")
    seen: list[str] = []
    for place, (key, value) in enumerate(published):
        name = f"{field}[{place}]"
        yield from check_text(f"{name}.key", key, PUBLISHED_KEY_LENGTH_MAX, required=True)
        yield from check_text(f"{name}.value", value, PUBLISHED_VALUE_LENGTH_MAX, required=False)
        if key in seen:
            yield Refusal(f"{name}.key", "is listed twice")
        seen.append(key)
