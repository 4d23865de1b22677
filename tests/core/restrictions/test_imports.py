"""Mirroring a statutory source: each item alone, then what it no longer lists."""

from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from broker.core.errors import Refusal
from broker.core.names import RestrictionName
from broker.core.restrictions.imported import ImportOutcome, ImportReport
from broker.core.restrictions.imports import SourceItems, at_place, import_items
from broker.core.restrictions.model import (
    Restriction,
    RestrictionDraft,
    RestrictionKind,
    RestrictionState,
    Source,
)
from broker.core.restrictions.register import RestrictionRegister
from tests.core.restrictions.scenes import AGENCIES, NOW_US, draft

CREATED, CHANGED = ImportOutcome.CREATED, ImportOutcome.CHANGED
UNCHANGED, REFUSED = ImportOutcome.UNCHANGED, ImportOutcome.REFUSED


def item(own: str, title: str = "Pond", **changes: object) -> RestrictionDraft:
    """One item of the source `pib`, mirrored by lfb."""
    made = replace(
        draft(own, title=title),
        kind=RestrictionKind.STATUTORY,
        source=Source("pib", own.upper()),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def imported(
    register: RestrictionRegister,
    *drafts: RestrictionDraft,
    listed: tuple[str, ...] | None = None,
    now_us: int = NOW_US,
) -> tuple[ImportReport, list[Restriction]]:
    """An import of `pib`; with `listed` it is the whole list."""
    given_items = SourceItems("lfb", "pib", drafts, listed is not None, listed or ())
    return import_items(register, given_items, now_us, AGENCIES)


def outcomes(report: ImportReport) -> list[ImportOutcome]:
    return [one.outcome for one in report.items]


def live(register: RestrictionRegister) -> dict[str, tuple[str, int]]:
    return {one.draft.name.restriction: (one.draft.title, one.version) for one in register.live()}


def test_created_unchanged_changed() -> None:
    # REQ-IMP-007
    register = RestrictionRegister()
    report, changed = imported(register, item("a"), item("b"))
    assert outcomes(report) == [CREATED, CREATED]
    assert [one.version for one in changed] == [1, 1]
    report, changed = imported(register, item("a"), item("b", "Weir"))
    assert outcomes(report) == [UNCHANGED, CHANGED]
    assert [(one.draft.name.restriction, one.version) for one in changed] == [("b", 2)]
    assert register.refreshed() == {"pib": NOW_US}


def test_a_bad_item_holds_up_no_other_and_is_told_at_its_place() -> None:
    # REQ-IMP-007
    register = RestrictionRegister()
    foreign = item("c", name=RestrictionName("hems", "c"))
    elsewhere = item("d", source=Source("other", "D"))
    own = replace(draft("e"), source=None)
    report, changed = imported(register, item("a", ""), foreign, elsewhere, own, item("b"))
    assert outcomes(report) == [REFUSED] * 4 + [CREATED]
    assert [one.refusals[0].field for one in report.items[:4]] == [
        "restrictions[0].title",
        "restrictions[1].name",
        "restrictions[2].source.source_id",
        "restrictions[3].kind",
    ]
    assert [one.version for one in report.items] == [0, 0, 0, 0, 1]
    assert len(changed) == 1


def test_a_live_one_that_the_source_got_wrong_this_time_stays() -> None:
    # REQ-IMP-007
    register = RestrictionRegister()
    imported(register, item("a"), item("b"))
    report, changed = imported(register, item("a", ""), item("b"), listed=("A", "B"))
    assert outcomes(report) == [REFUSED, UNCHANGED]
    assert (changed, report.withdrawn) == ([], ())
    assert set(live(register)) == {"a", "b"}


def test_a_source_of_which_nothing_was_taken_does_not_count_as_read() -> None:
    register = RestrictionRegister()
    imported(register, item("a", ""))
    assert register.refreshed() == {}
    imported(register, listed=())
    assert register.refreshed() == {"pib": NOW_US}


def test_only_the_sources_own_of_the_same_agency_are_withdrawn() -> None:
    # REQ-IMP-007
    register = RestrictionRegister()
    imported(register, item("a"), item("b"))
    register.create(draft("fire"), NOW_US, AGENCIES)
    other = item("x", name=RestrictionName("hems", "x"))
    register.mirror(other, NOW_US, AGENCIES)
    register.mirror(item("y", source=Source("other", "Y")), NOW_US, AGENCIES)
    report, changed = imported(register, listed=("B",))
    assert report.withdrawn == ("agencies/lfb/restrictions/a",)
    assert [one.state for one in changed] == [RestrictionState.WITHDRAWN]
    assert set(live(register)) == {"b", "fire", "x", "y"}


def test_what_an_item_replaces_ends_with_it_once() -> None:
    register = RestrictionRegister()
    imported(register, item("a"))
    newer = item("b", replaces=RestrictionName("lfb", "a"))
    report, changed = imported(register, newer)
    assert report.withdrawn == ("agencies/lfb/restrictions/a",)
    assert [one.draft.name.restriction for one in changed] == ["b", "a"]
    assert imported(register, newer)[0].withdrawn == ()


def test_a_name_that_another_source_or_a_request_has_is_refused() -> None:
    register = RestrictionRegister()
    register.create(draft("a"), NOW_US, AGENCIES)
    register.mirror(item("b", source=Source("other", "B")), NOW_US, AGENCIES)
    report, _ = imported(register, item("a"), item("b"))
    assert outcomes(report) == [REFUSED, REFUSED]
    reasons = [one.refusals[0].reason for one in report.items]
    assert "in use" in reasons[0]
    assert "mirrored from other" in reasons[1]


def test_a_refusal_keeps_what_stands_behind_its_root() -> None:
    refusal = Refusal("restriction.volumes[0].circle", "why")
    assert at_place(refusal, 7) == Refusal("restrictions[7].volumes[0].circle", "why")


@dataclass(frozen=True)
class Step:
    """One import: the title of each item that is told (empty ones are faulty), and the list."""

    told: dict[str, str]
    is_whole: bool
    also_listed: frozenset[str]


NAMES = ("a", "b", "c", "d")
steps = st.lists(
    st.builds(
        Step,
        st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["Pond", "Weir", ""])),
        st.booleans(),
        st.frozensets(st.sampled_from(NAMES)),
    ),
    max_size=8,
)


