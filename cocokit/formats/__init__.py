"""Foreign formats, one module each: what it reads, what it writes, and what it cannot hold."""
