# SPDX-License-Identifier: LGPL-3.0-or-later
"""Tables for Qt's views."""
