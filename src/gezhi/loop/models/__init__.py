"""Tables of the loop; rooms above reach them through the service, never from here."""

from gezhi.loop.models.alike import Distinct, Likeness, WordShares
from gezhi.loop.models.calls import Call, CallEvent, Dial, Extension, Handover, OnDuty, Ringback, RingbackTry, Shift
from gezhi.loop.models.case import Case, CaseClock, CaseText, Involvement, Serial, Step, StepText
from gezhi.loop.models.content import (
    CalendarDay,
    CatalogueItem,
    CatalogueVersion,
    CodeItem,
    FormQuestion,
    Limit,
    Matter,
    OfficeHours,
    ReplyCheck,
    ReplyUse,
    Rung,
    StandardReply,
)
from gezhi.loop.models.desk import Draft, NoCase, Paste, Picture
from gezhi.loop.models.documents import DocumentChoice, DocumentTemplate
from gezhi.loop.models.field import FieldAct, FieldPart, FieldPlace, FieldTask
from gezhi.loop.models.files import Attachment
from gezhi.loop.models.importing import Batch, BatchReject, ImportMapping
from gezhi.loop.models.joint import Precedent, TownDuty
from gezhi.loop.models.links import Link, LinkFile, LinkNote
from gezhi.loop.models.marks import NuisanceMark
from gezhi.loop.models.movein import OldAddress
from gezhi.loop.models.notices import Notice, NoticeMark, NoticeWish
from gezhi.loop.models.partners import Partner, PartnerCase, Piece
from gezhi.loop.models.public import OnBehalf, PublicCase, PublicPhoto, PublicRule
from gezhi.loop.models.reaching import ChannelName, ReachStop, ReachWish, TellingVersion
from gezhi.loop.models.retention import PersonRequest, RetentionHold, RetentionItem, RetentionPlan
from gezhi.loop.models.scores import (
    ScoreAppeal,
    ScoreBand,
    ScoreEvent,
    ScoreExclusion,
    ScoreGroup,
    ScoreIndicator,
    ScoreMeasure,
    ScoreRow,
    ScoreRun,
    ScoreSet,
)
from gezhi.loop.models.triage import Keyword, Suggested, TriageBand, TriageCell, TriageDesk, TriageModel
from gezhi.loop.models.upstream import PartnerMark
from gezhi.loop.models.views import SavedView, ViewChoice

__all__ = [
    "Attachment",
    "Batch",
    "BatchReject",
    "CalendarDay",
    "Call",
    "CallEvent",
    "Case",
    "CaseClock",
    "CaseText",
    "CatalogueItem",
    "CatalogueVersion",
    "ChannelName",
    "CodeItem",
    "Dial",
    "Distinct",
    "DocumentChoice",
    "DocumentTemplate",
    "Draft",
    "Extension",
    "FieldAct",
    "FieldPart",
    "FieldPlace",
    "FieldTask",
    "FormQuestion",
    "Handover",
    "ImportMapping",
    "Involvement",
    "Keyword",
    "Likeness",
    "Limit",
    "Link",
    "LinkFile",
    "LinkNote",
    "Matter",
    "NoCase",
    "Notice",
    "NoticeMark",
    "NoticeWish",
    "NuisanceMark",
    "OfficeHours",
    "OldAddress",
    "OnBehalf",
    "OnDuty",
    "Partner",
    "PartnerCase",
    "PartnerMark",
    "Paste",
    "PersonRequest",
    "Picture",
    "Piece",
    "Precedent",
    "PublicCase",
    "PublicPhoto",
    "PublicRule",
    "ReachStop",
    "ReachWish",
    "ReplyCheck",
    "ReplyUse",
    "RetentionHold",
    "RetentionItem",
    "RetentionPlan",
    "Ringback",
    "RingbackTry",
    "Rung",
    "SavedView",
    "ScoreAppeal",
    "ScoreBand",
    "ScoreEvent",
    "ScoreExclusion",
    "ScoreGroup",
    "ScoreIndicator",
    "ScoreMeasure",
    "ScoreRow",
    "ScoreRun",
    "ScoreSet",
    "Serial",
    "Shift",
    "StandardReply",
    "Step",
    "StepText",
    "Suggested",
    "TellingVersion",
    "TownDuty",
    "TriageBand",
    "TriageCell",
    "TriageDesk",
    "TriageModel",
    "ViewChoice",
    "WordShares",
]
