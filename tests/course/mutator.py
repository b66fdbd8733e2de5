"""Small wrong turns in a piece of Python: one operator, constant, argument or statement changed at a time."""

import ast
import copy
from collections import Counter

OPERATORS = {
    ast.Add: [ast.Sub], ast.Sub: [ast.Add], ast.Mult: [ast.Div, ast.Add], ast.Div: [ast.Mult],
    ast.FloorDiv: [ast.Mult], ast.Mod: [ast.Mult], ast.Pow: [ast.Mult], ast.MatMult: [ast.Mult],
    ast.BitAnd: [ast.BitOr], ast.BitOr: [ast.BitAnd], ast.And: [ast.Or], ast.Or: [ast.And],
    ast.Lt: [ast.LtE, ast.Gt], ast.LtE: [ast.Lt, ast.GtE],
    ast.Gt: [ast.GtE, ast.Lt], ast.GtE: [ast.Gt, ast.LtE],
    ast.Eq: [ast.NotEq], ast.NotEq: [ast.Eq], ast.In: [ast.NotIn], ast.NotIn: [ast.In],
}  # fmt: skip
NAMES = {
    "ones": "zeros", "zeros": "ones", "ones_like": "zeros_like", "zeros_like": "ones_like", "sin": "cos",
    "cos": "sin", "arccos": "arcsin", "mean": "sum", "sum": "max", "max": "min", "min": "max", "log": "log2",
    "log1p": "log", "exp": "expm1", "tanh": "sin", "sqrt": "abs", "abs": "negative", "sign": "abs",
    "maximum": "minimum", "minimum": "maximum", "prod": "sum", "standard_normal": "random", "var": "std",
    "ReLU": "LeakyReLU", "BatchNormalization": "LayerNormalization", "Conv2DTranspose": "Conv2D",
}  # fmt: skip
STRINGS = {"sigmoid": "tanh", "float32": "float16", "same": "valid", "relu": "tanh"}


def mutants(source, name):
    """Yield (description, code of the whole module), one for each change to what defines `name`."""
    module = ast.parse(source)
    place = next(i for i, node in enumerate(module.body) if _defines(node, name))
    seen = Counter()
    for description, definition in _changed(module.body[place]):
        seen[description] += 1
        if seen[description] > 1:
            description += f" (no. {seen[description]})"
        body = [*module.body[:place], definition, *module.body[place + 1 :]]
        whole = ast.fix_missing_locations(ast.Module(body, []))
        yield description, compile(whole, f"<{name}: {description}>", "exec")


def _defines(node, name):
    if isinstance(node, ast.Assign):
        return any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
    return getattr(node, "name", None) == name


def _changed(root):
    """Yield (description, a copy of `root` with one change)."""
    parameters = [
        arg.arg for node in ast.walk(root) if isinstance(node, ast.FunctionDef) for arg in node.args.args
    ]
    for place, node in enumerate(ast.walk(root)):
        changes = [*_statements(node), *_expressions(node, parameters)]
        for shown, change in changes:
            other = copy.deepcopy(root)
            twin = next(n for i, n in enumerate(ast.walk(other)) if i == place)
            target = _around(other, twin) if shown is None else twin
            before = None if isinstance(shown, str) else ast.unparse(target)
            change(twin)
            yield shown if isinstance(shown, str) else f"{before} -> {ast.unparse(target)}", other


def _around(root, node):
    """The smallest expression or keyword around a node that says more than the node itself."""
    parents = {child: parent for parent in ast.walk(root) for child in ast.iter_child_nodes(parent)}
    parent = parents[node]
    while isinstance(parent, ast.keyword | ast.Tuple | ast.List | ast.Starred | ast.Slice | ast.UnaryOp):
        parent = parents[parent]
    return parent if isinstance(parent, ast.expr) and not isinstance(parent, ast.Dict) else node


