// Dragging classes into a group and groups to another place; by pointer only, keys have actions of their own.
// `editor.carried` = {classes, group (-1: classes are carried), target}; a target has `classes` (of the group that
// they would join), `isNew` (a group of their own) or `place` (between two classes, where a group would stand).

// Begins to carry the class under the pointer; with it go all chosen ones when it is among them.
function carryClasses(editor, hit) {
  const own = Array.from(classesOf(editor.model, editor.model.order[hit.row]));
  const isChosen = editor.chosen.length > 1 && own.every((index) => editor.chosen.includes(index));
  editor.carried = { classes: isChosen ? editor.chosen.slice() : own, group: -1, target: null };
}

function carryGroup(editor, group) {
  editor.carried = { classes: membersOf(editor.fine)[group].slice(), group, target: null };
}

// Follows the pointer: finds the target, shows it, and tells what a release would do.
function carryTo(editor, event) {
  const { carried } = editor;
  carried.target = carried.group < 0 ? groupUnder(editor, event) : placeUnder(editor, event);
  const what = carried.group < 0 ? editor.words(carried.classes) : nameOfGroup(editor.fine, carried.group);
  const where = targetInWords(editor, carried.target);
  editor.redrawOverlay();
  markChips(editor);
  showGhost(editor, event, where ? `${what} → ${where}` : what);
  const wanted = carried.group < 0 ? "a group" : "a place";
  editor.say(where ? `Release to move ${what} ${where}.` : `${what}: drag onto ${wanted}. Esc cancels.`);
}

function targetInWords(editor, target) {
  if (!target) return "";
  if (target.isNew) return "into a group of their own";
  if (target.classes) return `into ${nameOfGroup(editor.fine, target.group)}`;
  const next = editor.fine.order[target.place];
  return next === undefined ? "to the end" : `before ${editor.fine.classNames[next]}`;
}

function dropCarried(editor) {
  const { carried } = editor;
  endCarrying(editor);
  if (!carried || !carried.target) editor.say("Nothing was moved.");
  else if (carried.target.isNew) groupActions.takeOut(editor, carried.classes);
  else if (carried.target.classes) groupActions.move(editor, carried.classes, carried.target.group);
  else sendOrder(editor, carried.classes, carried.target.place, nameOfGroup(editor.fine, carried.group));
}

function endCarrying(editor) {
  editor.carried = null;
  editor.overlay.style.cursor = "";
  editor.find("ghost").hidden = true;
  markChips(editor);
  editor.redrawOverlay();
}

function elementUnder(editor, event) {
  return editor.root.getRootNode().elementFromPoint(event.clientX, event.clientY);
}

// Where the pointer is on the canvas, whatever element it was pressed on.
function hitUnder(editor, event) {
  const box = editor.overlay.getBoundingClientRect();
  return hitTest(editor.model, editor.layout, event.clientX - box.left, event.clientY - box.top);
}

function groupUnder(editor, event) {
  const { fine, carried } = editor;
  const element = elementUnder(editor, event);
  if (!element) return null;
  if (element.closest(".new-group")) return { isNew: true };
  const chip = element.closest(".chip");
  const hit = chip ? null : hitUnder(editor, event);
  if (!chip && (!hit || element.closest(".tray"))) return null;
  const group = chip ? chipGroup(editor, chip) : groupAtPlace(editor, hit.row);
  if (hit?.zone === "plot" && group !== groupAtPlace(editor, hit.column)) return null; // no group's block
  if (group < 0 || carried.classes.every((index) => fine.groupOf[index] === group)) return null;
  return { group, classes: membersOf(fine)[group] };
}

function placeUnder(editor, event) {
  const { fine, model, layout, carried } = editor;
  const chip = elementUnder(editor, event)?.closest?.(".chip");
  if (chip) return placeAtChip(editor, chip, event);
  const box = editor.overlay.getBoundingClientRect();
  const [x, y] = [event.clientX - box.left, event.clientY - box.top];
  if (x < 0 || y < 0 || x > box.width || y > layout.top + layout.plot + 8) return null;
  const along = y < layout.top ? (x - layout.left) / layout.cell + layout.x : (y - layout.top) / layout.cell + layout.y;
  const unitPlace = Math.max(0, Math.min(model.numClasses, Math.round(along)));
  const next = unitPlace < model.numClasses ? classesOf(model, model.order[unitPlace]) : [];
  const place = next.length ? Math.min(...Array.from(next, (index) => fine.position[index])) : fine.numClasses;
  return makePlace(editor, placeBetweenGroups(fine, carried.group, place));
}

function placeAtChip(editor, chip, event) {
  const { fine, carried } = editor;
  const group = chipGroup(editor, chip);
  if (group < 0 || group === carried.group) return null;
  const box = chip.getBoundingClientRect();
  const places = membersOf(fine)[group].map((index) => fine.position[index]);
  const place = event.clientX < box.left + box.width / 2 ? Math.min(...places) : Math.max(...places) + 1;
  return makePlace(editor, placeBetweenGroups(fine, carried.group, place));
}

// A place between classes, and where that is in what is drawn (units, when groups are folded).
function makePlace({ fine, model }, place) {
  const next = fine.order[place];
  return { place, drawnPlace: next === undefined ? model.numClasses : model.position[unitOf(model, next)] };
}

function showGhost(editor, event, text) {
  const ghost = editor.find("ghost");
  ghost.hidden = false;
  ghost.textContent = text;
  const box = editor.root.getBoundingClientRect();
  const left = Math.min(event.clientX - box.left + 14, box.width - ghost.offsetWidth);
  ghost.style.transform = `translate(${Math.max(0, left)}px, ${event.clientY - box.top + 14}px)`;
}
