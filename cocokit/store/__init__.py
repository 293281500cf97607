"""Tables and queries: the only home of SQLAlchemy besides the migrations. Rows do not leave; records do."""
