"""Small experiments of the field, each a table and a plot."""
