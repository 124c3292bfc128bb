"""Frames as files: CSV that a spreadsheet opens without evaluating it, JSON lines, Parquet; whole or in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

import polars as pl

from qbapps.errors import ConfigurationError
from qbapps.export.csv import FORMULA_STARTS, guard
from qbapps.export.extras import needed
from qbapps.export.whole_file import whole_file

_STARTS: Final = "".join(f"\\x{{{ord(one):x}}}" for one in FORMULA_STARTS)
_SUSPECT: Final = rf"(?:^[ \x{{a0}}]*|[;,\t\r\n][\s\"]*)[{_STARTS}]"
"""What :func:`guard` may have to change; most texts need not be looked at one by one."""

BOM: Final = "\ufeff".encode()


def write_csv(path: Path, frames: Iterable[pl.DataFrame], *, delimiter: str = ",") -> Path:
    """
    Write *frames* one after another, in UTF-8 with the mark by which Excel knows it.

    Texts that a spreadsheet would evaluate get an apostrophe, as ``export.csv.guard`` says. Instants and
    days are in ISO form, lists are joined by spaces.

    Raises:
        ConfigurationError: *delimiter* is not one character of ASCII. No file is written or changed.
    """
    if len(delimiter.encode()) != 1:
        raise ConfigurationError(f"{delimiter!r} cannot part cells.", hint="Use a comma, a semicolon or a tab.")
    with _opened(path) as file:
        file.write(BOM)
        for number, frame in enumerate(frames):
            guarded(frame).write_csv(
                file,
                separator=delimiter,
                include_header=number == 0,
                datetime_format="%Y-%m-%dT%H:%M:%S%:z",
                line_terminator="\r\n",
            )
    return path


def guarded(frame: pl.DataFrame) -> pl.DataFrame:
    """Return *frame* as its texts may stand in a CSV file, lists joined."""
    plain = frame.with_columns(
        pl.col(name).list.join(" ") for name, kind in frame.schema.items() if isinstance(kind, pl.List)
    ).with_columns(pl.col(pl.Enum, pl.Categorical).cast(pl.String))
    texts = [name for name, kind in plain.schema.items() if kind == pl.String]
    suspects = plain.select(pl.col(name).str.contains(_SUSPECT).any() for name in texts).row(0) if texts else ()
    return plain.with_columns(
        pl.when(pl.col(name).str.contains(_SUSPECT))
        .then(pl.col(name).map_elements(guard, return_dtype=pl.String))
        .otherwise(pl.col(name))
        for name, is_suspect in zip(texts, suspects, strict=True)
        if is_suspect
    )


def write_jsonl(path: Path, frames: Iterable[pl.DataFrame]) -> Path:
    """Write *frames* as one JSON object a row, instants in ISO form."""
    with _opened(path) as file:
        for frame in frames:
            frame.write_ndjson(file)
    return path


def write_parquet(path: Path, frames: Iterable[pl.DataFrame], *, about: Mapping[str, str] | None = None) -> Path:
    """
    Write *frames* as one Parquet file, a row group each.

    Args:
        about: Kept in the file's metadata.
    """
    with needed():
        import pyarrow.parquet as pq  # noqa: PLC0415 - large, and for Parquet only
    parts = iter(frames)
    first = next(parts)
    table = first.to_arrow()
    schema = table.schema.with_metadata(dict(about or {}))
    with whole_file(path) as made, pq.ParquetWriter(made, schema, compression="zstd") as writer:
        writer.write_table(table.replace_schema_metadata(schema.metadata))
        for part in parts:
            writer.write_table(part.to_arrow().replace_schema_metadata(schema.metadata))
    return path


def parquet_notes(path: Path) -> dict[str, str]:
    """Return what :func:`write_parquet` was given to keep besides the rows."""
    with needed():
        import pyarrow.parquet as pq  # noqa: PLC0415 - large, and for Parquet only
    found: Mapping[bytes, bytes] = pq.read_schema(path).metadata or {}
    return {name.decode(): value.decode() for name, value in found.items()}


WRITERS: Final[Mapping[str, Callable[[Path, Iterable[pl.DataFrame]], Path]]] = {
    ".csv": write_csv,
    ".jsonl": write_jsonl,
    ".ndjson": write_jsonl,
    ".parquet": write_parquet,
}


def write(path: Path, frames: Iterable[pl.DataFrame]) -> Path:
    """
    Write *frames* in the form that the name of the file asks for.

    Raises:
        ConfigurationError: The name ends in none that is known.
    """
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise ConfigurationError(
            f"{path.name} ends in no form that can be written.", hint=f"Name it {', '.join(WRITERS)}."
        )
    return writer(path, frames)


@contextmanager
def _opened(path: Path) -> Iterator[IO[Any]]:
    with whole_file(path) as made, made.open("wb") as file:
        yield file
