"""What is used of Arrow: its file reader and its kernels, in one place."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq


def compute(kernel: str, *arguments: Any) -> Any:
    """What a kernel of Arrow answers; they are listed in the documents of ``pyarrow.compute``."""
    return pc.call_function(kernel, list(arguments))


def cast(values: pa.Array, kind: pa.DataType) -> pa.Array:
    """``values`` as ``kind``; raises ``pa.ArrowInvalid`` where a value does not survive that."""
    return pc.cast(values, kind)


def parquet_schema(path: Path) -> pa.Schema:
    """The columns of a Parquet file and their types."""
    return pq.read_schema(path)


def parquet_batches(
    path: Path, names: Sequence[str], rows: int, buffer_bytes: int
) -> Iterator[pa.RecordBatch]:
    """The columns ``names`` of a Parquet file, at most ``rows`` at a time, streamed."""
    with pq.ParquetFile(path, buffer_size=buffer_bytes, pre_buffer=False) as file:
        yield from file.iter_batches(rows, columns=list(names), use_threads=False)
