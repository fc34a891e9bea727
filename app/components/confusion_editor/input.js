// Turns the pointer on the matrix into the editor's few actions: point, choose, merge, carry, zoom, pan.

const DRAG = 4; // pixels; a shorter movement is a click
const TOUCH_DRAG = 10; // pixels; a finger is less still
const LONG_PRESS = 550; // milliseconds until a still finger opens the menu
const DOUBLE_TAP = 400; // milliseconds between the two taps of a finger or pen

// Attaches all listeners; they end with the editor's abort signal.
function listen(editor) {
  const { overlay, root, signal } = editor;
  const on = (name, handler, options = {}) => overlay.addEventListener(name, handler, { signal, ...options });
  on("pointermove", (event) => pointerMoved(editor, event));
  on("pointerdown", (event) => pointerPressed(editor, event));
  on("pointerup", (event) => pointerReleased(editor, event));
  on("pointercancel", () => dropPress(editor));
  on("pointerleave", (event) => {
    if (!editor.press && event.relatedTarget !== editor.find("group-menu")) editor.point(null);
  });
  on("dblclick", (event) => doubleClicked(editor, hitOf(editor, event)));
  on("contextmenu", (event) => menuAsked(editor, event));
  on("wheel", (event) => wheelTurned(editor, event), { passive: false });
  on("touchstart", (event) => keepFromScrolling(editor, event), { passive: false });
  on("keydown", (event) => keyPressed(editor, event));
  on("keyup", (event) => { if (event.key === "Shift") finishBlock(editor); });
  on("focus", () => { editor.isFocused = true; editor.redrawOverlay(); });
  on("blur", () => { editor.isFocused = false; editor.redrawOverlay(); });
  root.addEventListener("keydown", (event) => keyPressedAnywhere(editor, event), { signal });
}

function hitOf(editor, event) {
  return hitTest(editor.model, editor.layout, event.offsetX, event.offsetY);
}

function pointerPressed(editor, event) {
  editor.usesKeys = false;
  closeMenu(editor);
  if (event.button !== 0 || !editor.layout) return;
  const hit = hitOf(editor, event);
  if (!hit) return;
  const isFinger = event.pointerType === "touch";
  editor.press = {
    hit, isFinger, x: event.offsetX, y: event.offsetY, mode: null, isExtending: event.shiftKey,
    viewX: editor.view.x, viewY: editor.view.y,
  };
  if (isFinger) editor.press.timer = setTimeout(() => longPressed(editor, event), LONG_PRESS);
  editor.overlay.setPointerCapture(event.pointerId);
}

function pointerMoved(editor, event) {
  const { press } = editor;
  if (!editor.layout) return;
  if (!press) {
    editor.point(snapToConfusion(editor.model, editor.layout, hitOf(editor, event)), event.offsetX, event.offsetY);
    return;
  }
  const [dx, dy] = [event.offsetX - press.x, event.offsetY - press.y];
  if (!press.mode && Math.hypot(dx, dy) > (press.isFinger ? TOUCH_DRAG : DRAG)) startDrag(editor, press);
  if (press.mode === "block") {
    editor.point(null);
    const along = (x, y) => placeAlong(editor, x, y, press.hit);
    editor.setBlock(along(press.x, press.y), along(event.offsetX, event.offsetY));
  } else if (press.mode === "carry") {
    carryTo(editor, event);
  } else if (press.mode === "pan") {
    editor.point(null);
    editor.moveView(press.viewX - dx / editor.layout.cell, press.viewY - dy / editor.layout.cell);
  }
}

function startDrag(editor, press) {
  clearTimeout(press.timer);
  press.mode = dragMode(editor, press.hit, press.isExtending);
  if (press.mode !== "carry") return;
  editor.point(null);
  editor.overlay.style.cursor = "grabbing";
  if (press.hit.zone === "groups") carryGroup(editor, groupAtPlace(editor, press.hit.row));
  else carryClasses(editor, press.hit);
}

function dragMode(editor, hit, isExtending) {
  if (hit.zone === "groups") return membersOf(editor.fine)[groupAtPlace(editor, hit.row)].length > 1 ? "carry" : "none";
  if (hit.zone !== "plot") return isExtending ? "block" : "carry";
  if (isNearDiagonal(editor.layout, hit)) return "block";
  return editor.view.zoom > 1 ? "pan" : "none";
}

// The place on the diagonal that is nearest to a point; along the names, the place beside it.
function placeAlong(editor, x, y, { zone }) {
  const { model, layout } = editor;
  const row = (y - layout.top) / layout.cell + layout.y;
  const column = (x - layout.left) / layout.cell + layout.x;
  const place = zone === "plot" ? (row + column) / 2 : zone === "columns" ? column : row;
  return Math.max(0, Math.min(model.numClasses - 1, Math.floor(place)));
}

