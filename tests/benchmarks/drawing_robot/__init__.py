"""How many clicks the drawing tools of the pages need: a robot draws real masks with the scripts of the browser."""
