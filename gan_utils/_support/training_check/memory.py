"""Everything that a training step may change, and the way back to how it was.

What belongs to a recipe is found from its steps: a function leads to what it closes over and to the globals
that it names, a method to its object, a model to its layers and its optimizer.
"""

import copy
import functools
import inspect
import random
import types
import weakref

import keras
import numpy as np

from gan_utils._support import torch_random

LONGEST = 100  # a list or dict with more in it holds data
STATES = keras.layers.Layer, keras.optimizers.Optimizer, keras.Variable, keras.random.SeedGenerator
LIBRARIES = "keras", "tensorflow", "jax", "torch", "numpy"
MODULES = types.ModuleType, keras.src.utils.module_utils.LazyModule  # a look would import it
GLOBALLY = random._inst, np.random.mtrand._rand  # behind random.random() and np.random.normal()


def remember(*things):
    """Remember the state of all that `things` lead to; return the function that puts it back.

    Weights, moving statistics, `trainable` flags, optimizers, metrics, tf.Variables, PyTorch's gradients, and
    random numbers: those of layers, of Keras, NumPy, Python and PyTorch, and of generators; not what
    tf.random.normal draws. An optimizer that is built meanwhile becomes as if new.
    """
    memory = Memory()
    memory.add(*things)
    return memory.put_back


class Memory:
    """What was remembered so far; the first state of a thing counts."""

    def __init__(self):
        self.values, self.flags, self.random, self.unbuilt = {}, {}, {}, []
        self.of_backend, self.gradients = {}, {}
        self.seeds, self.keras = [], _global_seed()
        self.keras_seed = None if self.keras is None else _value(self.keras.state)
        self.torch = torch_random.state()

    def add(self, *things):
        for thing in reachable((*GLOBALLY, *things)):
            if generator := _generator(thing):
                read, write = generator
                self.random.setdefault(id(thing), (thing, write, read()))
                continue
            if of_backend := _of_backend(thing):
                read, write = of_backend
                self.of_backend.setdefault(id(thing), (thing, write, copy.deepcopy(read())))
                continue
            if isinstance(thing, keras.layers.Layer):
                for layer in thing._flatten_layers():  # itself first: its flag goes down to all it holds
                    self.flags.setdefault(id(layer), (layer, layer.trainable))
            if isinstance(thing, keras.optimizers.Optimizer) and not thing.built:
                self.unbuilt.append((thing, len(thing.variables)))
            if isinstance(thing, keras.random.SeedGenerator):
                self.seeds.append(thing.state)
            if isinstance(thing, keras.layers.Layer):
                known = {id(w) for w in thing.weights}
                self.seeds += [v for v in thing.variables if id(v) not in known]
            for variable in _variables(thing):
                self.values.setdefault(id(variable), (variable, _value(variable)))
                if hasattr(variable.value, "grad"):  # PyTorch adds to it, until zero_grad
                    self.gradients.setdefault(
                        id(variable), (variable.value, copy.deepcopy(variable.value.grad))
                    )

    def put_back(self):
        # The first: what Keras compiles leads to Keras's own variables once more, in a later state of theirs.
        for _, write, state in self.of_backend.values():
            write(copy.deepcopy(state))
        for variable, value in self.values.values():
            variable.assign(value)
        for optimizer, known in self.unbuilt:
            for variable, new in zip(optimizer.variables[known:], _as_new(optimizer)[known:], strict=True):
                variable.assign(new)
        for tensor, gradient in self.gradients.values():
            tensor.grad = copy.deepcopy(gradient)
        for layer, flag in self.flags.values():
            if layer.trainable != flag:
                layer.trainable = flag
        self.put_random_back()

    def put_random_back(self):
        """Put back the random numbers alone, as those of NumPy and of Keras."""
        for _, write, state in self.random.values():
            write(state)
        self.put_seeds_back()
        if self.keras is None:
            keras.src.backend.common.global_state.set_global_attribute("global_seed_generator", None)
        else:
            self.keras.state.assign(self.keras_seed)

    def put_seeds_back(self):
        """Put back the seeds of layers, as Dropout's, so that they draw the same once more."""
        for variable in self.seeds:
            variable.assign(self.values[id(variable)][1])
        torch_random.put_back(self.torch)


