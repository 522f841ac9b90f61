"""A whole rule book in one Excel workbook, a sheet for each file, without losing a character.

A table becomes a sheet with the name of its file (`entry.csv` → `entry`), the manifest a sheet `book` with a line of
`book.toml` in each row; the sheets `glossary` and `choices` are for people and are not read back.

Every cell is text. The way from CSV to workbook and back is the identity:

- A text in the canonical dialect comes back byte by byte: `,` between cells, `\\n` after every line, quotes only where
  needed, as many cells in each row as the header has, no column without a header at the end, no empty row above the
  header or below the last row (an empty row between others is written as separators alone).
- A text in another dialect (`;`, byte order mark, other line ends, more quotes, blank lines) comes back with equal
  cells. Rows without anything but space above the header are left out.
- `book.toml` comes back byte by byte if it has `\\n` (or `\\r\\n` throughout, read back as `\\n`) and one line end at the end.

Writing is done by openpyxl. Reading is not: a file from outside is read by a small reader of our own, because openpyxl
builds a cell for each that a merged range or a link claims, follows entities in XML, leaves `_x000D_` as it is, and makes
of a number what a cell with rounding would show.
"""
