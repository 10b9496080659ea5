"""Figures of worked solutions: from stored numbers to lines, boxes and words, which templates set as SVG.

Lengths are in units of the drawing, ``WIDTH`` units wide; the page scales it. Room is left for the larger
letters that narrow screens get.
"""
