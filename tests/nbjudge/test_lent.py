"""What a check lends: models and functions that stay with the judge while the learner's code calls them."""

from __future__ import annotations

import copy
import inspect
import socket
import threading
import time
from collections import namedtuple

import pytest
import torch
from nbjudge import assert_close, assert_grad_mode_kept, assert_untouched, gradients, twin
from nbjudge.conversation import connection, lent, standin
from nbjudge.conversation.common import wire
from nbjudge.conversation.inside import serve
from torch import nn

SECRET = 41.5
Sorted = namedtuple("Sorted", ("values", "indices"))


class Scaled(nn.Module):
    """A model of a check's: it scales, with a secret, and drops out while it is trained."""

    def __init__(self):
        super().__init__()
        self.pad_id = 3
        self._secret = torch.tensor(SECRET)
        self._drop = nn.Dropout(0.5)

    def encode(self, x, *, twice=False):
        return (2 if twice else 1) * self._secret * x

    def modes(self):
        return self.training, self._drop.training, torch.is_grad_enabled()

    def forward(self, x):
        return self._drop(self.encode(x))

    def fails(self, error):
        raise {"type": AttributeError, "value": KeyError, "torch": RuntimeError}[error](f"by {SECRET}")

    def odd(self):
        return object()

    def large(self):
        return torch.zeros(2 << 20)


def tripled(x):
    return 3 * x


def sorted_pair(x):
    return Sorted(*x.sort())


@pytest.fixture
def served():
    """Serve an object from a thread, as a check begins; returns its stand-in."""
    talks = []

    def start(obj):
        ours, theirs = socket.socketpair()
        threading.Thread(target=serve.Server(theirs, obj).run, daemon=True).start()
        talk = connection.Connection(ours)
        talk.hello()
        connection.begin_check(talk, (), "", 1)
        talk.deadline = time.monotonic() + 60
        talks.append(talk)
        return standin.StandIn(talk)

    yield start
    for talk in talks:
        talk.deadline = time.monotonic() + 60
        talk.request("reset", forbids=[], given="", seed=1)  # so that no answer is still on its way
        talk.end()


def test_a_model_of_the_checks_can_be_called(served):
    x = torch.randn(2, 3)
    remote = served(lambda model, x: (model.encode(x), model.encode(x, twice=True), model.pad_id, model.eval()(x)))
    once, twice, pad_id, whole = remote(Scaled(), x)
    assert_close(once, SECRET * x)
    assert_close(twice, 2 * SECRET * x)
    assert_close(whole, SECRET * x)
    assert pad_id == 3


def test_functions_are_lent_as_well(served):
    x = torch.tensor([3.0, 1.0, 2.0])
    remote = served(lambda function, x: function(x))
    assert_close(remote(tripled, x), 3 * x)
    assert_close(remote(lambda x: x - 1, x), x - 1)
    named = served(lambda function, x: [type(function(x)) is tuple, function(x).values, function(x)[1]])
    plain, values, indices = named(sorted_pair, x)
    assert not plain
    assert values.tolist() == [1.0, 2.0, 3.0]
    assert indices.tolist() == [1, 2, 0]


def test_it_runs_in_the_mode_that_its_stand_in_has(served):
    def student(model):
        seen = [model.modes()]
        model.eval()
        with torch.no_grad():
            seen.append(model.modes())
        model.training = True
        seen.append(model.modes())
        return [*seen, model.training, next(model.parameters()).device.type]

    model = Scaled()
    seen = served(student)(model)
    assert seen == [(True, True, True), (False, False, False), (True, False, True), True, "cpu"]
    assert model.training
    assert model._drop.training
    kept = Scaled().eval()
    assert served(lambda model: model.modes())(kept) == (False, False, True)


def test_its_twin_shows_what_became_of_its_mode(served):
    remote = served(lambda model: model.train(False).modes())
    there = twin(remote, Scaled())
    assert [module.training for module in there.modules()] == [True, True]
    remote(there)
    assert [module.training for module in there.modules()] == [False, False]
    assert twin(tripled, there) is there


def test_a_copy_asks_for_the_same(served):
    remote = served(lambda model, x: copy.deepcopy(model).encode(x))
    assert_close(remote(Scaled(), torch.ones(2)), torch.full((2,), SECRET))


