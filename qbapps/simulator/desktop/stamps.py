"""What apps write into a company file under their OwnerID: FileID and AppLock."""

FILE_ID = "FileID"
APP_LOCK = "AppLock"


class Stamps:
    """Texts by OwnerID and name; an OwnerID is the same in either case."""

    def __init__(self) -> None:
        self._texts: dict[str, tuple[str, dict[str, str]]] = {}

    def write(self, owner_id: str, name: str, text: str) -> None:
        """Put *text* under *name*, in place of what was there."""
        _, texts = self._texts.setdefault(owner_id.casefold(), (owner_id, {}))
        texts[name] = text

    def read(self, owner_id: str, name: str) -> str | None:
        """Tell what lies under *name*."""
        return self._texts.get(owner_id.casefold(), (owner_id, {}))[1].get(name)

    def remove(self, owner_id: str) -> None:
        """Take out everything of this owner, as Intuit's tool for stamps does."""
        self._texts.pop(owner_id.casefold(), None)

    def of(self, owner_id: str) -> list[tuple[str, str, str]]:
        """List owner, name and text, in the order of the names."""
        owner, texts = self._texts.get(owner_id.casefold(), (owner_id, {}))
        return [(owner, name, texts[name]) for name in sorted(texts)]
