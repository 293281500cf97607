"""The rules of each stage as pure functions: no rows, no masks, no clock; every number is a setting.

The same answers give the same verdicts in any order and on any machine, so a campaign can be replayed from its log.
"""
