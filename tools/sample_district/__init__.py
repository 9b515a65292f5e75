# SPDX-License-Identifier: LGPL-3.0-or-later
"""Seeded generator of the sample district (示例区): invented, but as hard as a real one."""
