"""What goes wrong when students train and test a logistic regression, for problems 1 and 2.

A mistake is a change of the exercise: other data, another gradient, another way from them to theta.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from math import tanh

import numpy as np

from reference.inputs import Inputs
from reference.misconceptions import Misconception
from reference.numerics.logistic import Array, gradient, sigma, train_penalised
from reference.pset7.training import Exercise, exercise

Change = Callable[[Exercise], Exercise | None]
Reported = Callable[[Exercise], Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A change of the exercise, and what a student who made it is told.

    The change gives None where the mistake leads to no number.
    """

    tag: str
    change: Change
    message: str
    section: str = "training"


def _mean_gradient(given: Exercise) -> Exercise:
    return replace(given, eta=given.eta / len(given.y))


def _no_bias(given: Exercise) -> Exercise:
    """With x_0 = 0 in place of 1 the bias stays where it starts, at 0, and adds nothing."""
    without = np.arange(given.X.shape[1]) > 0
    return replace(given, X=given.X * without, X_test=given.X_test * without)


def _after_every_example(given: Exercise) -> Array:
    theta = np.full(given.X.shape[1], given.start)
    examples = list(zip(given.X, given.y.tolist(), strict=True))
    for _ in range(given.steps):
        for x, y in examples:
            # sigma(z) is (1 + tanh(z / 2)) / 2, which takes numbers one by one fast, and never overflows.
            theta += given.eta * (y - 0.5 - 0.5 * tanh(0.5 * x.dot(theta))) * x
    return theta


def _never_reset(given: Exercise) -> Array:
    theta = np.full(given.X.shape[1], given.start)
    total = np.zeros(given.X.shape[1])
    for _ in range(given.steps):
        total = total + given.gradient(theta, given.X, given.y)
        theta = theta + given.eta * total
    return theta


def _steps(change: Callable[[int], int], given: Exercise) -> Exercise:
    return replace(given, steps=max(change(given.steps), 0))


def _rate(factor: float, given: Exercise) -> Exercise:
    return replace(given, eta=given.eta * factor)


def _wrong_sign(z: Array) -> Array:
    return sigma(-z)


def _not_squashed(z: Array) -> Array:
    return z


def _wrong_sign_in_training(given: Exercise) -> Exercise:
    return replace(given, gradient=partial(gradient, squash=_wrong_sign))


def _wrong_sign_everywhere(given: Exercise) -> Exercise:
    return replace(_wrong_sign_in_training(given), squash=_wrong_sign)


def _no_sigmoid_in_training(given: Exercise) -> Exercise | None:
    """Without it theta is multiplied by 1 - eta X^T X in each step, and grows without bound beyond 2."""
    if given.eta * np.linalg.norm(given.X, 2) ** 2 > 2:  # noqa: PLR2004 - as the sentence above says.
        return None
    return replace(given, gradient=partial(gradient, squash=_not_squashed))


def _no_sigmoid_at_all(given: Exercise) -> Exercise | None:
    trained = _no_sigmoid_in_training(given)
    return trained and replace(trained, squash=_not_squashed)


def _label_kept(given: Exercise) -> Exercise:
    return replace(
        given,
        X=np.column_stack([given.X, given.y]),
        X_test=np.column_stack([given.X_test, given.y_test]),
    )


def _first_row_lost(given: Exercise) -> Exercise:
    return replace(
        given, X=given.X[1:], y=given.y[1:], X_test=given.X_test[1:], y_test=given.y_test[1:]
    )


def _standardised(given: Exercise) -> Exercise:
    """Each feature minus its mean in the training set, over its standard deviation there."""
    mean, deviation = given.X.mean(axis=0), given.X.std(axis=0)
    mean[0] = 0.0
    # A column that never changes, as the bias, has no deviation to divide by.
    deviation[deviation == 0] = 1.0
    return replace(
        given, X=(given.X - mean) / deviation, X_test=(given.X_test - mean) / deviation
    )


def _trained_on_both(given: Exercise) -> Exercise:
    return replace(
        given,
        X=np.vstack([given.X, given.X_test]),
        y=np.concatenate([given.y, given.y_test]),
    )


