"""The types that the policy's sections are made of."""

from datetime import time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def find_zone(name: str) -> ZoneInfo | None:
    """The IANA time zone of this name (``Europe/Berlin``, ``UTC``), or None where there is none."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # a path out of the database, a folder of it, an unknown name
        return None


def known_zone(name: str) -> str:
    if find_zone(name) is None:
        raise ValueError(f"{name!r} is not a time zone; write one such as Europe/Berlin or UTC")
    return name


Count = Annotated[int, Field(strict=True, ge=1, le=10_000)]
Hours = Annotated[float, Field(strict=True, gt=0, le=8_760, allow_inf_nan=False)]
Text = Annotated[str, Field(min_length=1)]
WallTime = Annotated[time, Field(strict=True)]
Zone = Annotated[str, AfterValidator(known_zone)]
Weekday = Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
WEEKDAYS: tuple[Weekday, ...] = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class Section(BaseModel):
    """Base of every part of the policy: unknown keys are refused and nothing changes afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid")
