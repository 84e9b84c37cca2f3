"""What a message or a tool's result can hold besides calls: text, pictures, and files that are only referred to.

Bytes are part of a block in memory and never of its JSON: there it has their digest, and the journal keeps the bytes once.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter


class ContentBlock(BaseModel):
    """Base of all blocks."""

    model_config = ConfigDict(frozen=True)


class Text(ContentBlock):
    """Plain text."""

    type: Literal["text"] = "text"
    text: str

    @property
    def words(self) -> str:
        """The text."""
        return self.text


class _Bytes(ContentBlock):
    """A block with bytes behind it."""

    media_type: str = ""
    """As whoever gave it says; empty where they do not."""
    sha256: str = ""
    """Of the bytes; empty where there are none here."""
    size: int | None = None
    """In bytes; None where it is not known."""
    data: bytes = Field(default=b"", exclude=True, repr=False)

    @classmethod
    def of(cls, data: bytes, media_type: str, **more: Any) -> Self:
        """The block for these bytes."""
        digest = hashlib.sha256(data).hexdigest()
        return cls(media_type=media_type, sha256=digest, size=len(data), data=data, **more)

    @property
    def measure(self) -> str:
        """Kind and size, for people."""
        size = f"{self.size:,} bytes" if self.size is not None else ""
        return ", ".join(part for part in (self.media_type, size) if part)


class Image(_Bytes):
    """A picture that a model may look at."""

    type: Literal["image"] = "image"

    @property
    def words(self) -> str:
        """What stands for it where no picture can."""
        return f"[image: {self.measure or 'of unknown kind'}]"


class File(_Bytes):
    """A file that a tool gave or named and the model is only told of: a recording, a link to a resource."""

    type: Literal["file"] = "file"
    name: str
    uri: str = ""
    """Where its server has it; empty where it does not say."""

    @property
    def words(self) -> str:
        """What the model reads."""
        told = "; ".join(part for part in (self.uri, self.measure) if part)
        return f"[resource {self.name}: {told or 'no more is known'}]"


Content = Annotated[Text | Image | File, Field(discriminator="type")]

_CONTENTS: TypeAdapter[tuple[Content, ...]] = TypeAdapter(tuple[Content, ...])


def words_of(blocks: Iterable[Content]) -> str:
    """Blocks as text alone, one after the other on lines of their own."""
    return "\n".join(block.words for block in blocks)


def bytes_of(blocks: Iterable[Content]) -> list[bytes]:
    """The bytes behind blocks, of those that have some."""
    return [block.data for block in blocks if not isinstance(block, Text) and block.sha256]


def dump_content(blocks: Sequence[Content]) -> list[dict[str, Any]]:
    """Blocks as JSON values, without their bytes."""
    return [block.model_dump(mode="json") for block in blocks]


def load_content(dumped: Sequence[Any], kept: Callable[[str], bytes]) -> tuple[Content, ...]:
    """The blocks that ``dump_content`` wrote; ``kept`` gives the bytes for a digest."""
    return tuple(
        block.model_copy(update={"data": kept(block.sha256)}) if not isinstance(block, Text) and block.sha256 else block
        for block in _CONTENTS.validate_python(dumped)
    )
