"""
Statements that are compiled once and then run on the driver itself.

SQLAlchemy builds and compiles them, and the types of its columns say how each value is kept. To
execute one through SQLAlchemy costs several times what the database needs for it, so the statements
that every call sends go to the driver at once, and only what fails is told in SQLAlchemy's words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Delete, Engine, Insert, Select, Update
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.elements import ClauseElement

Processor = Callable[[Any], Any]
Values = Mapping[str, Any]


class Ready:
    """
    A statement whose values are bound by name at each run.

    Args:
        build: The statement, or what gives it for a dialect where the two databases spell it differently.

        sets: Names of the columns that an INSERT or UPDATE without VALUES or SET clause fills.
    """

    def __init__(self, build: ClauseElement | Callable[[Dialect], ClauseElement], sets: Iterable[str] = ()) -> None:
        self._build = build
        self._sets = list(sets) or None
        self._compiled: dict[str, Compiled] = {}

    def on(self, dialect: Dialect) -> Compiled:
        """Return the statement as *dialect* has it; two threads that come first may both compile it."""
        found = self._compiled.get(dialect.name)
        if found is None:
            found = self._compiled[dialect.name] = Compiled(self.statement(dialect), dialect, self._sets)
        return found

    def statement(self, dialect: Dialect) -> ClauseElement:
        """Return what SQLAlchemy would execute."""
        return self._build if isinstance(self._build, ClauseElement) else self._build(dialect)

    def rows(self, connection: Connection, values: Values) -> list[Sequence[Any]]:
        """Run in the transaction of *connection* and return what it gives."""
        compiled = self.on(connection.dialect)
        with_driver = _driver(connection)
        try:
            return compiled.fetch(with_driver, values)
        except connection.dialect.loaded_dbapi.Error as error:
            raise _told(error, connection) from None

    def run(self, connection: Connection, values: Values) -> int:
        """Run in the transaction of *connection* and return how many rows it changed."""
        compiled = self.on(connection.dialect)
        with_driver = _driver(connection)
        try:
            return int(with_driver.execute(compiled.sql, compiled.arguments(values)).rowcount)
        except connection.dialect.loaded_dbapi.Error as error:
            raise _told(error, connection) from None

    def run_each(self, connection: Connection, values: Iterable[Values]) -> None:
        """Run once for each of *values*, in the transaction of *connection*."""
        compiled = self.on(connection.dialect)
        with_driver = _driver(connection)
        try:
            with_driver.cursor().executemany(compiled.sql, [compiled.arguments(one) for one in values])
        except connection.dialect.loaded_dbapi.Error as error:
            raise _told(error, connection) from None


class Compiled:
    """
    A statement in the SQL of one dialect.

    Attributes:
        sql: What the driver executes.
    """

    def __init__(self, statement: ClauseElement, dialect: Dialect, sets: list[str] | None) -> None:
        compiled: Any = statement.compile(dialect=dialect, column_keys=sets)
        self.sql: Final = str(compiled)
        keeps = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in compiled.binds.items()}
        constants = {name: bind.effective_value for name, bind in compiled.binds.items() if not bind.required}
        self._constants = constants
        self._names: Final[list[tuple[str, Processor | None]]] = [
            (name, keeps[name]) for name in compiled.positiontup or compiled.binds
        ]
        self._is_positional: Final = compiled.positiontup is not None
        given = statement.exported_columns if isinstance(statement, Select | Insert | Update | Delete) else ()
        reads = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in given]
        self._reads: Final[list[tuple[int, Processor]]] = [
            (place, process) for place, process in enumerate(reads) if process is not None
        ]

    def arguments(self, values: Values) -> Any:
        """Return *values* as the driver takes them; names that the statement does not know are passed over."""
        if self._constants:
            values = {**self._constants, **values}
        if self._is_positional:
            return [values[name] if keep is None else keep(values[name]) for name, keep in self._names]
        return {name: values[name] if keep is None else keep(values[name]) for name, keep in self._names}

    def fetch(self, driver: Any, values: Values) -> list[Sequence[Any]]:
        """Run on a connection of the driver and return what it gives, each value as it was kept."""
        # All at once: a statement that is not read to its end keeps SQLite's snapshot.
        found: list[Sequence[Any]] = driver.execute(self.sql, self.arguments(values)).fetchall()
        return [self._read(row) for row in found]

    def _read(self, row: Sequence[Any]) -> Sequence[Any]:
        values = list(row)
        for place, process in self._reads:
            values[place] = process(values[place])
        return values


def fetch(engine: Engine, ready: Ready, values: Values) -> list[Sequence[Any]]:
    """
    Run one SELECT without a transaction, which a single statement does not need, and return what it gives.

    What fails is read once more through SQLAlchemy, which knows whether the connection was lost,
    and once again on a new connection if it was.

    Raises:
        SQLAlchemyError: The database failed.
    """
    compiled = ready.on(engine.dialect)
    try:
        proxied = engine.raw_connection()
        try:
            return compiled.fetch(proxied.dbapi_connection, values)
        except engine.dialect.loaded_dbapi.Error as error:
            if engine.dialect.is_disconnect(error, proxied.dbapi_connection, None):
                proxied.invalidate(error)
            raise
        finally:
            proxied.close()
    except engine.dialect.loaded_dbapi.Error:
        return _fetch_slowly(engine, ready, values)


def _fetch_slowly(engine: Engine, ready: Ready, values: Values) -> list[Sequence[Any]]:
    statement: Any = ready.statement(engine.dialect)
    try:
        with engine.connect() as connection:
            return list(connection.execute(statement, dict(values)))
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
    with engine.connect() as connection:
        return list(connection.execute(statement, dict(values)))


def _driver(connection: Connection) -> Any:
    return connection.connection.dbapi_connection


def _told(error: Exception, connection: Connection) -> Exception:
    """Return what SQLAlchemy would have raised for *error*; what was lost with a server leaves the pool."""
    dialect = connection.dialect
    lost = dialect.is_disconnect(error, connection.connection.dbapi_connection, None)  # type: ignore[arg-type]
    told: Any = DBAPIError.instance(
        None,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=lost,
        dialect=dialect,
    )
    if lost:
        connection.invalidate(error)
        connection.engine.dispose()
    failed: Exception = told
    return failed
