# SPDX-License-Identifier: LGPL-3.0-or-later
"""What leaves the program: output folders, papers, layers, databases."""
