"""Data keys that are gone with the test."""


class MemoryKeys:
    """A `domain.private.KeyStore` without a disk."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    async def keep(self, name: str, key: bytes) -> None:
        if name in self.kept:
            raise ValueError("a second key of that name cannot be kept")
        self.kept[name] = key

    async def find(self, name: str) -> bytes | None:
        return self.kept.get(name)

    async def destroy(self, name: str) -> None:
        self.kept.pop(name, None)
