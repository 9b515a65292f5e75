# SPDX-License-Identifier: LGPL-3.0-or-later
"""Who leads, who works, which code and name."""
