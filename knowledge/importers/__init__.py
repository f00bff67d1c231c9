"""One module a format. Each reads one file into a Document, or raises BadFile with the line and the reason."""
