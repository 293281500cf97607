"""The campaign's own records: what crosses the borders between rules, rows, engine, simulated workers and pages.

Frozen, without behaviour beyond their constructors' checks, free of SQL and of NumPy. Points and masks are in pixels of
the upright image, origin at the outer corner of the top-left pixel; times are whole milliseconds since 1970, UTC.
"""