def _statements(node):
    """Changes of the order and the presence of statements, as (description, function of the node)."""
    for field in ("body", "orelse"):
        block = getattr(node, field, None)
        if not isinstance(block, list):
            continue
        for i, statement in enumerate(block):
            text = ast.unparse(statement).partition("\n")[0]
            if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
                yield (
                    f"without: {text}",
                    lambda twin, f=field, i=i: getattr(twin, f).__setitem__(i, ast.Pass()),
                )
            if i + 1 < len(block) and not any(isinstance(s, ast.FunctionDef) for s in block[i : i + 2]):
                after = ast.unparse(block[i + 1]).partition("\n")[0]
                yield f"swapped: {text} | {after}", lambda twin, f=field, i=i: _swap(getattr(twin, f), i)
    if isinstance(node, ast.For):
        text = ast.unparse(node).partition("\n")[0]
        yield f"once: {text}", lambda twin: twin.body.append(ast.Break())
    if isinstance(node, ast.If | ast.While | ast.IfExp):
        text = ast.unparse(node.test)
        yield f"not: {text}", lambda twin: setattr(twin, "test", ast.UnaryOp(ast.Not(), twin.test))


def _swap(block, i):
    block[i], block[i + 1] = block[i + 1], block[i]


def _expressions(node, parameters):
    """Changes of one expression: (None, function), where what stands around it is to be shown as well."""
    if isinstance(node, ast.BinOp | ast.AugAssign):
        for new in OPERATORS.get(type(node.op), []):
            yield (), lambda twin, new=new: setattr(twin, "op", new())
    if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.Add | ast.Mult):
        yield (), lambda twin: _swap_sides(twin)
    if isinstance(node, ast.BoolOp):
        for new in OPERATORS[type(node.op)]:
            yield (), lambda twin, new=new: setattr(twin, "op", new())
    if isinstance(node, ast.Compare):
        for new in OPERATORS.get(type(node.ops[0]), []):
            yield (), lambda twin, new=new: twin.ops.__setitem__(0, new())
    if isinstance(node, ast.UnaryOp):
        yield (
            (),
            lambda twin: setattr(twin, "op", ast.UAdd() if isinstance(twin.op, ast.USub) else ast.USub()),
        )
    if isinstance(node, ast.Constant):
        for new in _other_constants(node.value):
            yield None, lambda twin, new=new: setattr(twin, "value", new)
    if isinstance(node, ast.Attribute) and node.attr in NAMES:
        yield (), lambda twin: setattr(twin, "attr", NAMES[twin.attr])
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        new = NAMES.get(node.id)
        if node.id in parameters and len(parameters) > 1:
            new = parameters[(parameters.index(node.id) + 1) % len(parameters)]
        if new:
            yield None, lambda twin, new=new: setattr(twin, "id", new)
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        yield (), lambda twin: setattr(twin, "slice", ast.Slice())
        if isinstance(node.slice, ast.Slice):
            yield (), lambda twin: _turn(twin.slice)
    if isinstance(node, ast.Call):
        for i in range(len(node.args)):
            yield (), lambda twin, i=i: twin.args.pop(i)
        for i in range(len(node.keywords)):
            yield (), lambda twin, i=i: twin.keywords.pop(i)
        if len(node.args) > 1:
            yield (), lambda twin: _swap(twin.args, 0)
    if isinstance(node, ast.Dict):
        for i in range(len(node.keys)):
            key = ast.unparse(node.keys[i])
            yield f"without the key {key}", lambda twin, i=i: (twin.keys.pop(i), twin.values.pop(i))
    if isinstance(node, ast.List | ast.Tuple) and isinstance(node.ctx, ast.Load):
        for i in range(len(node.elts)):
            yield (), lambda twin, i=i: twin.elts.pop(i)
        if len(node.elts) > 1:
            yield (), lambda twin: _swap(twin.elts, 0)


def _swap_sides(node):
    node.left, node.right = node.right, node.left


def _turn(bounds):
    bounds.lower, bounds.upper = bounds.upper, bounds.lower


def _other_constants(value):
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1]
    if isinstance(value, float):
        return [1.5 * value + 0.5, 0.5 * value - 0.5]
    return [STRINGS[value]] if value in STRINGS else []
