"""Which action of the decision point each method and each written topic is.

A method or topic that is not here is refused: whoever adds one decides here who may use it.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from broker.core.sharing.roles import Action

_PACKAGE: Final = "keepclear.v1"

METHOD_ACTIONS: Final[Mapping[str, Action]] = MappingProxyType(
    {
        f"/{_PACKAGE}.{method}": action
        for method, action in {
            "TrackService/PublishTracks": Action.PUBLISH_TRACKS,
            # Which view is asked for is in the request: the feed itself asks again for the desk's.
            "FeedService/Subscribe": Action.READ_NEUTRAL_VIEW,
            "RestrictionService/CreateRestriction": Action.SET_RESTRICTION,
            "RestrictionService/WithdrawRestriction": Action.SET_RESTRICTION,
            "RestrictionService/ImportRestrictions": Action.IMPORT_RESTRICTIONS,
            "PublishingService/SaveDraft": Action.SET_RESTRICTION,
            "PublishingService/DiscardDraft": Action.SET_RESTRICTION,
            "PublishingService/ListDrafts": Action.READ_PUBLISHING,
            "PublishingService/ProposeRestriction": Action.SET_RESTRICTION,
            "PublishingService/PreviewRestriction": Action.READ_PUBLISHING,
            "PublishingService/PublishRestriction": Action.SET_RESTRICTION,
            "PublishingService/ApproveRestriction": Action.APPROVE_RESTRICTION,
            "PublishingService/ExtendRestriction": Action.SET_RESTRICTION,
            "PublishingService/AcknowledgeRestriction": Action.ACKNOWLEDGE_RESTRICTION,
            "PublishingService/ConfirmRestrictions": Action.CONFIRM_RESTRICTION,
            "PublishingService/GetReceipts": Action.READ_PUBLISHING,
            "PublishingService/GetSigningKey": Action.READ_RESTRICTIONS,
            "AccessService/AskEntry": Action.ASK_ENTRY,
            "RestrictionService/GetRestriction": Action.READ_RESTRICTIONS,
            "RestrictionService/ListRestrictions": Action.READ_RESTRICTIONS,
            "AircraftRegisterService/UpsertAircraft": Action.KEEP_AIRCRAFT,
            "AircraftRegisterService/RemoveAircraft": Action.KEEP_AIRCRAFT,
            "AircraftRegisterService/ListAircraft": Action.READ_AIRCRAFT,
            "SharingService/SetSharing": Action.SET_SHARING,
            "SharingService/ListSharing": Action.READ_SHARING,
            "AgreementService/ProposeAgreement": Action.SIGN_AGREEMENT,
            "AgreementService/AcceptAgreement": Action.SIGN_AGREEMENT,
            "AgreementService/EndAgreement": Action.SIGN_AGREEMENT,
            "AgreementService/GetAgreement": Action.READ_AGREEMENTS,
            "AgreementService/ListAgreements": Action.READ_AGREEMENTS,
            "AlertService/ListAlerts": Action.READ_ALERTS,
            "AlertService/AcknowledgeAlert": Action.ACKNOWLEDGE_ALERT,
        }.items()
    }
)
HEALTH_METHODS: Final = frozenset({"/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch"})
REFLECTION_METHOD: Final = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"

TOPIC_ACTIONS: Final[Mapping[str, Action]] = MappingProxyType(
    {
        "tracks": Action.PUBLISH_TRACKS,
        "restrictions/create": Action.SET_RESTRICTION,
        "restrictions/withdraw": Action.SET_RESTRICTION,
        "restrictions/draft": Action.SET_RESTRICTION,
        "restrictions/discard": Action.SET_RESTRICTION,
        "restrictions/drafts": Action.READ_PUBLISHING,
        "restrictions/propose": Action.SET_RESTRICTION,
        "restrictions/preview": Action.READ_PUBLISHING,
        "restrictions/publish": Action.SET_RESTRICTION,
        "restrictions/approve": Action.APPROVE_RESTRICTION,
        "restrictions/extend": Action.SET_RESTRICTION,
        "restrictions/acknowledge": Action.ACKNOWLEDGE_RESTRICTION,
        "restrictions/confirm": Action.CONFIRM_RESTRICTION,
        "restrictions/receipts": Action.READ_PUBLISHING,
        "restrictions/key": Action.READ_RESTRICTIONS,
        "access/ask": Action.ASK_ENTRY,
        "restrictions/import": Action.IMPORT_RESTRICTIONS,
        "alerts/acknowledge": Action.ACKNOWLEDGE_ALERT,
        "aircraft/upsert": Action.KEEP_AIRCRAFT,
        "aircraft/remove": Action.KEEP_AIRCRAFT,
        "sharing/set": Action.SET_SHARING,
        "agreements/propose": Action.SIGN_AGREEMENT,
        "agreements/accept": Action.SIGN_AGREEMENT,
        "agreements/end": Action.SIGN_AGREEMENT,
        "agreements/get": Action.READ_AGREEMENTS,
        "agreements/list": Action.READ_AGREEMENTS,
        # A resume repeats a view on the private topic: the gateway asks again for the desk's.
        "resume": Action.READ_NEUTRAL_VIEW,
        "presence": Action.REPORT_PRESENCE,
    }
)
"""By the rest of the topic after `in/{agency}/{system}/`."""
