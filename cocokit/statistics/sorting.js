// A press on a column's name sorts the table by it, a second press the other way round; a word in the field finds.
for (const table of document.querySelectorAll("table.sort")) {
  const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
  const value = (row, at) => row.cells[at].dataset.v === undefined ? row.cells[at].textContent : +row.cells[at].dataset.v;
  const compare = (a, b) => typeof a === "number" ? a - b : a.localeCompare(b);
  heads.forEach((head, at) => head.firstElementChild.addEventListener("click", () => {
    const first = at < 2 ? "ascending" : "descending";
    const way = head.getAttribute("aria-sort") === first ? (at < 2 ? "descending" : "ascending") : first;
    heads.forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", way);
    const sign = way === "ascending" ? 1 : -1;
    body.append(...[...body.rows].sort((a, b) => sign * compare(value(a, at), value(b, at))));
  }));
  const find = table.closest("section").querySelector(".find");
  find.hidden = body.rows.length < 12;
  find.addEventListener("input", () => {
    const word = find.value.trim().toLowerCase();
    for (const row of body.rows) row.hidden = !`${row.cells[0].textContent} ${row.cells[1].textContent}`.toLowerCase().includes(word);
  });
}
