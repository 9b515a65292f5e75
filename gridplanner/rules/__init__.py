# SPDX-License-Identifier: LGPL-3.0-or-later
"""Is it right? One module per rule; a registry lists them."""