def reachable(things):
    """Yield models, layers of one's own, optimizers, variables and random generators, each once."""
    seen, ahead = {}, list(things)
    while ahead:
        thing = ahead.pop()
        if id(thing) in seen or isinstance(thing, (type, *MODULES)):
            continue
        seen[id(thing)] = thing  # kept, so that no other thing gets its number
        if isinstance(thing, STATES) or _generator(thing) or _of_backend(thing):
            yield thing
        ahead += _neighbours(thing)


def _neighbours(thing):
    if isinstance(thing, (list, tuple, set, dict)):
        items = thing.values() if isinstance(thing, dict) else thing
        return list(items) if len(thing) <= LONGEST else []
    if isinstance(thing, weakref.ref):  # TensorFlow holds so the object of a compiled method
        return [thing()]
    if isinstance(thing, types.MethodType):
        return [thing.__self__, thing.__func__, *_methods(thing)]
    if isinstance(thing, functools.partial):
        return [thing.func, *thing.args, *thing.keywords.values()]
    if isinstance(thing, types.FunctionType):
        defaults = [*(thing.__defaults__ or ()), *(thing.__kwdefaults__ or {}).values()]
        cells = [cell.cell_contents for cell in thing.__closure__ or () if cell != types.CellType()]
        names = _names(thing.__code__)
        named = [value for name, value in thing.__globals__.items() if name in names]
        return [*cells, *named, *defaults, getattr(thing, "__wrapped__", None)]
    if isinstance(thing, keras.Model):
        own = [value for name, value in vars(thing).items() if not name.startswith("_")]
        return [*own, getattr(thing, "optimizer", None), type(thing).train_step]
    if isinstance(thing, (*STATES, np.ndarray, str, bytes, int, float, types.BuiltinFunctionType)):
        return []
    within = [getattr(thing, name, None) for name in ("__wrapped__", "python_function")]  # if it is compiled
    call = vars(type(thing)).get("__call__")
    return [*getattr(thing, "__dict__", {}).values(), *within, call if inspect.isfunction(call) else None]


def _methods(method):
    """The methods, of a class of the user's own, that a method reads."""
    owner, names = type(method.__self__), _names(getattr(method.__func__, "__code__", None))
    if owner.__module__.partition(".")[0] in LIBRARIES:
        return []
    found = [inspect.getattr_static(owner, name, None) for name in names]
    return [one for one in found if getattr(one, "__module__", None) == owner.__module__]


def _names(code):
    """The names that a function reads, and the functions within it: globals, and attributes of whatever."""
    if code is None:
        return set()
    within = [_names(constant) for constant in code.co_consts if isinstance(constant, types.CodeType)]
    return set(code.co_names).union(*within)


def _variables(thing):
    if isinstance(thing, keras.Variable):
        return [thing]
    if isinstance(thing, keras.random.SeedGenerator):
        return [thing.state]
    metrics = [v for m in thing.metrics for v in m.variables] if isinstance(thing, keras.Model) else []
    return [*thing.variables, *metrics]


def _value(variable):
    return np.copy(keras.ops.convert_to_numpy(variable))


def _as_new(optimizer):
    """The first values of all variables of an optimizer that has just been built."""
    if not optimizer.built:
        return [_value(v) for v in optimizer.variables]
    new = type(optimizer).from_config(optimizer.get_config())
    new.build(optimizer._trainable_variables)
    return [_value(v) for v in new.variables]


def _generator(thing):
    """How to read and how to write the state of a generator of random numbers; None of anything else."""
    library = type(thing).__module__.partition(".")[0]
    if isinstance(thing, np.random.Generator):
        return lambda: thing.bit_generator.state, functools.partial(setattr, thing.bit_generator, "state")
    if isinstance(thing, random.Random):
        return thing.getstate, thing.setstate
    if isinstance(thing, np.random.RandomState) or (library == "torch" and hasattr(thing, "manual_seed")):
        return thing.get_state, thing.set_state
    if library == "tensorflow" and hasattr(thing, "make_seeds"):  # a tf.random.Generator
        return thing.state.numpy, thing.reset
    return None


def _of_backend(thing):
    """How to read and to write a tf.Variable, as of a moving average, or PyTorch's optimizer; or None."""
    library = type(thing).__module__.partition(".")[0]
    if library == "tensorflow" and hasattr(thing, "assign") and hasattr(thing, "numpy"):
        return thing.numpy, thing.assign
    if library == "torch" and hasattr(thing, "param_groups"):
        return thing.state_dict, thing.load_state_dict
    return None


def _global_seed():
    """Keras's generator for layers and draws without a seed of their own; None before the first of them."""
    return keras.src.backend.common.global_state.get_global_attribute("global_seed_generator")
