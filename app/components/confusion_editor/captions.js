// What is said beside the matrix, as text elements: hover card, merge button, legend.

const HINT = "Click a cell to see its pictures; double-click merges; drag along the diagonal to choose several classes. "
  + "Keys: arrows, N next confusion, Enter, M merge, Esc.";

function nameSome(model, classes) {
  const names = Array.from(classes.slice(0, 6), (index) => model.classNames[index]);
  return names.join(", ") + (classes.length > 6 ? ` and ${classes.length - 6} more` : "");
}

// The classes of the group at a place, none where a class stands alone.
function groupAt(model, place) {
  const group = model.groups.find((one) => one.classes.includes(model.order[place]));
  return group ? group.classes : [];
}

function cardLines(model, { zone, row, column }) {
  const [first, second] = [model.order[row], model.order[column]];
  const group = model.groups.find((one) => one.classes.includes(first));
  const lines = zone === "plot" && row !== column
    ? [describeCell(model, first, second), describeCell(model, second, first)]
    : [describeCell(model, first, first)];
  if (group && (zone !== "plot" || group.classes.includes(second))) {
    lines.push(`group ${group.name} (${group.classes.length} classes)`);
  }
  return lines;
}

// The card beside the pointer; none without a cell under it.
function showCard(editor, hit, x, y) {
  const card = editor.find("card");
  card.hidden = !hit;
  if (!hit) return;
  card.replaceChildren(...cardLines(editor.model, hit).map((line) => {
    const element = document.createElement("div");
    element.textContent = line;
    return element;
  }));
  const left = x + 16 + card.offsetWidth > editor.width ? x - card.offsetWidth - 12 : x + 16;
  const top = y + 18 + card.offsetHeight > editor.layout.height ? y - card.offsetHeight - 10 : y + 18;
  card.style.transform = `translate(${Math.max(0, left)}px, ${Math.max(0, top)}px)`;
}

// A button beside a chosen block; a pair has its button on the page, with its pictures.
function showMergeButton(editor) {
  const { model, chosen, layout } = editor;
  const button = editor.find("merge");
  const isBlock = !editor.block && chosen.length > 2
    && new Set(chosen.map((index) => model.groupOf[index])).size > 1;
  button.hidden = !isBlock;
  if (!isBlock) return;
  button.textContent = `Merge ${chosen.length} classes`;
  const last = Math.max(...stretchesOf(model, chosen).map((stretch) => stretch[1]));
  const inside = (value, start, size) => Math.max(start, Math.min(start + layout.plot - size, value));
  const x = inside(edgeX(layout, last + 1) + 4, layout.left, button.offsetWidth);
  const y = inside(edgeY(layout, last + 1) + 4, layout.top, button.offsetHeight);
  button.style.transform = `translate(${x}px, ${y}px)`;
}

function showLegend({ model, theme, find }) {
  const unit = (value) => (model.color === "share" ? percent(value, 1) : String(value));
  const set = (name, first, last, text, title = "") => {
    find(name).title = title;
    find(`${name}-bar`).style.background = gradientOf(theme, first, last);
    find(`${name}-text`).textContent = text;
  };
  set("recognized", 1, 127, `recognized, up to ${unit(model.maxRecognized)}`);
  const middle = model.color === "share" ? model.maxConfused / 4 : Math.round(model.maxConfused / 4);
  const text = model.maxConfused ? `taken for another, up to ${unit(model.maxConfused)}` : "taken for another: none";
  set("confused", 128, 255, text, `Colors follow the square root: half way along is ${unit(middle)}.`);
}
