# SPDX-License-Identifier: LGPL-3.0-or-later
"""Nothing lost: saving, backups, locks, recovery after a crash, reports of faults, limits of memory."""
