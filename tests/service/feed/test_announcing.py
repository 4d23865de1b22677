"""Whom each effect of the core is told, and in what words."""

import pytest

from broker.core.effects import (
    AgreementNotice,
    AuditFound,
    DeskNotice,
    Effect,
    FeedStateChanged,
    OwnerReason,
    OwnerTold,
    PolicyLoaded,
    ShownTo,
    SupplyChainLoaded,
)
from broker.core.names import AgreementName, Audience, Role
from broker.service.feed.items import Item, ItemKind
from keepclear.v1 import feed_pb2
from tests.core.sharing.worlds import AGENCIES, LFB, MET, START_US, World

EVERYBODY = {Audience(agency, role) for agency in AGENCIES for role in Role}
OF_MET = {one for one in EVERYBODY if one.agency == "met"}
OF_LFB = {one for one in EVERYBODY if one.agency == "lfb"}
NAME = AgreementName("met", "london")


def told(effect: Effect) -> dict[Audience, list[Item]]:
    return dict(World().projection.project([effect], START_US, frames_due=False))


@pytest.mark.parametrize(
    ("effect", "readers"),
    [
        (DeskNotice("met", "code", "text"), {Audience("met", Role.DESK)}),
        (OwnerTold("met", OwnerReason.REMOTE_ID_HEARD, "text"), OF_MET),
        (AgreementNotice(("met", "lfb"), "code", "text", NAME), OF_MET | OF_LFB),
        (PolicyLoaded("v1"), EVERYBODY),
        (SupplyChainLoaded("v1"), EVERYBODY),
        (FeedStateChanged(MET, True, START_US), EVERYBODY),
        (FeedStateChanged(MET, True, START_US, ShownTo.OWNER), OF_MET),
        (FeedStateChanged(MET, True, START_US, ShownTo.OTHERS), EVERYBODY - OF_MET),
        (FeedStateChanged(LFB, False, START_US, ShownTo.OWNER), OF_LFB),
    ],
)  # fmt: skip
def test_it_reaches_those_it_is_for_under_the_next_number_and_nobody_else(
    effect: Effect, readers: set[Audience]
) -> None:
    # REQ-FEED-013
    found = told(effect)
    assert set(found) == readers
    for items in found.values():
        [item] = items
        assert (item.number, item.numbered, item.snapshot) == (1, True, False)


@pytest.mark.parametrize(
    ("effect", "code", "text", "subject"),
    [
        (DeskNotice("met", "code", "text"), "code", "text", ""),
        (OwnerTold("met", OwnerReason.REMOTE_ID_HEARD, "t"), "remote-id-heard", "t", ""),
        (AgreementNotice(("met",), "code", "text", NAME), "code", "text", str(NAME)),
        (AgreementNotice(("met",), "code", "about all", None), "code", "about all", ""),
        (PolicyLoaded("v1"), "policy-loaded", "pair policy v1 is in force", ""),
        (SupplyChainLoaded("v1"), "supply-chain-loaded", "supply-chain policy v1 is in force", ""),
        (SupplyChainLoaded(""), "supply-chain-loaded",
         "supply-chain policy (none) is in force", ""),
    ],
)  # fmt: skip
def test_notices_are_worded(effect: Effect, code: str, text: str, subject: str) -> None:
    [item] = told(effect)[Audience("met", Role.DESK)]
    notice = feed_pb2.FeedMessage.FromString(item.message).notice
    assert (notice.code, notice.text, notice.subject) == (code, text, subject)


def test_a_repair_is_told_to_all_without_a_number_since_a_replay_would_not_find_it_again() -> None:
    # REQ-FEED-012
    found = told(AuditFound(2, 1))
    assert set(found) == EVERYBODY
    for items in found.values():
        [item] = items
        assert (item.kind, item.number, item.numbered) == (ItemKind.NOTICE, 0, False)
        message = feed_pb2.FeedMessage.FromString(item.message)
        assert message.notice.code == "audit-repaired"
        assert "found 2 pairs" in message.notice.text
        assert "and 1 too many" in message.notice.text
