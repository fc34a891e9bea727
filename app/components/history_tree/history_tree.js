// The states of a grouping as a list; Streamlit calls the default export with each new list.

const DOUBLE_MS = 500; // between two clicks that are one double click
const LAST = new WeakMap(); // parent element -> the click before: {id, time}
const STEPS = { ArrowUp: -1, ArrowDown: 1, Home: -Infinity, End: Infinity };

function piece(className, text) {
  const element = document.createElement("span");
  element.className = className;
  element.textContent = text;
  return element;
}

function makeLine(row, isChosen) {
  const line = document.createElement("button");
  line.type = "button";
  line.className = `state${row.before ? " before" : ""}${row.current ? " current" : ""}`;
  line.setAttribute("role", "treeitem");
  line.setAttribute("aria-level", String(row.depth + 1));
  line.setAttribute("aria-selected", String(isChosen));
  if (row.current) line.setAttribute("aria-current", "true");
  line.tabIndex = isChosen ? 0 : -1;
  line.title = row.label;
  const lines = piece("lines", "");
  for (let level = 0; level < Math.min(row.depth, 12); level += 1) lines.append(document.createElement("i"));
  line.append(lines, piece("dot", ""), piece("label", row.label));
  if (row.name) line.append(piece("name", row.name));
  line.append(piece("more", [row.groups, row.time].filter(Boolean).join(" · ")));
  return line;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".tree");
  const hadFocus = root.contains(root.getRootNode().activeElement);
  const wasAt = root.scrollTop;
  const isFirst = root.childElementCount === 0;
  const lines = data.rows.map((row) => makeLine(row, row.id === data.chosen));

  const choose = (place, go) => {
    lines.forEach((line, other) => {
      line.setAttribute("aria-selected", String(other === place));
      line.tabIndex = other === place ? 0 : -1;
    });
    lines[place].focus({ preventScroll: true });
    setTriggerValue("picked", { id: data.rows[place].id, go });
  };

  lines.forEach((line, place) => {
    line.addEventListener("click", (event) => {
      // The list may be drawn anew between two clicks, so the browser would not see a double click. Enter
      // and space come as a click without detail.
      const { id } = data.rows[place];
      const last = LAST.get(parentElement);
      const isDouble = last?.id === id && event.timeStamp - last.time < DOUBLE_MS;
      LAST.set(parentElement, { id, time: event.timeStamp });
      choose(place, event.detail === 0 || isDouble);
    });
    line.addEventListener("keydown", (event) => {
      if (!(event.key in STEPS)) return;
      event.preventDefault();
      const next = Math.max(0, Math.min(lines.length - 1, place + STEPS[event.key]));
      lines[next].focus();
    });
  });
  root.replaceChildren(...lines);
  root.scrollTop = wasAt;
  const chosen = lines.find((line) => line.tabIndex === 0);
  if (!chosen && lines.length) lines[0].tabIndex = 0;
  if (isFirst && chosen) root.scrollTop = Math.max(0, chosen.offsetTop - root.offsetTop - root.clientHeight / 2);
  if (hadFocus && chosen) chosen.focus({ preventScroll: true });
}
