// What is said beside the matrix, as text elements: hover card, merge button, help of keys.

const HINT = "Click a cell to see its pictures; double-click merges; drag along the diagonal to choose several classes; "
  + "drag a name into a group. Press ? for all keys.";

const MAX_NAME = 40; // letters of a group's name on the card
const MAX_CLASS_NAME = 80; // letters of a class's name there

const HELP = [
  ["Pointer", [
    ["Click a cell", "show the pictures of this confusion"],
    ["Double-click a cell", "merge its two classes"],
    ["Drag along the diagonal", "choose a block of classes; then Merge"],
    ["Shift or Ctrl with a click", "choose a stretch, or add one class"],
    ["Drag a class name", "move it (or all chosen classes) into a group: its block, bracket or chip"],
    ["Drag a bracket or chip", "change the order of groups"],
    ["Right click, or ⋮", "rename, split, dissolve, color, lock"],
    ["Drag the line in the tree", "cut it into more or fewer groups"],
  ]],
  ["Keys", [
    ["Arrows", "move; with Shift choose a stretch"],
    ["N, P", "next and previous confusion, the strongest first"],
    ["Space", "show the pictures; with Ctrl add to the choice"],
    ["Enter or M", "merge the chosen block, else the pair at the cursor"],
    ["G", "move the chosen classes into a group"],
    ["X", "the chosen classes leave and form a group of their own"],
    ["F2, D, L", "rename, dissolve, lock the group"],
    ["Shift+F10 or Menu", "all actions on the group"],
    ["Alt with arrows", "move the group along the diagonal"],
    ["Ctrl+Z, Ctrl+Y", "undo, redo (also Ctrl+Shift+Z)"],
    ["+, -, 0", "zoom in, out, show all"],
    ["F", "full screen, and back"],
    ["Tab", "to the tree (arrows move its cut) and to the groups below"],
    ["Esc", "clear the choice; close this help"],
  ]],
];

function nameSome(model, classes) {
  const names = Array.from(classes.slice(0, 6), (index) => shorten(model.classNames[index], MAX_CLASS_NAME));
  return names.join(", ") + (classes.length > 6 ? ` and ${classes.length - 6} more` : "");
}

function shorten(name, most = MAX_NAME) {
  const letters = Array.from(name);
  return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : name;
}

// The group of one class or unit in words.
function groupInWords(model, unit) {
  const fine = model.isFolded ? model.fine : model;
  const group = fine.groupOf[classesOf(model, unit)[0]];
  const { length } = membersOf(fine)[group];
  const name = shorten(model.classNames[unit], MAX_CLASS_NAME);
  if (model.isFolded) return `${name}: ${length > 1 ? `group of ${length} classes` : "one class"}`;
  return length > 1
    ? `${name} is in group ${shorten(fine.groupNames[group])} (${length} classes)`
    : `${name} stands alone`;
}

// One cell in words: "circle taken for ellipse: 14 of 90 (16 %); 12 % of all taken for ellipse".
function cellInWords(model, row, column) {
  const [count, total, called] = [countOf(model, row, column), model.totals[row], model.columnTotals[column]];
  const [name, other] = [row, column].map((unit) => shorten(model.classNames[unit], MAX_CLASS_NAME));
  const what = row === column ? `${name} recognized` : `${name} taken for ${other}`;
  const shares = count && called ? `; ${percent(count, called)} of all taken for ${other}` : "";
  return `${what}: ${count} of ${total}${total ? ` (${percent(count, total)})` : ""}${shares}`;
}

function cardLines(model, { zone, row, column }) {
  const [first, second] = [model.order[row], model.order[column]];
  if (zone !== "plot" || row === column) return [cellInWords(model, first, first), groupInWords(model, first)];
  return [
    cellInWords(model, first, second), cellInWords(model, second, first),
    ...groupsInWords(model, first, second),
  ];
}

function groupsInWords(model, first, second) {
  const isTogether = !model.isFolded && model.groupOf[first] === model.groupOf[second];
  if (!isTogether) return [groupInWords(model, first), groupInWords(model, second)];
  const group = model.groupOf[first];
  return [`both in group ${shorten(model.groupNames[group])} (${membersOf(model)[group].length} classes)`];
}

// The card beside the pointer; none without a cell under it.
function showCard(editor, hit, x, y) {
  const card = editor.find("card");
  card.hidden = !hit;
  if (!hit) return;
  const isPair = hit.zone === "plot" && hit.row !== hit.column;
  card.replaceChildren(...cardLines(editor.model, hit).map((line, index) => (
    makeNode("div", { className: index < (isPair ? 2 : 1) ? "card-cell" : "card-group", textContent: line }))));
  const left = x + 16 + card.offsetWidth > editor.width ? x - card.offsetWidth - 12 : x + 16;
  const top = y + 18 + card.offsetHeight > editor.layout.height ? y - card.offsetHeight - 10 : y + 18;
  card.style.transform = `translate(${Math.max(0, left)}px, ${Math.max(0, top)}px)`;
}

// A button beside a chosen block; a pair has its button on the page, with its pictures, if the page is seen.
function showMergeButton(editor) {
  const { fine, model, chosen, layout } = editor;
  const button = editor.find("merge");
  const isBlock = !editor.block && !editor.carried && chosen.length > (isFullScreen(editor) ? 1 : 2)
    && new Set(chosen.map((index) => fine.groupOf[index])).size > 1;
  button.hidden = !isBlock;
  if (!isBlock) return;
  button.textContent = `Merge ${chosen.length} classes`;
  const last = Math.max(...stretchesOf(model, unitsOf(model, chosen)).map((stretch) => stretch[1]));
  const inside = (value, start, size) => Math.max(start, Math.min(start + layout.plot - size, value));
  const x = inside(edgeX(layout, last + 1) + 4, layout.left, button.offsetWidth);
  const y = inside(edgeY(layout, last + 1) + 4, layout.top, button.offsetHeight);
  button.style.transform = `translate(${x}px, ${y}px)`;
}

function startHelp(editor) {
  const help = editor.find("help");
  for (const [title, lines] of HELP) {
    const list = makeNode("dl", { className: "help-lines" });
    for (const [what, does] of lines) {
      list.append(makeNode("dt", { textContent: what }), makeNode("dd", { textContent: does }));
    }
    help.append(makeNode("h4", { textContent: title }), list);
  }
  const close = makeNode("button", { type: "button", className: "help-close", textContent: "Close" });
  help.append(close);
  const { signal } = editor;
  close.addEventListener("click", () => toggleHelp(editor, false), { signal });
  editor.find("help-button").addEventListener("click", () => toggleHelp(editor), { signal });
  help.addEventListener("keydown", (event) => {
    if (event.key === "Escape") toggleHelp(editor, false);
  }, { signal });
}

function toggleHelp(editor, isOpen = editor.find("help").hidden) {
  const [help, button] = [editor.find("help"), editor.find("help-button")];
  const wasFocused = help.contains(editor.root.getRootNode().activeElement);
  help.hidden = !isOpen;
  button.setAttribute("aria-expanded", String(isOpen));
  if (isOpen) help.focus();
  else if (wasFocused) editor.overlay.focus({ preventScroll: true });
}
