"""The import contract that import-linter does not have: each domain shows one face.

From outside a domain only its faces (`service` and `values`) may be imported. What else a
certain package may import is said in the contract's `also`, one line each:
`run -> headend.listener`, or `flow -> *.tasks` for that module of every domain. Names that
do not exist yet are no error, so that a contract can be written before its package.
"""

from __future__ import annotations

from dataclasses import dataclass

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """A module of one package imports a module inside a domain that is not its own."""

    importer: str
    imported: str
    line: int


class OneFace(Contract):
    """Outsiders import only the faces of a domain.

    Options: `root`, the package that holds the domains; `domains`; `faces`; `also`.
    """

    type_name = "one_face"

    root = fields.StringField()
    domains = fields.ListField(subfield=fields.StringField())
    faces = fields.ListField(subfield=fields.StringField())
    also = fields.ListField(subfield=fields.StringField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        crossings = [
            crossing
            for domain in self.domains
            for crossing in _crossings_into(f"{self.root}.{domain}", graph, str(self.root))
            if not self._may(crossing.importer, crossing.imported)
        ]
        return ContractCheck(kept=not crossings, metadata={"crossings": crossings})

    def render_broken_contract(self, check: ContractCheck) -> None:
        faces = " or ".join(f"`{face}`" for face in self.faces)
        for crossing in check.metadata["crossings"]:
            output.print_error(
                f"{crossing.importer}:{crossing.line} imports {crossing.imported}: "
                f"from outside, import the domain's {faces} only"
            )
        output.new_line()

    def _may(self, importer: str, imported: str) -> bool:
        """Whether a crossing goes through a face or is said in `also`."""
        package = importer.removeprefix(f"{self.root}.").partition(".")[0]
        domain, _, module = imported.removeprefix(f"{self.root}.").partition(".")
        if module in self.faces:
            return True
        return any(
            allowed in {f"{package} -> {domain}.{module}", f"{package} -> *.{module}"}
            for allowed in self.also or []
        )


def _crossings_into(domain: str, graph: ImportGraph, root: str) -> list[Crossing]:
    """The imports of a domain's modules by modules that lie outside it."""
    inside = {module for module in graph.modules if _lies_in(module, domain)}
    return [
        Crossing(
            importer=importer,
            imported=module,
            line=graph.get_import_details(importer=importer, imported=module)[0][
                "line_number"
            ],
        )
        for module in sorted(inside - {domain})
        for importer in sorted(graph.find_modules_that_directly_import(module))
        if _lies_in(importer, root) and not _lies_in(importer, domain)
    ]


def _lies_in(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")
