"""One writer: an exclusive lock on a journal's name for the life of a process.

The lock is the kernel's (``flock``) on a small file beside the journal that holds the writer's
process id. The kernel drops it when the process dies, however it dies, so what a killed writer
leaves behind is an unlocked file and no obstacle. A writer that ends in order removes the file;
that another may have opened it just before is why the name is looked at again after locking.
"""

import fcntl
import os
from pathlib import Path

from engine.errors import UserError
from journal.failures import folder_failed


class WriterLock:
    """Held from ``__init__`` until ``release``. Raises ``UserError`` with the holder's pid."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.with_name(f".{path.name}.lock")
        if not path.parent.is_dir():
            raise UserError(
                f"journal {path}: there is no folder {path.parent}; create it or choose another"
            )
        try:
            self._descriptor = self._acquire()
        except BlockingIOError:
            raise UserError(
                f"journal {path} is being written by process {self._holder()}; "
                "stop that process or choose another name"
            ) from None
        except OSError as error:
            raise folder_failed(path, error) from error

    def release(self) -> None:
        """Let the next writer in; a second call does nothing."""
        if self._descriptor < 0:
            return
        self._file.unlink(missing_ok=True)
        os.close(self._descriptor)
        self._descriptor = -1

    def _acquire(self) -> int:
        while True:
            descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if self._is_named(descriptor):
                    os.ftruncate(descriptor, 0)
                    os.write(descriptor, str(os.getpid()).encode())
                    return descriptor
            except OSError:
                os.close(descriptor)
                raise
            os.close(descriptor)

    def _is_named(self, descriptor: int) -> bool:
        """Whether the locked file is still the one that has the name."""
        try:
            named = os.stat(self._file)
        except FileNotFoundError:
            return False
        held = os.fstat(descriptor)
        return (named.st_dev, named.st_ino) == (held.st_dev, held.st_ino)

    def _holder(self) -> str:
        try:
            return self._file.read_text().strip() or "unknown"
        except OSError:
            return "unknown"
