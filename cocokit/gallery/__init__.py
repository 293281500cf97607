"""A dataset as a folder of pages to look at: photos with their masks, by category and size, without a server."""
