"""What is used of Arrow: its file reader and its kernels, by the short way.

How this works: ``pyarrow.compute`` and ``pyarrow.parquet`` are Python around the two compiled
modules that are imported here. The one writes a documented function for each of 300 kernels when
it is imported, the other brings in file systems of other machines; together that would be a fifth
of the time before the first candle. Nothing else in the house touches Arrow's inner modules.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow._compute import CastOptions, call_function
from pyarrow._parquet import ParquetReader


def compute(kernel: str, *arguments: Any) -> Any:
    """What a kernel of Arrow answers; they are listed in the documents of ``pyarrow.compute``."""
    return call_function(kernel, list(arguments))


def cast(values: pa.Array, kind: pa.DataType) -> pa.Array:
    """``values`` as ``kind``; raises ``pa.ArrowInvalid`` where a value does not survive that."""
    return call_function("cast", [values], CastOptions.safe(kind))


def parquet_schema(path: Path) -> pa.Schema:
    """The columns of a Parquet file and their types."""
    reader = ParquetReader()
    with pa.OSFile(str(path)) as file:
        reader.open(file)
        return reader.schema_arrow


def parquet_batches(
    path: Path, names: Sequence[str], rows: int, buffer_bytes: int
) -> Iterator[pa.RecordBatch]:
    """The columns ``names`` of a Parquet file, at most ``rows`` at a time, streamed."""
    reader = ParquetReader()
    with pa.OSFile(str(path)) as file:
        reader.open(file, buffer_size=buffer_bytes, pre_buffer=False)
        paths = [each[0] for each in reader.column_paths]
        chosen = [paths.index(name) for name in names]
        groups = range(reader.num_row_groups)
        yield from reader.iter_batches(rows, groups, chosen, use_threads=False)
