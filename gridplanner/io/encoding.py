# SPDX-License-Identifier: LGPL-3.0-or-later
"""Which encoding texts are really in, whatever the label beside them says.

Chinese shapefiles come in UTF-8 or GBK, with or without a `.cpg`, and the label lies often
enough. UTF-8 is recognised almost without error by decoding strictly, so it is tried first;
then what the label says, unless a single-byte label (which decodes anything) stands before
bytes that are plainly Chinese; then GB18030, which holds GBK and GB2312.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_SPELLINGS = {
    "utf8": "utf-8",
    "65001": "utf-8",
    "unicode": "utf-8",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "gb18030": "gb18030",
    "936": "gb18030",
    "cp936": "gb18030",
    "ansi936": "gb18030",
    "ms936": "gb18030",
    "54936": "gb18030",
    "big5": "cp950",
    "950": "cp950",
    "cp950": "cp950",
    "ansi950": "cp950",
    "iso88591": "cp1252",
    "88591": "cp1252",
    "latin1": "cp1252",
    "1252": "cp1252",
    "ansi1252": "cp1252",
    "cp1252": "cp1252",
    "windows1252": "cp1252",
    # Names that MapInfo gives to code pages.
    "windowslatin1": "cp1252",
    "windowslatin2": "cp1250",
    "windowscyrillic": "cp1251",
    "windowssimpchinese": "gb18030",
    "windowstradchinese": "cp950",
    "windowsjapanese": "cp932",
    "windowskorean": "cp949",
}
#: Language byte of a DBF header to codec (dBase and ESRI tables); 0x57 means "as on this machine": no help.
_LANGUAGE_BYTES = {
    0x01: "cp437",
    0x02: "cp850",
    0x03: "cp1252",
    0x13: "cp932",
    0x26: "cp866",
    0x4D: "gb18030",
    0x4F: "cp950",
    0x57: "",
    0x65: "cp866",
    0x78: "cp950",
    0x7A: "gb18030",
    0xC8: "cp1250",
    0xC9: "cp1251",
}
_MULTI_BYTE = {"gb18030", "cp950", "cp932", "cp949"}
_CHINESE_SHARE = 0.6
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class EncodingChoice:
    """The codec decided on, and how.

    Parameters
    ----------
    codec : str
    certain : bool
        False where the bytes fit several encodings; show a preview.
    overruled : str
        The label that was found to lie; "" if none.
    """

    codec: str
    certain: bool = True
    overruled: str = ""


def codec_of(label: str) -> str:
    """Return the Python codec of a `.cpg` text or a configuration's spelling; "" if unknown.

    Examples
    --------
    >>> codec_of("ANSI 936"), codec_of("UTF-8"), codec_of("OEM")
    ('gb18030', 'utf-8', '')
    """
    plain = re.sub(r"[^a-z0-9]", "", label.lower())
    if plain in _SPELLINGS:
        return _SPELLINGS[plain]
    digits = re.fullmatch(r"(?:ansi|cp|codepage|dos|windows|ms)?(\d{3,4})", plain)
    name = f"cp{digits[1]}" if digits else label.strip()
    try:
        "".encode(name)
        b"".decode(name)
    except (LookupError, ValueError):
        return ""
    return name


def codec_of_language_byte(value: int) -> str:
    """Return the codec that a DBF language byte stands for; "" where it says nothing."""
    return _LANGUAGE_BYTES.get(value, "")


def chinese_share(data: bytes) -> float:
    """Return which share of the non-ASCII bytes reads as everyday Chinese in GB2312.

    Everyday characters (level 1, lead byte B0-D7, trail A1-FE) and full-width signs
    (A1-A3) make up nearly all of real Chinese text, and few byte pairs of other encodings.
    """
    good = total = i = 0
    while i < len(data):
        if data[i] < 0x80:
            i += 1
            continue
        pair = i + 1 < len(data) and data[i + 1] >= 0x40
        total += 1
        common = 0xB0 <= data[i] <= 0xD7 or 0xA1 <= data[i] <= 0xA3
        good += bool(pair and common and data[i + 1] >= 0xA1)
        i += 2 if pair else 1
    return good / total if total else 0.0


def decide(texts: Sequence[bytes], label: str = "", language_byte: int = 0) -> EncodingChoice:
    """Decide the encoding of byte strings.

    Parameters
    ----------
    texts : sequence of bytes
        Every text of the file, cell by cell.
    label : str
        Text of the `.cpg`, or "".
    language_byte : int
        LDID of the DBF header, or 0.

    Examples
    --------
    >>> decide(["网格".encode("gbk")], label="UTF-8")
    EncodingChoice(codec='gb18030', certain=True, overruled='UTF-8')
    """
    told = codec_of(label) or codec_of_language_byte(language_byte)
    high = [text for text in texts if not text.isascii()]
    if not high:
        return EncodingChoice(told or "utf-8")
    if _is_utf8(high, told):
        lie = label if told and told != "utf-8" and codec_of(label) else ""
        return EncodingChoice("utf-8", overruled=lie)
    share = chinese_share(b"\n".join(high))
    chinese = _decodes(high, "gb18030") and share >= _CHINESE_SHARE
    if told and told != "utf-8" and _decodes(high, told) and (told in _MULTI_BYTE or not chinese):
        return EncodingChoice(told)
    lie = label if told and told != "gb18030" else ""
    if chinese or (_decodes(high, "gb18030") and (told == "gb18030" or share > 0.3)):
        return EncodingChoice("gb18030", certain=chinese, overruled=lie)
    # Bytes that are neither UTF-8 nor Chinese: Western text most likely, never certain.
    return EncodingChoice("cp1252", certain=False, overruled=lie)


def _is_utf8(high: Sequence[bytes], told: str) -> bool:
    """Tell whether all texts are UTF-8, allowing a last character cut off by the field width."""
    whole = [_without_cut_end(text) for text in high]
    if not _decodes(whole, "utf-8") or not any(not text.isascii() for text in whole):
        return False
    two_byte_only = all(ord(c) < 0x800 for text in whole for c in text.decode("utf-8"))
    # Two GBK characters can spell two-byte UTF-8 (Latin, Greek, Cyrillic); then the label decides.
    return not (two_byte_only and told in _MULTI_BYTE and _decodes(high, told))


def _without_cut_end(text: bytes) -> bytes:
    """Return UTF-8 bytes without an incomplete character at the end."""
    for back in range(1, min(4, len(text) + 1)):
        byte = text[-back]
        if byte >= 0xC0:
            need = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return text[:-back] if need > back else text
        if byte < 0x80:
            return text
    return text


def _decodes(texts: Sequence[bytes], codec: str) -> bool:
    """Tell whether every text decodes strictly."""
    try:
        for text in texts:
            text.decode(codec)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def decode(text: bytes, codec: str) -> tuple[str, bool]:
    """Return the text, and whether every byte was understood.

    A character cut in half by the field width is left out; other bytes that do not fit
    become U+FFFD, so that nothing disappears unseen.
    """
    try:
        return text.decode(codec), True
    except UnicodeDecodeError:
        if codec == "utf-8":
            text = _without_cut_end(text)
        return text.decode(codec, errors="replace"), False


def clean_text(text: str) -> str:
    """Return the text in NFC, without control characters and surrounding blanks (also full-width ones).

    Examples
    --------
    >>> clean_text("　第一网格 ")
    '第一网格'
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    return unicodedata.normalize("NFC", _CONTROL.sub("", text)).strip().strip("\ufeff\u200b")
