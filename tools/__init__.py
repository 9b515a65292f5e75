# SPDX-License-Identifier: LGPL-3.0-or-later
"""Programs that belong to the source checkout, not to the installed package."""
