"""Whether the system tells of changes in a folder: local disks do, drives on a network do not."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

_MOUNTS = Path("/proc/self/mountinfo")
_ESCAPED = re.compile(r"\\([0-7]{3})")
_REMOTE = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "coda", "davfs", "lustre"}
    | {"glusterfs", "ncpfs", "ocfs2", "gfs2", "beegfs", "vboxsf", "prl_fs", "virtiofs"}
)
# File systems in user space: of sshfs, rclone, gvfs and the like nobody hears when the other side
# changes something.
_REMOTE_PREFIX = "fuse."
_LOCAL_FUSE = frozenset({"fuse.ntfs-3g", "fuse.exfat", "fuse.lxcfs", "fuse.mergerfs"})


def is_on_network(folder: Path, mounts: Path = _MOUNTS) -> bool:
    """Whether a folder, or a drive mounted in it, is on a network; False where it is not known."""
    if sys.platform == "win32":
        return folder.drive.startswith("\\\\")
    place = Path(os.path.realpath(folder))
    around, inside = "", False
    kind = ""
    for point, file_system in _mounts(mounts):
        if place == point or point in place.parents:
            if len(str(point)) >= len(around):  # a later mount hides an earlier one
                around, kind = str(point), file_system
        elif place in point.parents:
            inside = inside or _is_remote(file_system)
    return inside or _is_remote(kind)


def _is_remote(file_system: str) -> bool:
    if file_system in _LOCAL_FUSE:
        return False
    return file_system in _REMOTE or file_system.startswith(_REMOTE_PREFIX)


def _mounts(table: Path) -> Iterator[tuple[Path, str]]:
    """Mount points and types as proc(5) tells them: "36 35 98:0 / /mnt rw - ext3 /dev/root rw"."""
    try:
        lines = os.fsdecode(table.read_bytes()).splitlines()
    except OSError:  # not on Linux
        return
    for line in lines:
        fields, _, rest = line.partition(" - ")
        parts, kinds = fields.split(" "), rest.split(" ")
        if len(parts) > 4 and kinds[0]:
            yield Path(_ESCAPED.sub(lambda found: chr(int(found[1], 8)), parts[4])), kinds[0]
