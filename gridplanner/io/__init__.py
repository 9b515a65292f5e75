# SPDX-License-Identifier: LGPL-3.0-or-later
"""Files only: layers in and out, the project file."""
