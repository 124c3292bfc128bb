"""A shell for tests of ``qbapps bank``, where no store is and nobody sits."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
from click.testing import CliRunner, Result

from qbapps.cli import cli

DATA = Path(__file__).parents[1] / "data" / "banks"


@attrs.frozen
class Shell:
    """Runs ``qbapps bank`` in this process, in a folder of its own."""

    folder: Path
    runner: CliRunner = attrs.field(factory=CliRunner)

    def run(self, *words: str, lang: str = "en", stdin: str | None = None) -> Result:
        return self.runner.invoke(cli, ["bank", *words], input=stdin, env={"QBAPPS_LANG": lang})

    def done(self, *words: str, code: int = 0, lang: str = "en", stdin: str | None = None) -> Any:
        """Return the document of a command that is to exit with *code*."""
        result = self.run(*words, "--json", lang=lang, stdin=stdin)
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)

    def refused(self, *words: str, code: int = 2, stdin: str | None = None) -> dict[str, Any]:
        """Return the error of a command that is to exit with *code*, and to print nothing else."""
        result = self.run(*words, "--json", stdin=stdin)
        assert (result.exit_code, result.stdout) == (code, ""), result.output
        found: dict[str, Any] = json.loads(result.stderr.splitlines()[-1])
        return found

    def answered(self, *answers: str, options: Sequence[str] = (), lang: str = "en", code: int = 0) -> Any:
        """Return the document of a guided repair whose questions are answered so."""
        return self.done("repair", *options, code=code, lang=lang, stdin="".join(f"{one}\n" for one in answers))

    def file(self, name: str, *lines: str) -> str:
        (self.folder / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return name
