// All that the pointer does, by keys; HELP in captions.js tells them.

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

// Keys that count wherever the focus is in the editor. Streamlit's own one-letter keys must not hear any of them.
function keyPressedAnywhere(editor, event) {
  const isText = event.composedPath()[0].matches?.("input, textarea, select");
  const isControl = (event.ctrlKey || event.metaKey) && !event.altKey;
  const key = event.key.toLowerCase();
  if (isControl && !isText && (key === "z" || key === "y")) {
    event.preventDefault();
    const isRedo = key === "y" || event.shiftKey;
    editor.sendStep(isRedo ? "redo" : "undo", {}, isRedo ? "Redoing." : "Undoing.");
  } else if (!isText && !isControl && event.key === "?") {
    event.preventDefault();
    toggleHelp(editor);
  } else if (event.key === "Escape" && editor.carried) dropPress(editor);
  event.stopPropagation();
}

function keyPressed(editor, event) {
  if (!editor.model || event.metaKey) return;
  const step = STEPS[event.key];
  const isHandled = (event.altKey && step && nudge(editor, step))
    || (event.ctrlKey && event.key === " " && addByKey(editor))
    || (!event.altKey && !event.ctrlKey && step && moveCursor(editor, step, event.shiftKey))
    || (!event.altKey && !event.ctrlKey && runKey(editor, event));
  if (!isHandled) return;
  editor.usesKeys = true;
  editor.redrawOverlay();
  event.preventDefault();
}

function runKey(editor, event) {
  const { cursor, model } = editor;
  const last = model.numClasses - 1;
  const isMenu = event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey);
  if (isMenu) return openMenuByKey(editor);
  const keys = {
    Enter: () => mergeByKey(editor),
    " ": () => clicked(editor, cursor || startCursor(editor)),
    m: () => mergeByKey(editor),
    n: () => jumpToConfusion(editor, 1),
    p: () => jumpToConfusion(editor, -1),
    g: () => openTargets(editor),
    x: () => groupActions.takeOut(editor, meantClasses(editor)),
    d: () => withGroup(editor, (group) => groupActions.dissolve(editor, group)),
    l: () => withGroup(editor, (group) => groupActions.lock(editor, group)),
    F2: () => withGroup(editor, (group) => renameGroup(editor, group)),
    Home: () => editor.moveCursorTo(0, 0),
    End: () => editor.moveCursorTo(last, last),
    Escape: () => clearAll(editor),
    "+": () => editor.zoom(1.5),
    "=": () => editor.zoom(1.5),
    "-": () => editor.zoom(1 / 1.5),
    0: () => editor.zoom(0),
    f: () => toggleFullScreen(editor),
  };
  const action = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (action) action();
  return Boolean(action);
}

function startCursor(editor) {
  editor.cursor = { zone: "plot", row: 0, column: 0 };
  return editor.cursor;
}

function withGroup(editor, action) {
  editor.usesKeys = true;
  const group = meantGroup(editor);
  if (group < 0) editor.say("Move to a class or choose a group first.");
  else action(group);
}

function nudge(editor, [down, right]) {
  withGroup(editor, (group) => nudgeGroup(editor, group, down + right));
  return true;
}

function addByKey(editor) {
  clicked(editor, editor.cursor || startCursor(editor), { isAdding: true });
  return true;
}

function moveCursor(editor, [down, right], isExtending) {
  const { cursor, model } = editor;
  const limit = (place) => Math.max(0, Math.min(model.numClasses - 1, place));
  editor.usesKeys = true;
  if (isExtending) {
    const anchor = cursor ? cursor.row : 0;
    editor.setBlock(anchor, limit((editor.blockEnd ?? anchor) + down + right));
  } else if (cursor) {
    editor.moveCursorTo(limit(cursor.row + down), limit(cursor.column + right));
  } else {
    editor.moveCursorTo(0, 0);
  }
  return true;
}

function jumpToConfusion(editor, direction) {
  const { model } = editor;
  model.confusions ??= listConfusions(model, 500);
  if (!model.confusions.length) return;
  const { cursor } = editor;
  const now = cursor
    ? model.confusions.findIndex(([row, column]) => (
      model.position[row] === cursor.row && model.position[column] === cursor.column))
    : -1;
  const count = model.confusions.length;
  const next = now < 0 ? (direction > 0 ? 0 : count - 1) : (now + direction + count) % count;
  const [row, column] = model.confusions[next];
  editor.moveCursorTo(model.position[row], model.position[column]);
}

// The chosen block, unless the cursor has moved on to a pair outside of it; else the chosen pair.
function mergeByKey(editor) {
  finishBlock(editor);
  const { cursor, chosen } = editor;
  const pair = cursor && cursor.row !== cursor.column ? pairAt(editor, cursor) : null;
  const isElsewhere = pair && !pair.every((index) => chosen.includes(index));
  if (chosen.length > 2 && !isElsewhere) editor.mergeClasses(chosen);
  else if (pair) editor.mergeClasses(pair);
  else if (chosen.length > 1) editor.mergeClasses(chosen);
  else editor.say("Nothing to merge: move to a cell off the diagonal, or choose a block of classes.");
}

function clearAll(editor) {
  dropPress(editor);
  toggleHelp(editor, false);
  editor.blockEnd = editor.cursor = null;
  editor.point(null);
  if (editor.chosen.length) editor.choose([]);
  editor.say(HINT);
}
