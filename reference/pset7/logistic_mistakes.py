"""What goes wrong when students train and test a logistic regression, for problems 1 and 2."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from reference.inputs import Inputs
from reference.misconceptions import Misconception
from reference.pset7 import training_changes as changes
from reference.pset7.training import Exercise, exercise

Reported = Callable[[Exercise], Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A change of the exercise, and what a student who made it is told."""

    tag: str
    change: changes.Change
    message: str
    section: str = "training"
    rather_than: tuple[str, ...] = ()


_STANDARDISED = "You standardised the features. Use them as they stand in the file."
MISTAKES = (
    Mistake(
        "mean_gradient",
        changes.mean_gradient,
        "You divided the gradient by the number of examples. The update takes the sum over the "
        "examples, not their mean.",
    ),
    Mistake(
        "no_bias",
        changes.no_bias,
        "Your model has no bias. Put a constant feature in front of the others.",
    ),
    Mistake(
        "per_example_update",
        changes.per_example_update,
        "You updated the weights after every example. Compute the whole gradient at the present "
        "weights first, then update once.",
    ),
    Mistake(
        "library_default",
        changes.library_default,
        "This is the fit of a library such as scikit-learn, which penalises large weights. Make the "
        "steps of gradient ascent yourself.",
        rather_than=("penalised_fit",),
    ),
    Mistake(
        "one_step_less",
        partial(changes.steps, lambda count: count - 1),
        "Your loop makes one update too few.",
    ),
    Mistake(
        "one_step_more",
        partial(changes.steps, lambda count: count + 1),
        "Your loop makes one update too many.",
    ),
    Mistake(
        "tenth_of_the_steps",
        partial(changes.steps, lambda count: count // 10),
        "You made ten times fewer steps than the problem asks for.",
    ),
    Mistake(
        "ten_times_the_steps",
        partial(changes.steps, lambda count: count * 10),
        "You made ten times more steps than the problem asks for.",
    ),
    Mistake(
        "eta_too_big",
        partial(changes.rate, 10),
        "Your learning rate is ten times too big. Count its zeros.",
    ),
    Mistake(
        "eta_too_small",
        partial(changes.rate, 1 / 10),
        "Your learning rate is ten times too small. Count its zeros.",
    ),
    Mistake(
        "eta_doubled",
        partial(changes.rate, 2),
        "Each of your steps is twice as long as it should be. Is there a factor of two in your "
        "update, or is each example counted twice?",
    ),
    Mistake(
        "descent",
        partial(changes.rate, -1),
        "You went down the log likelihood, and it is to be made large. Look at the sign of the update.",
    ),
    Mistake(
        "sigmoid_sign",
        changes.wrong_sign,
        "The exponent in your sigmoid has the wrong sign.",
    ),
    Mistake(
        "no_sigmoid",
        changes.no_sigmoid,
        "You left out the sigmoid. The label is compared with a probability, not with the weighted "
        "sum itself.",
    ),
    Mistake(
        "gradient_not_reset",
        changes.gradient_not_reset,
        "You keep adding to the gradient of earlier steps. Set it to zero at the start of each step.",
    ),
    Mistake(
        "label_kept",
        changes.label_kept,
        "You kept the column with the label among the features, so your model is told the answer.",
        "data",
    ),
    Mistake(
        "first_row_lost",
        changes.first_row_lost,
        "You lost an example: the first row of data was taken for the header.",
        "data",
    ),
    Mistake(
        "standardised",
        partial(changes.standardised, 0),
        _STANDARDISED,
        "data",
        rather_than=("standardised_by_sample",),
    ),
    Mistake("standardised_by_sample", partial(changes.standardised, 1), _STANDARDISED, "data"),
    Mistake(
        "started_at_one",
        changes.started_at_one,
        "Your weights start at one. Start them at zero.",
    ),
    Mistake(
        "trained_on_test",
        changes.trained_on_test,
        "You trained on the test set.",
    ),
    Mistake(
        "trained_on_both",
        changes.trained_on_both,
        "You trained on the training set and the test set together.",
    ),
    Mistake(
        "penalised_fit",
        changes.penalised,
        "This is the fit with a penalty on large weights, which libraries add by default. Make the "
        "steps of gradient ascent yourself.",
    ),
)

# Of those who squash wrongly while they train, and rightly when they classify, only the accuracy is new.
TRAINING_ONLY = (
    Mistake(
        "sigmoid_sign_in_training",
        changes.wrong_sign_in_training,
        "While you train, the exponent in your sigmoid has the wrong sign.",
    ),
    Mistake(
        "no_sigmoid_in_training",
        changes.no_sigmoid_in_training,
        "While you train, you leave out the sigmoid.",
    ),
)


def misconceptions(
    prefix: str, reported: Reported, mistakes: tuple[Mistake, ...] = MISTAKES
) -> tuple[Misconception, ...]:
    """The mistakes as they show in what is reported about the exercise on the prefix's files."""

    def values(change: changes.Change, inputs: Inputs) -> Mapping[str, float]:
        changed = change(exercise(inputs, prefix))
        return reported(changed) if changed else {}

    return tuple(
        Misconception(
            each.tag, each.message, partial(values, each.change), each.section, each.rather_than
        )
        for each in mistakes
    )
