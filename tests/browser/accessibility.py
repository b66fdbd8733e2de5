"""What axe-core finds on a page: whom it would shut out, by which rule, and where."""

SIZES = {"screen": (1280, 720), "phone": (375, 740)}


def violations(page, where="document"):
    """The rules that a page breaks, each with the first place, a line each; `where` is a CSS selector."""
    from axe_playwright_python.sync_playwright import Axe  # of the extra `browser`, which few have

    found = Axe().run(page, None if where == "document" else where).response["violations"]
    firsts = [(rule["id"], len(rule["nodes"]), rule["nodes"][0]) for rule in found]
    return [
        f"{rule} ({times}): {node['html'][:120]}  {node['failureSummary']}" for rule, times, node in firsts
    ]
