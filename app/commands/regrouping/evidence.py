"""``regroup evidence`` and ``regroup orders``: merge or mend, and which order shows the mistakes best."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.options import (
    HomeOption,
    JsonOption,
    print_json,
    print_table,
    wants_json,
    workspace_of,
)
from app.commands.regrouping.printing import RunArgument, clusters_on
from core.runs.run import find_run

if TYPE_CHECKING:
    from core.regrouping.evidence.verdict import BlockEvidence, PairEvidence


def evidence(
    context: typer.Context,
    run: RunArgument,
    classes: Annotated[list[str], typer.Argument(help="Two or more classes of the run.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say whether to merge confused classes or to mend their cause, from the validation images of a run."""
    from core.datasets.store import list_datasets, load_dataset  # noqa: PLC0415
    from core.predictions import load_predictions  # noqa: PLC0415
    from core.regrouping.evidence.training import is_balanced, training_counts  # noqa: PLC0415
    from core.regrouping.evidence.verdict import (  # noqa: PLC0415
        COUNTED_ONCE,
        block_evidence,
        pair_evidence,
    )

    workspace = workspace_of(context, home)
    found = find_run(workspace, run)
    predictions = load_predictions(found.predictions_path("val"))
    counts, name = None, found.config.dataset
    if name in list_datasets(workspace):
        counts = training_counts(load_dataset(workspace, name), predictions.class_names)
    clusters = clusters_on(workspace, found, predictions)
    known: dict[str, Any] = {
        "train_counts": counts,
        "balanced": is_balanced(found.config),
        "clusters": clusters,
    }
    if len(classes) == 2:
        pair = pair_evidence(predictions, *classes, **known)
        judged, content = [pair], _pair_content(pair)
    else:
        block = block_evidence(predictions, classes, **known)
        judged, content = list(block.judged), _block_content(block)
    if wants_json(context, as_json):
        unit = "images" if clusters is None else "groups of images"
        print_json({"run": found.id, "split": "val", "counted_by": unit, **content})
        return
    by = "" if clusters is None else f"; {COUNTED_ONCE[0].lower()}{COUNTED_ONCE[1:].rstrip('.')}"
    print(f"{found.id}, validation, {predictions.num_samples} images{by}")
    for each in judged:
        print(f"{each.facts.names[0]} and {each.facts.names[1]}: {each.verdict}.")
        for sentence in (*each.reasons, *(cause.remedy for cause in each.causes)):
            if sentence != COUNTED_ONCE:
                print(f"  {sentence}")


def orders(
    context: typer.Context,
    run: RunArgument,
    grouping: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="A saved grouping; without it each class stands alone."),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Score the orders of the confusion matrix: the share of mistakes near the diagonal and in blocks."""
    from core.predictions import load_predictions  # noqa: PLC0415
    from core.regrouping.grouping import Grouping  # noqa: PLC0415
    from core.regrouping.keeping.store import load_grouping  # noqa: PLC0415
    from core.regrouping.ordering.dendrogram import merge_tree  # noqa: PLC0415
    from core.regrouping.ordering.orders import ORDERS, class_order  # noqa: PLC0415
    from core.regrouping.ordering.scores import best_order, order_score  # noqa: PLC0415
    from core.regrouping.scoring.counts import SparseCounts  # noqa: PLC0415

    workspace = workspace_of(context, home)
    found = find_run(workspace, run)
    predictions = load_predictions(found.predictions_path("val"))
    groups = Grouping.identity(predictions.class_names)
    if grouping is not None:
        names = predictions.class_names
        groups = load_grouping(workspace, found.config.dataset, grouping, class_names=names).grouping
    counts = SparseCounts.of(predictions)
    tree = merge_tree(counts)
    places = {key: class_order(counts, groups, key, tree=tree) for key in ORDERS if key != "own"}
    scores = {key: order_score(counts, order, groups) for key, order in places.items()}
    best = best_order(scores)
    if wants_json(context, as_json):
        named = {key: [groups.class_names[index] for index in order] for key, order in places.items()}
        rows = [{"order": key, **vars(score), "classes": named[key]} for key, score in scores.items()]
        print_json({"run": found.id, "split": "val", "best": best, "rows": rows})
        return
    first = scores[best]
    print(f"{found.id}, validation, {predictions.num_samples} images, {first.num_mistakes} mistakes")
    print_table(
        [f"share at most {first.band} from the diagonal", "near", "in blocks"],
        [[ORDERS[key].title, score.near_diagonal, score.in_blocks] for key, score in scores.items()],
    )
    print(f"By chance {first.by_chance:.4f}. Best: {ORDERS[best].title}.")


def _pair_content(pair: "PairEvidence") -> dict[str, Any]:
    facts = pair.facts
    return {
        "classes": list(facts.names),
        "mistaken": list(facts.mistaken),
        "support": list(facts.support),
        "groups_mistaken": list(facts.voices.mistaken) if facts.voices.by_group else None,
        "groups_support": list(facts.voices.support) if facts.voices.by_group else None,
        "direction": str(facts.direction),
        "p_value": facts.p_value,
        "verdict": str(pair.verdict),
        "reasons": list(pair.reasons),
        "causes": [
            {"look": str(cause.look), "reason": cause.reason, "remedy": cause.remedy} for cause in pair.causes
        ],
        "suspects": list(pair.suspects),
    }


def _block_content(block: "BlockEvidence") -> dict[str, Any]:
    names = ("first", "second", "first_as_second", "second_as_first")
    return {
        "classes": list(block.names),
        "num_mistakes": block.num_mistakes,
        "num_wrong": block.num_wrong,
        "num_images": block.num_images,
        "pairs": [dict(zip(names, pair, strict=True)) for pair in block.pairs],
        "judged": [_pair_content(each) for each in block.judged],
    }
