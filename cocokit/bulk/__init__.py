"""Work on more photographs than one machine should hold: jobs on the database's own queue, shards of an evaluation."""
