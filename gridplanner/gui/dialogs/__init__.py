# SPDX-License-Identifier: LGPL-3.0-or-later
"""Questions that need an answer before work goes on."""
