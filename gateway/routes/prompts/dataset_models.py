"""Request and answer models of datasets, their items, versions and imports."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from gateway.schema import INT32, Answer, Body, Digits, Flag, Page, PageParams, Query, Time

DatasetFileFormat = Literal["csv", "jsonl", "json"]
DatasetVersionSource = Literal["edit", "import"]
DatasetImportState = Literal["receiving", "ready", "applied"]
_INPUT = "What a prompt or pipeline is given: any JSON."
_EXPECTED = "What a good answer is: any JSON."
_METADATA = "Any JSON."
_HASH = "64 hexadecimal digits."
DatasetName = Annotated[
    str,
    Field(min_length=1, max_length=128, description="Unique in the tenant.", examples=["Support"]),
]
Description = Annotated[str, Field(max_length=2000)]
Metadata = Annotated[Any, Field(description=f"{_METADATA} At most 100,000 bytes.")]
ItemId = Annotated[
    str,
    Field(
        pattern=r"^([A-Za-z0-9][A-Za-z0-9_.:-]{0,127})?$",
        description="Yours, or empty: one is made. It stays the same in every version.",
        examples=["case-17"],
    ),
]
Source = Annotated[str, Field(max_length=128)]
VersionParam = Annotated[
    int,
    Digits,
    Field(default=0, ge=0, le=INT32, description="Number of a version; 0: as it is now."),
]


class CreateDataset(Body):
    """A dataset to make."""

    name: DatasetName
    description: Description = ""
    metadata: Metadata = None


class UpdateDataset(Body):
    """What is to change; what is left out stays. `metadata: null` empties it."""

    name: Annotated[str | None, Field(min_length=1, max_length=128)] = None
    description: Annotated[str | None, Field(max_length=2000)] = None
    metadata: Metadata = None


class ListDatasets(PageParams):
    """Which datasets to list."""

    query: str = Field(default="", max_length=200, description="Part of name or description.")
    is_archived: Flag = Field(default=False, description="Archived ones instead of the others.")


class CreateDatasetItem(Body):
    """An item to add: at most 1,000,000 bytes together, not all of it null."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "input": {"question": "Where is my parcel?"},
                    "expected": "delivery",
                    "metadata": {"language": "en"},
                }
            ]
        }
    )

    id: ItemId = ""
    input: Annotated[Any, Field(description=_INPUT)] = None
    expected: Annotated[Any, Field(description=_EXPECTED)] = None
    metadata: Annotated[Any, Field(description=_METADATA)] = None
    source_run_id: Annotated[Source, Field(description="The run that it was taken from.")] = ""
    source_step_id: Annotated[Source, Field(description="The step of that run.")] = ""


class UpdateDatasetItem(Body):
    """What is to change; what is left out stays, and null empties."""

    input: Annotated[Any, Field(description=_INPUT)] = None
    expected: Annotated[Any, Field(description=_EXPECTED)] = None
    metadata: Annotated[Any, Field(description=_METADATA)] = None
    is_archived: Annotated[
        bool | None,
        Field(description="true: in no version from now on. false: in the next one again."),
    ] = None


class ListDatasetItems(PageParams):
    """Which items to list."""

    version: VersionParam
    query: str = Field(
        default="",
        max_length=200,
        description="Part of id, input, expected or metadata, these as JSON without spaces.",
    )
    is_archived: Flag = Field(
        default=False, description="Archived items instead of the others; not with a version."
    )


class GetDatasetItem(Query):
    """As which version has it."""

    version: VersionParam


class ExportDataset(Query):
    """Which file is wanted."""

    format: DatasetFileFormat = Field(default="jsonl", description="Form of the file.")
    version: VersionParam


class DatasetColumnDraft(Body):
    """Where a column of a CSV file, or a key of JSON objects, is to go."""

    name: Annotated[str, Field(min_length=1, max_length=200, examples=["Question"])]
    target: Annotated[
        str,
        Field(
            max_length=220,
            description="`id`, `input`, `expected`, `metadata`, a key of one of the last three, "
            "or empty to leave the column out.",
            examples=["input.question"],
        ),
    ]


