"""Near duplicates among photographs: hashes, an exact search, a second look at each pair, groups, a sheet of them."""
