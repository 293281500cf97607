"""One server that behaves like three sources of photographs, and misbehaves as they do."""