class CreateDatasetImport(Body):
    """A file that will be sent."""

    format: DatasetFileFormat
    file_name: Annotated[str, Field(max_length=200, examples=["cases.csv"])] = ""
    file_bytes: Annotated[
        int, Field(ge=0, le=100_000_000, description="Its size; 0: not known.")
    ] = 0
    columns: list[DatasetColumnDraft] = Field(
        default_factory=list,
        max_length=200,
        description="Columns that are not named: `id`, `input`, `expected` (`expected_output`, "
        "`expectedOutput`) and `metadata` go where their name says; others become keys of input "
        "where no column is the input itself, keys of metadata otherwise.",
    )


class AppendDatasetImport(Query):
    """Which part of the file the body is."""

    offset: Annotated[int, Digits] = Field(
        default=0, ge=0, le=100_000_000, description="Where in the file the body begins."
    )
    is_last: Flag = Field(default=True, description="The file ends with it.")


class ApplyDatasetImport(Body):
    """How an import is applied."""

    is_partial: Annotated[
        bool, Field(description="Leave out records that have problems, instead of refusing.")
    ] = False


class Dataset(Answer):
    """A dataset without its items."""

    id: Annotated[str, Field(examples=["dst_01jd8n3zq4e5v9x7k2m6r0t1wb"])]
    name: str
    description: str
    metadata: Any
    latest_version: Annotated[int, Field(description="0: it never had an item.")]
    item_count: Annotated[int, Field(description="Archived items are not counted.")]
    create_time: Time
    update_time: Time
    archive_time: Time | None
    etag: str


class DatasetPage(Page):
    """A page of datasets."""

    items: list[Dataset]


class DatasetVersion(Answer):
    """What a dataset was at one moment. Never changes."""

    dataset_id: str
    number: int
    item_count: int
    added_count: int
    changed_count: int
    archived_count: int
    content_hash: Annotated[
        str, Field(description=f"Equal for equal items in any order, ids left out. {_HASH}")
    ]
    source: DatasetVersionSource
    file_name: Annotated[str, Field(description="Of the imported file.")]
    actor_id: str
    create_time: Time


class DatasetVersionPage(Page):
    """A page of versions."""

    items: list[DatasetVersion]


class DatasetItem(Answer):
    """An item as one or more versions have it."""

    dataset_id: str
    id: str
    input: Any
    expected: Any
    metadata: Any
    content_hash: Annotated[str, Field(description=_HASH)]
    is_archived: bool
    version: Annotated[
        int, Field(description="The dataset's version that made it what it is here.")
    ]
    source_run_id: str
    source_step_id: str
    create_time: Time
    update_time: Time
    actor_id: str
    etag: str


class DatasetItemPage(Page):
    """A page of items."""

    items: list[DatasetItem]


class DatasetColumn(Answer):
    """A column of the file, and where it goes."""

    name: str
    target: str


class DatasetImportProblem(Answer):
    """What of the file cannot become an item."""

    line: Annotated[int, Field(description="On which the record begins, from 1.")]
    field: Annotated[str, Field(description="Empty: the record as a whole.")]
    message: str


class DatasetImport(Answer):
    """A file on its way into a dataset."""

    id: Annotated[str, Field(examples=["dim_01jd8n3zq4e5v9x7k2m6r0t1wb"])]
    dataset_id: str
    format: DatasetFileFormat
    file_name: str
    state: DatasetImportState
    received_bytes: int
    file_bytes: int
    record_count: Annotated[int, Field(description="Read so far, those with problems included.")]
    added_count: Annotated[
        int, Field(description="`ready`: items that would come new; `applied`: that did.")
    ]
    changed_count: Annotated[int, Field(description="Likewise: that get another content.")]
    unchanged_count: Annotated[
        int, Field(description="Likewise: that are there already, and repetitions in the file.")
    ]
    problem_count: int
    problems: Annotated[list[DatasetImportProblem], Field(description="The first 100.")]
    columns: list[DatasetColumn]
    version: Annotated[int, Field(description="That has the items, once `applied`; else 0.")]
    actor_id: str
    create_time: Time
    update_time: Time
