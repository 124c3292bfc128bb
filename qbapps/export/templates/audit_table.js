(function () {
  "use strict";
  function key(row, place) {
    var cell = row.cells[place];
    return cell.hasAttribute("data-key") ? cell.getAttribute("data-key") : cell.textContent.trim();
  }
  function compared(language) {
    return new Intl.Collator(language || undefined, { numeric: true, sensitivity: "base" }).compare;
  }
  function sort(table, head, place) {
    var up = head.getAttribute("aria-sort") !== "ascending", compare = compared(table.lang);
    Array.prototype.forEach.call(head.parentNode.cells, function (one) {
      if (one.hasAttribute("aria-sort")) one.setAttribute("aria-sort", "none");
    });
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    var body = table.tBodies[0];
    var rows = Array.prototype.map.call(body.rows, function (row, at) { return [key(row, place), at, row]; });
    rows.sort(function (one, other) {
      if (!one[0] !== !other[0]) return one[0] ? -1 : 1;
      return (up ? 1 : -1) * compare(one[0], other[0]) || one[1] - other[1];
    });
    var sorted = document.createDocumentFragment();
    rows.forEach(function (row) { sorted.appendChild(row[2]); });
    body.appendChild(sorted);
  }
  function sortable(table) {
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (head, place) {
      var button = document.createElement("button");
      button.type = "button";
      while (head.firstChild) button.appendChild(head.firstChild);
      head.appendChild(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", function () { sort(table, head, place); });
    });
  }
  function filterable(form, table) {
    var rows = Array.prototype.map.call(table.tBodies[0].rows, function (row) {
      return [row, row.textContent.toLocaleLowerCase()];
    });
    var said = form.querySelector("output"), number = new Intl.NumberFormat(table.lang || undefined), due;
    function apply() {
      var wanted = form.querySelector("input").value.trim().toLocaleLowerCase().split(/\s+/), shown = 0;
      var chosen = Array.prototype.filter.call(form.querySelectorAll("select"), function (one) { return one.value; });
      rows.forEach(function (one) {
        var row = one[0], keep = wanted.every(function (word) { return one[1].indexOf(word) >= 0; }) &&
          chosen.every(function (choice) { return row.getAttribute("data-" + choice.name) === choice.value; });
        row.hidden = !keep;
        if (keep) shown += 1;
      });
      said.textContent = form.getAttribute("data-said")
        .replace("%shown", number.format(shown)).replace("%all", number.format(rows.length));
    }
    form.addEventListener("input", function () { clearTimeout(due); due = setTimeout(apply, 120); });
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    form.hidden = false;
    apply();
  }
  Array.prototype.forEach.call(document.querySelectorAll("table[data-qbapps-audit='plain']"), function (table) {
    table.setAttribute("data-qbapps-audit", "sortable");
    sortable(table);
    var form = table.parentNode.parentNode.querySelector("form[data-filter]");
    if (form) filterable(form, table);
  });
})();
