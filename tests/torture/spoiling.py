"""Damage to files of SQLite, by chance: each seed damages them the same way."""

import random
from pathlib import Path


def spoil_database(path: Path, chance: random.Random) -> str:
    """Damage a database, or what lies beside it; tells how."""
    data = bytearray(path.read_bytes())
    how = chance.choice(("flipped", "truncated", "zeroed", "a page twice", "header", "rubbish log"))
    page = 4096
    pages = len(data) // page
    if how == "flipped":
        for _ in range(chance.randrange(1, 60)):
            data[chance.randrange(len(data))] = chance.randrange(256)
    elif how == "truncated":
        del data[chance.randrange(len(data)) :]
    elif how == "zeroed":
        begin = chance.randrange(len(data))
        end = min(begin + chance.randrange(1, 5 * page), len(data))
        data[begin:end] = bytes(end - begin)
    elif how == "a page twice":
        source, target = (page * chance.randrange(pages) for _ in range(2))
        data[target : target + page] = data[source : source + page]
    elif how == "header":
        data[chance.randrange(100)] ^= 1 << chance.randrange(8)
    else:
        path.with_name(f"{path.name}-wal").write_bytes(chance.randbytes(chance.randrange(5 * page)))
    path.write_bytes(data)
    return how
