"""A whole rule book in one Excel workbook, a sheet for each file, without losing a character.

A table becomes a sheet with the name of its file (`entry.csv` → `entry`), the manifest a sheet `book` with a
line of `book.toml` in each row. The sheets `glossary` and `choices` are for people and are not read back.

Every cell is text. The way from the files to a workbook and back is the identity:

- A CSV in the canonical dialect comes back byte by byte: `,` between cells, a line feed after every row,
  quotes only where needed (a header with `;` needs them), as many cells in each row as the header has, no
  column without a header at the end, no empty row above the header or below the last row; an empty row
  between others is written as separators alone.
- A CSV in another dialect (`;`, byte order mark, other line ends, more quotes, blank lines) comes back with
  equal cells. Rows with nothing but space above the header are left out, and so are empty ones at the end.
- `book.toml` comes back byte by byte if a line feed ends its last line and no empty one follows; line ends
  that are all of Windows come back as line feeds, and a byte order mark does not.
- Read into a draft, a file whose cells are all as before is not touched, and a changed one keeps its dialect.

A spreadsheet that saves the workbook keeps all of it, with two exceptions of LibreOffice: in a cell of
several lines a carriage return becomes a line feed or goes (a draft whose cells have line ends of Windows
does not count as changed), and a text such as `_x0041_x0042_`, where two escapes of the format overlap, comes
back with one of them undone (`_x0041B`).

Writing is done by openpyxl. Reading is not: a file from outside is read by a small reader of our own, because
openpyxl builds a cell for each that a merged range or a link claims, follows entities in XML, and leaves
`_x000D_` as it is.
"""
