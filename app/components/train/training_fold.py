"""Fold "Training": how often, how fast, and when to stop."""

from typing import Any

import streamlit as st

from app.components.train.fields import choice_field, decimal_field, number_field, rare_fields, seed_field

OPTIMIZERS = {"adam": "Adam", "adamw": "AdamW", "rmsprop": "RMSprop", "sgd": "SGD", "adagrad": "Adagrad"}
SCHEDULES = {
    "constant": "Constant",
    "cosine": "Cosine",
    "step": "Step by step",
    "plateau": "When validation stops improving",
}
METRICS = {
    "val_loss": "Validation loss",
    "val_accuracy": "Validation accuracy",
    "val_macro_f1": "Validation macro F1",
}
BEST_EPOCHS = {**METRICS, "last": "The last epoch"}


def training_fold() -> dict[str, Any]:
    """Draw the fold; returns its settings."""
    left, right = st.columns(2)
    with left:
        settings: dict[str, Any] = {
            "epochs": number_field("epochs", "Epochs"),
            "batch_size": number_field("batch_size", "Batch size"),
            "patience": number_field("patience", "Early stopping after (epochs)"),
        }
        if settings["patience"]:
            settings["stop_metric"] = choice_field("stop_metric", "Early stopping watches", METRICS)
    with right:
        settings["learning_rate"] = decimal_field("learning_rate", "Learning rate", step=1e-4)
        settings["optimizer"] = choice_field("optimizer", "Optimizer", OPTIMIZERS)
        if settings["optimizer"] == "sgd":
            settings["momentum"] = decimal_field("momentum", "Momentum", step=0.05)
        settings["schedule"] = choice_field("schedule", "Learning-rate schedule", SCHEDULES)
    settings |= _schedule(settings["schedule"])
    with rare_fields("train_more_training") as rare:
        _draw_rare(rare, settings)
    return settings | rare


def _schedule(schedule: str) -> dict[str, Any]:
    """Draw the fields that only some schedules have."""
    if schedule not in {"step", "plateau"}:
        return {}
    label = "Epochs between steps" if schedule == "step" else "Epochs without improvement"
    left, right = st.columns(2)
    with left:
        epochs = number_field("schedule_epochs", label)
    with right:
        factor = decimal_field("schedule_factor", "Factor", step=0.05)
    return {"schedule_epochs": epochs, "schedule_factor": factor}


def _draw_rare(rare: dict[str, Any], settings: dict[str, Any]) -> None:
    rare["best_epoch"] = choice_field("best_epoch", "Best epoch by", BEST_EPOCHS)
    left, right = st.columns(2)
    with left:
        rare["warmup_epochs"] = decimal_field("warmup_epochs", "Warm-up (epochs)", step=0.5)
        decay = "0.004" if settings["optimizer"] == "adamw" else "None"
        rare["weight_decay"] = decimal_field("weight_decay", "Weight decay", step=1e-4, placeholder=decay)
        rare["label_smoothing"] = decimal_field("label_smoothing", "Label smoothing", step=0.05)
        rare["seed"] = seed_field()
    with right:
        if settings["schedule"] != "constant":
            rare["least_rate"] = decimal_field("least_rate", "Least learning rate (share)", step=0.01)
        rare["clip_norm"] = decimal_field("clip_norm", "Gradient clipping", step=0.5)
        rare["steps_per_epoch"] = number_field("steps_per_epoch", "Steps per epoch")
