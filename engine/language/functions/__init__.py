"""The functions of the language, by the name written in a text.

To add one, declare it in the file of its family; if it is a form of other functions (such as `mean`), add it
to `engine.language.check.forms`. A function that formulas over positions may use needs an `Opcode` and a
place in `engine.language.interpreter`. Functions of the standard, for one value at a time, stand in
`engine.language.standard.functions`. `.ci/docs` renews the reference.
"""

from __future__ import annotations

from engine.language.functions import conversion, numeric, other_rows, temporal, text
from engine.language.functions.declaration import Function

FUNCTIONS: dict[str, Function] = {
    function.name: function
    for family in (numeric, text, temporal, conversion, other_rows)
    for function in family.FUNCTIONS
}
"""Every function that is called by its name and computes by itself."""
