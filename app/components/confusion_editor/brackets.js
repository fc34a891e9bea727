// Brackets beside the matrix with the names of the groups, and strips of their colors along the names of classes.

const LINE = 14; // pixels from one line of a group's name to the next
const BUTTON_ROOM = 18; // pixels beside a group's name, for the button of its menu

// Beside the matrix: a strip of each group's color along the names, and brackets with the groups' names.
function drawBrackets(context, model, layout, theme) {
  const labels = [];
  const x = layout.bracketLeft + 5;
  for (const group of model.groups) {
    if (group.color) group.stretches.forEach((stretch) => drawStrips(context, layout, stretch, group.color));
    const [first, last] = group.stretches.reduce((most, one) => (one[1] - one[0] > most[1] - most[0] ? one : most));
    const top = Math.max(layout.top, edgeY(layout, first));
    const bottom = Math.min(layout.top + layout.plot, edgeY(layout, last + 1));
    if (bottom <= top) continue;
    context.fillStyle = group.color ?? theme.text;
    context.fillRect(x, top + 1, group.color ? 4 : 2, Math.max(1, bottom - top - 2));
    const y = (top + bottom) / 2;
    if (!labels.some((other) => Math.abs(other.y - y) < LINE)) labels.push({ group, y });
  }
  context.font = `12px ${theme.font}`;
  context.fillStyle = theme.text;
  context.textAlign = "left";
  context.textBaseline = "middle";
  labels.sort((one, other) => one.y - other.y);
  labels.forEach((label, rank) => {
    const above = label.y - (labels[rank - 1]?.end ?? -Infinity);
    const below = (labels[rank + 1]?.y ?? Infinity) - label.y;
    const hasRoom = above >= 1.5 * LINE && below >= 1.5 * LINE && label.y + LINE <= layout.height;
    label.end = label.y + drawBracketName(context, model, layout, { ...label, x: x + 8, hasRoom });
  });
}

// A group's name in one line, or in two where it needs and has the room; returns by how much it reaches down from a line.
function drawBracketName(context, model, layout, { group, x, y, hasRoom }) {
  if (group.locked) drawLock(context, x, y);
  const start = x + (group.locked ? 11 : 0);
  const room = layout.width - start - BUTTON_ROOM;
  const text = model.isFolded ? `${model.members[group.index].length} classes` : group.name;
  const lines = hasRoom ? inTwoLines(context, text, room) : [text];
  lines.forEach((line, place) => {
    context.fillText(elide(context, line, room), start, y + (place - (lines.length - 1) / 2) * LINE);
  });
  return ((lines.length - 1) / 2) * LINE;
}

// Broken at the last blank that leaves a first line within the room, else at the first one.
function inTwoLines(context, text, room) {
  if (context.measureText(text).width <= room) return [text];
  let at = text.indexOf(" ");
  for (let next = at; next > 0; next = text.indexOf(" ", next + 1)) {
    if (context.measureText(text.slice(0, next)).width > room) break;
    at = next;
  }
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function drawStrips(context, layout, [first, last], color) {
  const inside = (value, start) => Math.max(start, Math.min(start + layout.plot, value));
  const [top, bottom] = [first, last + 1].map((place) => inside(edgeY(layout, place), layout.top));
  const [left, right] = [first, last + 1].map((place) => inside(edgeX(layout, place), layout.left));
  context.fillStyle = color;
  context.fillRect(layout.left - 5, top, 3, bottom - top);
  context.fillRect(left, layout.top - 5, right - left, 3);
}

// A padlock of 9 x 11 pixels, its left edge at x and its middle at y.
function drawLock(context, x, y) {
  context.fillRect(x, y - 1, 9, 6);
  context.beginPath();
  context.arc(x + 4.5, y - 1, 2.7, Math.PI, 0);
  context.lineWidth = 1.6;
  context.strokeStyle = context.fillStyle;
  context.stroke();
}
