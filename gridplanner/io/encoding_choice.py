# SPDX-License-Identifier: LGPL-3.0-or-later
"""Settle the encoding of a file's texts: the planner's word, else the test; and tell what was doubtful."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from gridplanner.errors import UserError
from gridplanner.io.encoding import EncodingChoice, codec_of, decide
from gridplanner.io.faults import layer_finding
from gridplanner.model.finding import Finding
from gridplanner.model.kinds import Severity
from gridplanner.texts import _

_SHOWN_TEXTS = 5


def choose_encoding(
    texts: Sequence[bytes], source: str, encoding: str = "", label: str = "", language_byte: int = 0
) -> EncodingChoice:
    """Return the encoding that the planner named, or the one decided from every text of the file.

    Raises
    ------
    UserError
        Nobody knows the encoding named.
    """
    if not encoding:
        return decide(texts, label, language_byte)
    codec = codec_of(encoding)
    if not codec:
        raise UserError(
            _(
                "'{source}': unknown encoding '{encoding}'. Use UTF-8, GBK or GB18030, or leave it out."
            ).format(source=source, encoding=encoding)
        )
    return EncodingChoice(codec)


def encoding_findings(choice: EncodingChoice, source: str, texts: Iterable[str]) -> list[Finding]:
    """Tell if the encoding label lied, or the encoding is a guess, with the first texts beyond ASCII."""
    if not choice.overruled and choice.certain:
        return []
    preview = "、".join(islice(dict.fromkeys(text for text in texts if not text.isascii()), _SHOWN_TEXTS))
    if choice.overruled:
        text = _(
            "'{source}': the label says {label}, but the texts are {codec}; they were read as "
            "{codec}: {preview}"
        ).format(source=source, label=choice.overruled, codec=choice.codec, preview=preview)
        return [layer_finding("read.encoding", Severity.INFO, text, source)]
    text = _("'{source}': the encoding is not certain; read as {codec}: {preview}").format(
        source=source, codec=choice.codec, preview=preview
    )
    remedy = _("If these texts look wrong, name the encoding.")
    return [layer_finding("read.encoding", Severity.WARNING, text, source, remedy)]