function pointerReleased(editor, event) {
  const { press } = editor;
  editor.press = null;
  if (!press) return;
  clearTimeout(press.timer);
  if (press.mode === "block" && editor.block) {
    const start = placeAlong(editor, press.x, press.y, press.hit);
    editor.cursor = { zone: "plot", row: start, column: start };
    finishBlock(editor);
  } else if (press.mode === "carry") {
    dropCarried(editor);
  } else if (!press.mode) {
    const hit = snapToConfusion(editor.model, editor.layout, press.hit);
    clicked(editor, hit, { isExtending: event.shiftKey, isAdding: event.ctrlKey || event.metaKey });
    if (event.pointerType !== "mouse") tapped(editor, hit, event.timeStamp);
  }
}

// Two taps of a finger or pen on one cell are a double click; browsers disagree on sending one. The time is
// that of the fingers: the page may be busy with the answer to the first tap when the second comes.
function tapped(editor, hit, time) {
  const { lastTap } = editor;
  editor.lastTap = { hit, time };
  const isSame = lastTap && lastTap.hit.row === hit.row && lastTap.hit.column === hit.column;
  const isDouble = isSame && time - lastTap.time < DOUBLE_TAP;
  if (!isDouble) return;
  editor.lastTap = null;
  doubleClicked(editor, hit);
}

function longPressed(editor, event) {
  const { press } = editor;
  if (!press || press.mode) return;
  press.mode = "none";
  openMenuAt(editor, press.hit, event.clientX, event.clientY);
}

function menuAsked(editor, event) {
  event.preventDefault();
  if (editor.menuIsByKey || editor.press) return; // the keys that ask for it also send this event in some browsers
  const hit = hitOf(editor, event);
  if (hit) openMenuAt(editor, snapToConfusion(editor.model, editor.layout, hit), event.clientX, event.clientY);
}

// A finger that begins on the diagonal, a name or a bracket drags; elsewhere it scrolls the page.
function keepFromScrolling(editor, event) {
  if (event.touches.length !== 1 || !editor.layout) return;
  const hit = hitUnder(editor, event.touches[0]);
  if (hit && dragMode(editor, hit, false) !== "none") event.preventDefault();
}

function dropPress(editor) {
  clearTimeout(editor.press?.timer);
  editor.press = null;
  editor.block = null;
  endCarrying(editor);
}

// Python hears of the choice; Shift takes the stretch from the cursor, Ctrl adds single classes or takes them away.
function clicked(editor, hit, { isExtending = false, isAdding = false } = {}) {
  const { model } = editor;
  if (isExtending && editor.cursor) {
    editor.setBlock(editor.cursor.row, hit.zone === "columns" ? hit.column : hit.zone === "plot"
      ? Math.round((hit.row + hit.column) / 2) : hit.row);
    finishBlock(editor);
    return;
  }
  editor.cursor = { zone: "plot", row: hit.row, column: hit.column };
  editor.blockEnd = null;
  const units = hit.row === hit.column ? [model.order[hit.row]] : [model.order[hit.row], model.order[hit.column]];
  const classes = units.flatMap((unit) => Array.from(classesOf(model, unit)));
  if (isAdding) addToChoice(editor, classes);
  else if (hit.zone === "groups" || (hit.zone === "plot" && hit.row === hit.column)) {
    editor.choose(membersOf(editor.fine)[groupAtPlace(editor, hit.row)]);
  } else editor.choose(classes);
}

function addToChoice(editor, classes) {
  const isIn = (index) => editor.chosen.includes(index);
  if (classes.every(isIn)) editor.choose(editor.chosen.filter((index) => !classes.includes(index)));
  else editor.choose([...editor.chosen, ...classes.filter((index) => !isIn(index))]);
}

function doubleClicked(editor, hit) {
  const cell = snapToConfusion(editor.model, editor.layout, hit);
  if (!cell) return;
  if (cell.zone === "groups" || (cell.zone === "plot" && cell.row === cell.column)) {
    renameGroup(editor, groupAtPlace(editor, cell.row));
  } else if (cell.zone === "plot") editor.mergeClasses(pairAt(editor, cell));
}

// The classes of a cell: two, or those of two groups where groups are folded.
function pairAt({ model }, { row, column }) {
  return [row, column].flatMap((place) => Array.from(classesOf(model, model.order[place])));
}

function finishBlock(editor) {
  if (!editor.block) return;
  const { block } = editor;
  editor.block = null;
  editor.choose(block[1] > block[0] || editor.model.isFolded ? classesBetween(editor.model, block) : []);
}

// Zooms with Ctrl or a pinch; without, a zoomed matrix scrolls and the page takes over at its end.
function wheelTurned(editor, event) {
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    editor.zoom(Math.exp(-event.deltaY / 300), event.offsetX, event.offsetY);
  } else if (editor.view.zoom > 1) {
    const { x, y } = editor.layout;
    editor.moveView(x + event.deltaX / editor.layout.cell, y + event.deltaY / editor.layout.cell);
    if (editor.layout.x !== x || editor.layout.y !== y) event.preventDefault();
  }
}