@pytest.mark.parametrize(
    ("wrong", "kind", "message"),
    [
        (lambda model, x: model.encode(), TypeError, "missing a required argument: 'x'"),
        (lambda model, x: model.encode(x, thrice=True), TypeError, "unexpected keyword argument 'thrice'"),
        (lambda model, x: model.encode(x, twice=object()), TypeError, "not a object"),
        (lambda model, x: model.encode("x" * 10), TypeError, "arguments of these kinds"),
        (lambda model, x: model.encode(torch.zeros(3, 4).to_sparse()), wire.WireError, "strided"),
        (lambda model, x: model.fails("type"), TypeError, "arguments of these kinds"),
        (lambda model, x: model.fails("value"), ValueError, "cannot use these arguments"),
        (lambda model, x: model.odd(), TypeError, "arguments of these kinds"),
        (lambda model, x: model.large(), ValueError, "cannot use these arguments"),
        (lambda model, x: model.encode(torch.zeros(5000)), ValueError, "too large"),
        (lambda model, x: model.encode(torch.zeros(0, 5000)), ValueError, "too large"),
        (lambda model, x: model.encode(torch.zeros(2000, 2000)), ValueError, "too large"),
        (lambda model, x: model._secret, AttributeError, "_secret"),
        (lambda model, x: model.secret, AttributeError, "no attribute 'secret'"),
        (lambda model, x: model.forwards(x), AttributeError, "no attribute 'forwards'"),
    ],
)
def test_what_goes_wrong_is_raised_where_the_learners_code_is(served, wrong, kind, message):
    def student(model, x):
        with pytest.raises(kind) as caught:
            wrong(model, x)
        return str(caught.value)

    seen = served(student)(Scaled(), torch.ones(2))
    assert message in seen
    assert str(SECRET) not in seen


def test_torchs_own_words_are_told(served):
    remote = served(lambda model, x: model(x))
    with pytest.raises(ValueError, match=r"must match the size"):
        remote(lambda x: x + torch.zeros(3), torch.ones(2))


def test_an_error_that_nobody_catches_is_the_students_own(served):
    with pytest.raises(connection.StudentError, match="missing a required argument"):
        served(lambda function: function())(tripled)


def test_nothing_of_it_can_be_changed_from_there(served):
    def student(model):
        model.pad_id = 9
        model.weight.data.fill_(7.0)
        model.half()
        for change in ("load_state_dict", "register_buffer", "requires_grad_", "apply", "_parameters", "__dict__"):
            try:
                model._link.call(change, ({},), {}, training=True, parts_training=True)
            except AttributeError:
                continue
            return change
        return ""

    model = Scaled()
    assert served(student)(model) == ""
    assert model.pad_id == 3
    assert model._secret == SECRET


def test_no_source_of_a_check_can_be_read_there(served):
    def student(*given):
        found = [inspect.getsource(type(one)) for one in given]
        return [*found, repr(given), *(str(dir(one)) for one in given), *(type(one).__doc__ for one in given)]

    for text in served(student)(Scaled(), tripled):
        assert "secret" not in text
        assert "Scaled" not in text
        assert "tripled" not in text


def test_it_is_gone_when_the_next_check_begins(served):
    kept = []

    def student(model, x):
        kept.append(model)
        return kept[0](x)

    remote = served(student)
    x = torch.ones(2)
    assert_close(remote(tripled, x), 3 * x)
    connection.begin_check(remote._connection, (), "", 1)
    with pytest.raises(ValueError, match="an earlier check"):
        remote(lambda x: x, x)


def test_nobody_may_ask_but_while_a_call_is_served(served):
    found = []

    def student(function):
        def later():
            time.sleep(0.2)
            try:
                found.append(function(torch.ones(1)))
            except RuntimeError as error:
                found.append(str(error))

        thread = threading.Thread(target=later)
        thread.start()
        return 1

    remote = served(student)
    assert remote(tripled) == 1
    for _ in range(100):
        if found:
            break
        time.sleep(0.1)
    assert "only while it waits" in found[0]
    assert served(lambda: 2)() == 2


def test_a_loop_without_end_ends(served, monkeypatch):
    monkeypatch.setattr(lent, "MOST", 50)

    def student(function):
        for count in range(1000):
            try:
                function(torch.ones(1))
            except ValueError as error:
                return count, str(error)
        return None

    count, message = served(student)(tripled)
    assert count == 50
    assert "does a loop never end" in message


