"""What can go wrong, as types; the message of each is one sentence that says where and what to do."""

from __future__ import annotations

from collections.abc import Mapping


class CocokitError(Exception):
    """Root of every error that cocokit raises on purpose; the command line prints its text and exits with 1."""


class DataError(CocokitError, ValueError):
    """A file or an array holds something that it must not hold.

    Attributes:
        path: the file, or a word for data in memory ("results").
        where: the place in it, such as ``[12].bbox`` or ``annotations[3].segmentation``.
        reason: what is wrong there, with the value.
        remedy: what to do about it, or an empty string.
        count: how many places have the same fault, 1 if it is the only one.
    """

    def __init__(self, path: str, where: str, reason: str, remedy: str = "", count: int = 1) -> None:
        self.path, self.where, self.reason, self.remedy, self.count = path, where, reason, remedy, count
        more = f" ({count - 1:,} more like it)" if count > 1 else ""
        place = f"{path}: {where}" if where else path
        super().__init__(f"{place}: {reason}{more}{'; ' + remedy if remedy else ''}")

    def renamed(self, paths: Mapping[str, str]) -> DataError:
        """The same error with another ``path``, where ``paths`` has one for it.

        What works on columns calls them "results" or "ground truth"; whoever read the file knows its name.
        """
        path = paths.get(self.path, self.path)
        return DataError(path, self.where, self.reason, self.remedy, self.count)


class ParamsError(CocokitError, ValueError):
    """A setting that cannot work.

    Attributes:
        field: its name.
        value: what was given.
        hint: what would be accepted.
    """

    def __init__(self, field: str, value: object, hint: str) -> None:
        self.field, self.value, self.hint = field, value, hint
        super().__init__(f"{field} is {value!r}; {hint}")


class RefusedError(CocokitError, ValueError):
    """An answer that cannot be taken as it is; nothing has changed.

    Attributes:
        field: the place in the payload, such as ``polygons[0][3]``, or "answer" for all of it.
        reason: what is wrong there, with the value.
        remedy: what to do about it, or an empty string.
    """

    def __init__(self, field: str, reason: str, remedy: str = "") -> None:
        self.field, self.reason, self.remedy = field, reason, remedy
        super().__init__(f"{field}: {reason}{'; ' + remedy if remedy else ''}")


class GoneError(RefusedError):
    """What an answer is for is not there any more: its field is "assignment", "worker" or "campaign"."""


class NotFoundError(CocokitError, LookupError):
    """Something that was asked for by name or id does not exist."""


class KernelError(CocokitError, RuntimeError):
    """A kernel could not be compiled or loaded, or was called with arrays that it does not take."""
