"""What is used of Arrow: its file readers and its kernels, in one place."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq


def compute(kernel: str, *arguments: Any) -> Any:
    """What a kernel of Arrow answers; they are listed in the documents of ``pyarrow.compute``."""
    return pc.call_function(kernel, list(arguments))


def cast(values: pa.Array, kind: pa.DataType) -> pa.Array:
    """``values`` as ``kind``; raises ``pa.ArrowInvalid`` where a value does not survive that."""
    return pc.cast(values, kind)


def dashed(texts: pa.Array) -> pa.Array:
    """Dates with dots as dates with dashes."""
    return pc.replace_substring(texts, ".", "-")


def parquet_schema(path: Path) -> pa.Schema:
    """The columns of a Parquet file and their types."""
    return pq.read_schema(path)


def parquet_batches(
    path: Path, names: Sequence[str], rows: int, buffer_bytes: int
) -> Iterator[pa.RecordBatch]:
    """The columns ``names`` of a Parquet file, at most ``rows`` at a time, streamed."""
    with pq.ParquetFile(path, buffer_size=buffer_bytes, pre_buffer=False) as file:
        yield from file.iter_batches(rows, columns=list(names), use_threads=False)


def feather_schema(path: Path) -> pa.Schema:
    """The columns of a Feather file (version 2, which is an Arrow file) and their types."""
    with pa.OSFile(str(path)) as source, pa.ipc.open_file(source) as file:
        return file.schema


def feather_batches(path: Path, names: Sequence[str], rows: int) -> Iterator[pa.RecordBatch]:
    """The columns ``names`` of a Feather file, at most ``rows`` at a time.

    It is read in the pieces that it was written in: of one in a single piece, all is held.
    """
    places = [feather_schema(path).get_field_index(name) for name in names]
    options = pa.ipc.IpcReadOptions(use_threads=False, included_fields=sorted(places))
    with pa.OSFile(str(path)) as source, pa.ipc.open_file(source, options=options) as file:
        for number in range(file.num_record_batches):
            batch = file.get_batch(number)
            for begin in range(0, batch.num_rows, rows):
                yield batch.slice(begin, rows)


def csv_reader(
    path: Path, delimiter: str, names: Sequence[str], headless: Sequence[str], block_bytes: int
) -> Any:
    """A streaming reader of the columns ``names``, or of all; every one named is text, so that no
    digit is lost. ``headless`` are the columns of a file whose first line does not name them."""
    wanted: Mapping[str, pa.DataType] = {name: pa.string() for name in names}
    return pcsv.open_csv(
        pa.input_stream(str(path), compression="detect"),
        read_options=pcsv.ReadOptions(
            use_threads=False, block_size=block_bytes, column_names=list(headless)
        ),
        parse_options=pcsv.ParseOptions(delimiter=delimiter),
        convert_options=pcsv.ConvertOptions(
            column_types=dict(wanted), include_columns=list(names), strings_can_be_null=False
        ),
    )
