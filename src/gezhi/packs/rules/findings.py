"""What is wrong with a pack: every finding names the file, the row, the column and, by its code, how to mend it."""

from dataclasses import dataclass, field
from typing import Any

ERROR = "error"  # the pack cannot be loaded
WARNING = "warning"  # it can, and somebody should look
NOTE = "note"  # a count that a reader wants to know


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend; `row` is the line of the file as a spreadsheet shows it, 1 the header, 0 the whole file."""

    level: str
    code: str
    file: str
    row: int = 0
    column: str = ""
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Where to look.

        >>> Finding(ERROR, "matter-unknown", "limits.csv", 7, "matter").place
        'limits.csv:7 [matter]'
        >>> Finding(ERROR, "file-missing", "limits.csv").place
        'limits.csv'
        """
        row = f":{self.row}" if self.row else ""
        column = f" [{self.column}]" if self.column else ""
        return f"{self.file}{row}{column}"


class Findings(list[Finding]):
    """A list that is easy to add to."""

    def error(self, code: str, file: str, row: int = 0, column: str = "", **facts: Any) -> None:
        self.append(Finding(ERROR, code, file, row, column, facts))

    def warn(self, code: str, file: str, row: int = 0, column: str = "", **facts: Any) -> None:
        self.append(Finding(WARNING, code, file, row, column, facts))

    def note(self, code: str, file: str, row: int = 0, column: str = "", **facts: Any) -> None:
        self.append(Finding(NOTE, code, file, row, column, facts))

    @property
    def failed(self) -> bool:
        return any(finding.level == ERROR for finding in self)
