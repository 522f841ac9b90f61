"""From decisions to targets: limits, exits, sizing, allocation: one step for live and replay.

What runs in the loop is plain Python over arrays of floats, which a compiler can take as it is: no text, no
objects, NaN for unknown.
"""
