"""A shop where an app works with QuickBooks Desktop, for tests of ``qbapps desktop``."""

from __future__ import annotations

import json
from typing import Any

import attrs
from click.testing import CliRunner, Result

from qbapps.cli import cli

PETIT = "Menuiserie Petit"
BASE = "https://apps.example/qbwc"


@attrs.frozen
class Shell:
    """Runs ``qbapps desktop`` in this process, on the store that the environment names."""

    runner: CliRunner = attrs.field(factory=CliRunner)

    def run(self, *words: str, stdin: str | None = None) -> Result:
        return self.runner.invoke(cli, ["desktop", *words], input=stdin)

    def any(self, *words: str) -> Result:
        return self.runner.invoke(cli, [*words])

    def done(self, *words: str, stdin: str | None = None, code: int = 0) -> Any:
        """Return the document of a command that is to exit with *code*."""
        result = self.run(*words, "--json", stdin=stdin)
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)

    def lines(self, *words: str) -> list[Any]:
        result = self.run(*words, "--json")
        assert result.exit_code in (0, 3), result.output
        return [json.loads(line) for line in result.stdout.splitlines()]

    def refused(self, *words: str, code: int, stdin: str | None = None) -> dict[str, Any]:
        """Return the error of a command that is to exit with *code*, and to print nothing else."""
        result = self.run(*words, "--json", stdin=stdin)
        assert (result.exit_code, result.stdout) == (code, ""), result.output
        found: dict[str, Any] = json.loads(result.stderr.splitlines()[-1])
        return found

    def app(self, *options: str) -> Any:
        return self.done(
            *("app", "time", "--name", "QuickBooks Time", "--base-url", BASE),
            *("--support-url", "https://apps.example/support", "--description", "Hours", *options),
        )

    def connected(self, company: str = PETIT, *options: str) -> str:
        made = self.done("connect", "time", "--company", company, *options)
        found: str = made["connection"]["id"]
        return found
