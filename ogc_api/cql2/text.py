"""CQL2 text, read by recursive descent after the standard's own grammar.

pygeofilter's grammar gives AND and OR the same rank, has no CASEI, ACCENTI, escaped quote or Japanese name,
and its temporal functions stand between their operands; so the grammar of the standard (annex B) is read here.
"""

from __future__ import annotations

from collections.abc import Callable

from layers.problems import Problem
from ogc_api.cql2 import shapes, tree
from ogc_api.cql2.names import ARRAY, canonical
from ogc_api.cql2.tree import Budget, Call, Node, Property, Several, Span, Value, fault
from ogc_api.cql2.words import RESERVED, Word, cut

_COMPARISONS = frozenset({"=", "<>", "<", ">", "<=", ">="})
_SUMS, _PRODUCTS = frozenset({"+", "-"}), frozenset({"*", "/", "%", "div"})


def read_text(text: str, to_lon_lat: shapes.ToLonLat) -> Node:
    """The condition that a CQL2 text says.

    Raises:
        Problem: 400, with the place of what cannot be read.
    """
    reader = _Reader(text, to_lon_lat)
    node = reader.condition()
    if reader.word.kind != "end":
        raise reader.unexpected("AND, OR or the end")
    return node


class _Reader:
    def __init__(self, text: str, to_lon_lat: shapes.ToLonLat) -> None:
        self.text, self.words, self.at = text, cut(text), 0
        self.budget, self.to_lon_lat = Budget(), to_lon_lat

    @property
    def word(self) -> Word:
        return self.words[self.at]

    def take(self) -> Word:
        word = self.word
        self.at += 1
        return word

    def takes(self, *keywords: str) -> bool:
        """Go on behind these words, if they come next."""
        coming = [word.keyword for word in self.words[self.at : self.at + len(keywords)]]
        if coming != list(keywords):
            return False
        self.at += len(keywords)
        return True

    def expect(self, keyword: str) -> None:
        if not self.takes(keyword):
            raise self.unexpected(keyword)

    def unexpected(self, right: str) -> Problem:
        found = f"{self.word.text!r:.40} at character {self.word.at + 1}" if self.word.kind != "end" else "an end"
        return fault(f"the filter has {found} where {right} should be")

    def call(self, name: str, *operands: Node) -> Call:
        self.budget.spend()
        return Call(name, operands)

    def condition(self) -> Node:
        """Conditions joined by OR, of conditions joined by AND; also a sum, where it stands in parentheses."""
        with self.budget:
            return self._joined("or", lambda: self._joined("and", self._negation))

    def _joined(self, name: str, part: Callable[[], Node]) -> Node:
        parts = [part()]
        while self.takes(name):
            parts.append(part())
        return parts[0] if len(parts) == 1 else self.call(name, *parts)

    def _negation(self) -> Node:
        if self.takes("not"):
            with self.budget:
                return self.call("not", self._negation())
        return self._comparison()

    def _comparison(self) -> Node:
        left = self._sum()
        if self.word.keyword in _COMPARISONS:
            return self.call(self.take().keyword, left, self._sum())
        if self.takes("is"):
            negated = self.takes("not")
            self.expect("null")
            return self._unless(negated, self.call("isNull", left))
        negated = self.takes("not")
        if self.takes("like"):
            return self._unless(negated, self.call("like", left, self._sum()))
        if self.takes("between"):
            lower = self._sum()
            self.expect("and")
            return self._unless(negated, self.call("between", left, lower, self._sum()))
        if self.takes("in"):
            self.expect("(")
            return self._unless(negated, self.call("in", left, *self._operands()))
        if negated:
            raise self.unexpected("LIKE, BETWEEN or IN")
        return left

    def _unless(self, negated: bool, node: Node) -> Node:
        return self.call("not", node) if negated else node

    def _operands(self, read: Callable[[], Node] | None = None) -> list[Node]:
        """What stands between parentheses with commas, behind the opening one."""
        read = read or self.condition
        operands: list[Node] = []
        while not self.takes(")"):
            if operands:
                self.expect(",")
            operands.append(read())
        return operands

    def _list_or_operand(self) -> Node:
        """An operand of an array function, where a parenthesis begins a list: ``('flood', 'fire')``."""
        if not self.takes("("):
            return self.condition()
        with self.budget:
            return Several(tuple(self._operands(self._list_or_operand)))

    def _sum(self) -> Node:
        return self._chain(_SUMS, lambda: self._chain(_PRODUCTS, self._power))

    def _chain(self, signs: frozenset[str], part: Callable[[], Node]) -> Node:
        """Operators of one rank, from left to right."""
        node, length = part(), 1
        while self.word.keyword in signs:
            node, length = self.call(self.take().keyword, node, part()), length + 1
            if length > tree.MAX_DEPTH:  # each operator nests what stands before it
                raise fault(f"the filter has more than {tree.MAX_DEPTH} terms in one sum or product")
        return node

    def _power(self) -> Node:
        base = self._factor()
        return self.call("^", base, self._factor()) if self.takes("^") else base

    def _factor(self) -> Node:
        """One operand. The minus binds most closely, as in the standard: -2 ^ 2 is 4."""
        if not self.takes("-"):
            return self._operand()
        if self.word.kind == "number":
            return Value(-tree.number(self.take().text))
        return self.call("*", Value(-1.0), self._operand())

    def _operand(self) -> Node:
        self.budget.spend()
        if self.takes("("):
            node = self.condition()
            self.expect(")")
            return node
        if self.word.kind == "number":
            return Value(tree.number(self.take().text))
        if self.word.kind == "text":
            return Value(self.take().text)
        if self.word.kind == "quoted":
            return Property(self.take().text)
        if self.word.kind == "name":
            return self._named()
        raise self.unexpected("a property, a value or a function")

    def _named(self) -> Node:
        if self.word.keyword in {"true", "false"}:
            return Value(self.take().keyword == "true")
        if self.word.keyword in shapes.WKT_NAMES and self.words[self.at + 1].text.lower() in {
            "(",
            "z",
            "m",
            "zm",
            "empty",
        }:
            return self._shape()
        if self.word.keyword in RESERVED:
            raise self.unexpected("a property (in double quotes, if that is its name), a value or a function")
        name = self.take()
        if not self.takes("("):
            return Property(name.text)
        return self._called(name)

    def _called(self, name: Word) -> Node:
        """What a name with a parenthesis behind it makes."""
        if name.keyword in {"date", "timestamp"}:
            written = self._quoted_text()
            self.expect(")")
            return tree.day(written) if name.keyword == "date" else tree.moment(written)
        if name.keyword == "interval":
            return self._span()
        if canonical(name.text) in ARRAY:
            return self.call(canonical(name.text), *self._operands(self._list_or_operand))
        operands = self._operands()
        if name.keyword == "bbox":
            return shapes.box([part.value if isinstance(part, Value) else None for part in operands], self.to_lon_lat)
        return self.call(canonical(name.text), *operands)

    def _quoted_text(self) -> str:
        if self.word.kind != "text":
            raise self.unexpected("a text in single quotes")
        return self.take().text

    def _span(self) -> Span:
        start = self._end_of_span()
        self.expect(",")
        end = self._end_of_span()
        self.expect(")")
        return Span(start, end)

    def _end_of_span(self) -> Node | None:
        return tree.end_of_span(self.take().text) if self.word.kind == "text" else self._operand()

    def _shape(self) -> Node:
        """The text up to the parenthesis that closes the geometry is read as WKT."""
        start, depth = self.take().at, 0
        while self.word.kind != "end":
            word = self.take()
            depth += {"(": 1, ")": -1}.get(word.text if word.kind == "sign" else "", 0)
            if depth > tree.MAX_DEPTH:
                raise fault(f"the filter is nested more than {tree.MAX_DEPTH} deep")
            if depth == 0 and word.keyword in {")", "empty"}:
                return shapes.from_wkt(self.text[start : word.at + len(word.text)], self.to_lon_lat)
        raise self.unexpected("the geometry's closing parenthesis")
