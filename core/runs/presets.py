"""Settings of the studies that this project can repeat, to fill the form of a run with.

A setting that a study does not tell keeps its default. Dataset and grouping are the person's own.
"""

from dataclasses import dataclass, field
from typing import Any

SKIN = {"image_size": "150x120", "scaling": "minmax"}
SKIN_TRANSFER = {
    **SKIN,
    "weights": "imagenet",
    "cut": 0,
    "head_pooling": "flatten",
    "head_units": (128,),
    "head_dropout": 0.0,
}
CIFAR = {"image_size": "32x32", "optimizer": "adam", "batch_size": 50, "epochs": 100}


@dataclass(frozen=True)
class StudyPreset:
    """A training of a study.

    Attributes:
        title: For a choice on a page.
        description: One or two sentences: what was trained, on what, and what came out.
        settings: Names of ``RunConfig`` and their values; dataset and grouping are left out.
    """

    title: str
    description: str
    settings: dict[str, Any] = field(hash=False)


STUDIES = {
    "hotels": StudyPreset(
        "Hotel rooms: VGG16 from scratch",
        "50,000 photos of 3,116 hotels, in epochs of 100 batches. Accuracy was 3.75 % with clean and with "
        "occluded images; guessing gives 0.03 %.",
        {
            "model": "vgg16_scratch",
            "image_size": "224x224",
            "resize": "lanczos",
            "augmentation": "none",
            "optimizer": "adam",
            "learning_rate": 0.001,
            "batch_size": 32,
            "epochs": 150,
            "steps_per_epoch": 100,
        },
    ),
    "skin_baseline": StudyPreset(
        "Skin lesions: baseline",
        "Seven classes, one of them two thirds of all images. Accuracy was 0.70, mean sensitivity 0.25.",
        {"model": "skin_baseline", "augmentation": "none", **SKIN},
    ),
    "skin_tuned": StudyPreset(
        "Skin lesions: tuned CNN",
        "The best network of a random search over units, layers, dropout and optimizer. Mean sensitivity "
        "was 0.36, macro AUC 0.62.",
        {"model": "tuned_cnn", "augmentation": "none", **SKIN},
    ),
    "skin_augmented": StudyPreset(
        "Skin lesions: augmented",
        "The baseline, shown images that are turned, moved and mirrored at random. Accuracy was 0.68.",
        {"model": "skin_baseline", "augmentation": "skin", **SKIN},
    ),
    "skin_vgg16": StudyPreset(
        "Skin lesions: VGG16 transfer",
        "VGG16 as it left ImageNet, and a new head of 128 units. The study's best: accuracy 0.76, mean "
        "sensitivity 0.44, macro AUC 0.68.",
        {"model": "vgg16", "augmentation": "none", **SKIN_TRANSFER},
    ),
    "skin_resnet50": StudyPreset(
        "Skin lesions: ResNet50 transfer",
        "ResNet50 as it left ImageNet, and a new head of 128 units. Accuracy was 0.68, macro AUC 0.53.",
        {"model": "resnet50", "augmentation": "none", **SKIN_TRANSFER},
    ),
    "products": StudyPreset(
        "Beauty products: InceptionV3 fine-tuning",
        "73 confusable classes; the head and the last six blocks are trained. Test accuracy was 0.37, and "
        "0.50 with the classes grouped to 42.",
        {
            "model": "inceptionv3",
            "weights": "imagenet",
            "image_size": "299x299",
            "scaling": "unit",
            "augmentation": "products",
            "cut": 6,
            "head_pooling": "average",
            "head_dropout": 0.2,
            "head_units": (512,),
            "optimizer": "rmsprop",
            "learning_rate": 2e-4,
            "batch_size": 64,
            "epochs": 100,
            "stop_metric": "val_loss",
            "patience": 3,
            "best_epoch": "val_loss",
        },
    ),
    "cifar": StudyPreset(
        "CIFAR-10: lecture network",
        "Three convolutions and three dense layers, trained for 100 epochs, which is too long: test accuracy "
        "was 0.68 and test loss 3.19.",
        {"model": "cifar_cnn", **CIFAR},
    ),
    "cifar_bn": StudyPreset(
        "CIFAR-10: lecture network with batch normalization",
        "The same network with batch normalization after each layer.",
        {"model": "cifar_cnn_bn", **CIFAR},
    ),
    "objects_simple": StudyPreset(
        "Ten objects: simple CNN",
        "Three convolutions on large images. After 10 epochs accuracy was 0.70 in training and 0.19 in "
        "validation.",
        {"model": "simple_cnn", "image_size": "200x200", "epochs": 10},
    ),
    "objects_lenet": StudyPreset(
        "Ten objects: LeNet",
        "A small network on small images. Accuracy was 0.83 in training and 0.46 in validation.",
        {"model": "lenet", "image_size": "32x32"},
    ),
    "objects_alexnet": StudyPreset(
        "Ten objects: AlexNet",
        "58 million parameters. After 10 epochs accuracy was 0.60 in training and 0.49 in validation.",
        {"model": "alexnet", "image_size": "227x227", "epochs": 10},
    ),
}
