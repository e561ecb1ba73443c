"""Which template a spec file is tied to: by `use`, or by the stamp of `dagctl new`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.commands.files.folder_walk import is_template
from dagctl.frozen import frozen
from dagctl.readers.source_text import decode
from dagctl.readers.syntax import document_in
from dagctl.spec.resolution.use import USE, pin_of
from dagctl.template import DamagedStampError, stamp_of

if TYPE_CHECKING:
    from dagctl.commands.files.read_specs import SpecText
    from dagctl.spec.resolution.use import Pin
    from dagctl.template import Stamp


@frozen(kw_only=True)
class Tie:
    """A spec file, and the template that it is tied to."""

    document: SpecText
    text: str
    """The file, without a byte order mark."""
    name: str
    """The template as the file names it, with or without its source."""
    version: int
    pin: Pin | None = None
    """What `use` says; None: the spec was made by `dagctl new`."""
    stamp: Stamp | None = None
    body: str = ""
    """For a stamp: the text without it."""

    @property
    def file(self) -> str:
        """The path of the file as the user wrote it."""
        return self.document.name


def tie_of(document: SpecText) -> Tie | str | None:
    """Return what ties a file to a template, why that cannot be read, or None: nothing does."""
    text, findings = decode(document.data)
    if findings or is_template(document.data):
        return None  # what is wrong with a text is said by `dagctl validate`
    return _linked(document, text) or _made(document, text)


def _linked(document: SpecText, text: str) -> Tie | None:
    if USE not in text:
        return None
    read = document_in(text, form=document.format, origin=document.origin)
    pin = None if read is None else pin_of(read)
    if pin is None:
        return None
    return Tie(document=document, text=text, name=pin.name, version=pin.version, pin=pin)


def _made(document: SpecText, text: str) -> Tie | str | None:
    try:
        stamp, body = stamp_of(text)
    except DamagedStampError as error:
        return str(error)
    if stamp is None:
        return None
    return Tie(
        document=document,
        text=text,
        name=stamp.name,
        version=stamp.version,
        stamp=stamp,
        body=body,
    )