def test_a_judge_that_gave_up_is_heard_by_the_code_that_asks(served):
    told = threading.Event()

    def slow(x):
        told.wait(10)
        return x

    asked = []

    def student(function):
        for _ in range(3):
            try:
                asked.append(function(torch.ones(1)).tolist())
            except RuntimeError as error:
                asked.append(str(error))
        return 5

    remote = served(student)
    talk = remote._connection
    talk.deadline = time.monotonic() + 0.1
    threading.Timer(0.3, told.set).start()
    with pytest.raises(connection.Unresponsive):
        remote(slow)
    talk.deadline = time.monotonic() + 60
    connection.begin_check(talk, (), "", 1)
    assert remote(tripled) == 5
    assert all("wait" in one for one in asked[:3])
    assert asked[3:] == [[3.0]] * 3


@pytest.mark.parametrize(
    "asked",
    [
        None,
        [],
        {},
        {"lent": True, "name": ""},
        {"lent": 1, "name": None},
        {"lent": 1, "name": "", "args": 5, "kwargs": {"dict": []}},
        {"lent": 1, "name": "", "args": {"tuple": [{"torch": "7"}]}, "kwargs": {"dict": []}},
        {"lent": 1, "name": "", "args": {"tuple": [{"handle": 0}]}, "kwargs": {"dict": []}},
        {"lent": 1, "name": "", "args": {"tuple": []}, "kwargs": {"dict": [[5, 5]]}},
        {"lent": 1, "name": "encode", "args": {"tuple": [{"path": "os.system"}]}, "kwargs": {"dict": []}},
        {"lent": 1, "name": ["encode"], "args": {"tuple": []}, "kwargs": {"dict": []}, "number": "x"},
        {"lent": 2**80, "name": "\ud800", "number": -1},
    ],
)
def test_a_question_that_makes_no_sense_is_answered_with_an_error(asked):
    kept = lent.Lent()
    kept.renew()
    kept.lend(Scaled())
    told, arrays = kept.answer(asked, {})
    assert told["error"]["kind"] in ("TypeError", "ValueError", "AttributeError")
    assert not arrays


def test_objects_of_a_library_are_made_and_not_lent(served):
    remote = served(lambda function: 1)
    with pytest.raises(TypeError, match="`make` makes what a library defines"):
        remote(nn.Linear(2, 2))
    with pytest.raises(TypeError, match="passed as it is"):
        standin.make(Scaled)


def test_gradients_do_not_travel_but_values_do(served):
    remote = served(lambda function, x: function(x) * 2)
    x = torch.ones(2, requires_grad=True)
    assert not remote(tripled, x).requires_grad
    made = standin.make(nn.Linear, 2, 2)
    there = twin(remote, made)
    remote(there, x).sum().backward()
    assert x.grad is not None
    assert gradients(there)["weight"] is not None


def test_a_changed_grad_mode_is_seen(served):
    kept, changed = served(lambda: 1), served(lambda: int(torch.set_grad_enabled(False) is None))
    for recorded in (True, False):
        with torch.set_grad_enabled(recorded):
            assert_grad_mode_kept(kept)
    with pytest.raises(AssertionError, match="another grad mode"):
        assert_grad_mode_kept(changed)
    with torch.no_grad():
        assert_grad_mode_kept(changed)


def test_a_gradient_left_on_an_argument_is_seen(served):
    def leaves(x):
        x.requires_grad_()
        x.sum().backward()
        x.requires_grad_(False)

    with pytest.raises(AssertionError, match=r"x.grad was left on it"):
        x = torch.ones(3)
        assert_untouched({"x": x}, lambda: served(leaves)(x))
    with pytest.raises(AssertionError, match=r"x.requires_grad was True"):
        assert_untouched({"x": x}, lambda: served(lambda x: x.requires_grad_().sum())(x))
    learned = torch.ones(3, requires_grad=True)
    assert_untouched({"x": learned}, lambda: served(lambda x: x.sum())(learned))


def test_the_seed_of_the_draws_is_not_the_one_that_is_heard_there(served):
    remote = served(torch.initial_seed)
    heard = []
    for seed in (1234, 1234, 1235):
        connection.begin_check(remote._connection, (), "", seed)
        heard.append(remote())
    assert heard[0] == heard[1] != heard[2]
    assert not {1234, 1235} & set(heard)