@settings(max_examples=80, deadline=None)
@given(steps)
def test_any_imports_against_a_plain_list(told: list[Step]) -> None:
    """REQ-IMP-007: titles and versions as a dictionary keeps them, import by import."""
    register = RestrictionRegister()
    titles: dict[str, str] = {}
    versions: dict[str, int] = {}
    for place, step in enumerate(told):
        listed = {*step.told, *step.also_listed}
        names = tuple(sorted(one.upper() for one in listed)) if step.is_whole else None
        drafts = [item(name, title) for name, title in step.told.items()]
        report, changed = imported(register, *drafts, listed=names, now_us=NOW_US + place)
        expected, touched = [], []
        for name, title in step.told.items():
            if not title:
                expected.append(REFUSED)
                continue
            known = titles.get(name)
            expected.append(CREATED if known is None else UNCHANGED if known == title else CHANGED)
            if known != title:
                titles[name] = title
                versions[name] = versions.get(name, 0) + 1
                touched.append(name)
        gone = sorted(set(titles) - listed) if step.is_whole else []
        for name in gone:
            del titles[name]
            versions[name] += 1
        assert outcomes(report) == expected
        assert report.withdrawn == tuple(f"agencies/lfb/restrictions/{name}" for name in gone)
        assert [one.draft.name.restriction for one in changed] == touched + gone
        assert live(register) == {name: (titles[name], versions[name]) for name in titles}
