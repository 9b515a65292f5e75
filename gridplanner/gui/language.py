# SPDX-License-Identifier: LGPL-3.0-or-later
"""The language of this process: our texts, Qt's own buttons, numbers and dates."""

from __future__ import annotations

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from gridplanner.texts import language, use_language

_TRANSLATOR = "_translator"


def speak(application: QApplication, code: str) -> None:
    """Use a language in this process, Qt's own buttons included."""
    use_language(code)
    old = application.property(_TRANSLATOR)
    if isinstance(old, QTranslator):
        application.removeTranslator(old)
        application.setProperty(_TRANSLATOR, None)
    if language() != "zh_CN":
        QLocale.setDefault(QLocale(QLocale.Language.English))
        return
    QLocale.setDefault(QLocale(QLocale.Language.Chinese, QLocale.Country.China))
    translator = QTranslator(application)
    if translator.load("qtbase_zh_CN", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        application.installTranslator(translator)
        application.setProperty(_TRANSLATOR, translator)
