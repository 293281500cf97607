"""The tables, one module per group; importing this package fills ``Base.metadata``."""

from .answers import AnswerRow, CaptionRow, CrowdRow, SegmentationRow, SpotRow, VoteRow
from .base import Base
from .campaigns import CampaignRow, CategoryRow, ImageRow, QueryRow, StageRow
from .records import EventRow, LedgerRow, LineageRow
from .triggers import KEPT
from .web import AccountRow, AuditRow, ChannelRow, DraftRow, IconRow, InstructionRow, LoginRow, TraceRow
from .work import AssignmentRow, PlaceRow, TaskRow
from .workers import IdentityRow, QualificationRow, SentinelRow, ShowingRow, WorkerRow

__all__ = [
    "KEPT", "AccountRow", "AnswerRow", "AssignmentRow", "AuditRow", "Base", "CampaignRow", "CaptionRow",
    "CategoryRow", "ChannelRow", "CrowdRow", "DraftRow", "EventRow", "IconRow", "IdentityRow", "ImageRow",
    "InstructionRow", "LedgerRow", "LineageRow", "LoginRow", "PlaceRow", "QualificationRow", "QueryRow",
    "SegmentationRow", "SentinelRow", "ShowingRow", "SpotRow", "StageRow", "TaskRow", "TraceRow", "VoteRow",
    "WorkerRow",
]  # fmt: skip