MISTAKES = (
    Mistake(
        "mean_gradient",
        _mean_gradient,
        "You divided the gradient by the number of examples. The update takes the sum over the "
        "examples, not their mean.",
    ),
    Mistake(
        "no_bias",
        _no_bias,
        "Your model has no bias. Put a constant feature in front of the others.",
    ),
    Mistake(
        "per_example_update",
        lambda given: replace(given, fit=_after_every_example),
        "You updated the weights after every example. Compute the whole gradient at the present "
        "weights first, then update once.",
    ),
    Mistake(
        "one_step_less",
        partial(_steps, lambda steps: steps - 1),
        "Your loop makes one update too few.",
    ),
    Mistake(
        "one_step_more",
        partial(_steps, lambda steps: steps + 1),
        "Your loop makes one update too many.",
    ),
    Mistake(
        "tenth_of_the_steps",
        partial(_steps, lambda steps: steps // 10),
        "You made ten times fewer steps than the problem asks for.",
    ),
    Mistake(
        "ten_times_the_steps",
        partial(_steps, lambda steps: steps * 10),
        "You made ten times more steps than the problem asks for.",
    ),
    Mistake(
        "eta_too_big",
        partial(_rate, 10),
        "Your learning rate is ten times too big. Count its zeros.",
    ),
    Mistake(
        "eta_too_small",
        partial(_rate, 1 / 10),
        "Your learning rate is ten times too small. Count its zeros.",
    ),
    Mistake(
        "eta_doubled",
        partial(_rate, 2),
        "Each of your steps is twice as long as it should be. Is there a factor of two in your "
        "update, or is each example counted twice?",
    ),
    Mistake(
        "descent",
        partial(_rate, -1),
        "You went down the log likelihood. It is to be made large: look at the sign of the update.",
    ),
    Mistake(
        "sigmoid_sign",
        _wrong_sign_everywhere,
        "Your sigmoid has the wrong sign in its exponent.",
    ),
    Mistake(
        "no_sigmoid",
        _no_sigmoid_at_all,
        "You left out the sigmoid. The label is compared with a probability, not with the weighted "
        "sum itself.",
    ),
    Mistake(
        "gradient_not_reset",
        lambda given: replace(given, fit=_never_reset),
        "You keep adding to the gradient of earlier steps. Set it to zero at the start of each step.",
    ),
    Mistake(
        "label_kept",
        _label_kept,
        "You kept the column with the label among the features, so your model is told the answer.",
        "data",
    ),
    Mistake(
        "header_row_lost",
        _first_row_lost,
        "You lost an example: the first row of data was taken for the header.",
        "data",
    ),
    Mistake(
        "features_standardised",
        _standardised,
        "You standardised the features. Use them as they stand in the file.",
        "data",
    ),
    Mistake(
        "started_at_one",
        lambda given: replace(given, start=1.0),
        "Your weights start at one. Start them at zero.",
    ),
    Mistake(
        "trained_on_test",
        lambda given: replace(given, X=given.X_test, y=given.y_test),
        "You trained on the test set.",
    ),
    Mistake(
        "trained_on_both",
        _trained_on_both,
        "You trained on the training set and the test set together.",
    ),
    Mistake(
        "penalised_fit",
        lambda given: replace(given, fit=lambda exercise: train_penalised(exercise.X, exercise.y)),
        "This is the fit of a library that penalises large weights. Make the steps of gradient ascent "
        "yourself.",
    ),
)

# The accuracy of those who squash wrongly while they train, and rightly when they classify.
TRAINED_ONLY = (
    Mistake(
        "sigmoid_sign_in_training",
        _wrong_sign_in_training,
        "While you train, your sigmoid has the wrong sign in its exponent.",
    ),
    Mistake(
        "no_sigmoid_in_training",
        _no_sigmoid_in_training,
        "While you train, you leave out the sigmoid.",
    ),
)


def misconceptions(
    prefix: str, reported: Reported, mistakes: tuple[Mistake, ...] = MISTAKES
) -> tuple[Misconception, ...]:
    """The mistakes as they show in what is reported about the exercise on the prefix's files."""

    def values(change: Change, inputs: Inputs) -> Mapping[str, float]:
        changed = change(exercise(inputs, prefix))
        return reported(changed) if changed else {}

    return tuple(
        Misconception(each.tag, each.message, partial(values, each.change), each.section)
        for each in mistakes
    )
