# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the pointer does on the map."""
