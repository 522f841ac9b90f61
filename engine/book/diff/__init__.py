"""What differs between two versions of a book: by file, rule and cell, whatever the files look like."""
