// The line that cuts the tree into groups: moved by pointer and keys, it stops between two merges. The groups follow at
// once, and Python hears of it a few times a second and when the line is let go.

const CUT_PAUSE = 200; // milliseconds between two events of a moving line
const ANSWER_PAUSE = 1500; // milliseconds after which the next event is sent even without an answer

function startTree(editor) {
  const canvas = editor.find("tree");
  const { signal } = editor;
  const on = (name, handler) => canvas.addEventListener(name, handler, { signal });
  on("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    editor.cut = { sent: 0, time: 0, timer: 0, isDragged: true };
    moveCut(editor, groupsAtX(editor, event.offsetX));
  });
  on("pointermove", (event) => { if (editor.cut?.isDragged) moveCut(editor, groupsAtX(editor, event.offsetX)); });
  for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) on(name, () => releaseCut(editor));
  on("keydown", (event) => cutByKey(editor, event));
  editor.find("tree-show").addEventListener("click", () => showHiddenTree(editor), { signal });
}

// Where the line stands: in the middle between the last merge below it and the next one.
function cutX(editor, numGroups) {
  const { fine } = editor;
  const below = fine.numClasses - numGroups;
  const from = below > 0 ? mergePosition(fine, below - 1) : 0;
  const to = below < fine.numClasses - 1 ? mergePosition(fine, below) : 1;
  return treeX(editor, (from + to) / 2);
}

// The number of groups whose line is nearest to a pixel.
function groupsAtX(editor, x) {
  let [low, high] = [2, editor.fine.numClasses]; // the line moves to the right as groups become fewer
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cutX(editor, middle) > x) low = middle + 1;
    else high = middle;
  }
  const isNearer = low > 2 && Math.abs(cutX(editor, low - 1) - x) < Math.abs(cutX(editor, low) - x);
  return isNearer ? low - 1 : low;
}

// Number of each class's branch when the tree is cut into groups.
function cutTree({ tree, numClasses }, numGroups) {
  const branch = new Int32Array(2 * numClasses - 1).fill(-1);
  for (let merge = numClasses - numGroups - 1; merge >= 0; merge -= 1) {
    const node = numClasses + merge;
    if (branch[node] < 0) branch[node] = node;
    branch[tree.left[merge]] = branch[tree.right[merge]] = branch[node];
  }
  return Array.from({ length: numClasses }, (_, index) => (branch[index] < 0 ? index : branch[index]));
}

// The groups that a cut makes, as Python will make them: locked groups stay whole, whatever the tree says.
function groupsOfCut(fine, numGroups) {
  const branches = cutTree(fine, numGroups);
  const numbers = new Map();
  const members = [];
  const groupOf = branches.map((branch, index) => {
    const own = fine.groupOf[index];
    const key = isLocked(fine, own) ? `locked ${own}` : branch;
    if (!numbers.has(key)) {
      numbers.set(key, numbers.size);
      members.push([]);
    }
    members[numbers.get(key)].push(index);
    return numbers.get(key);
  });
  const groupNames = members.map((classes) => {
    const own = fine.groupOf[classes[0]];
    const isSame = membersOf(fine)[own].length === classes.length && classes.every((index) => fine.groupOf[index] === own);
    return isSame ? fine.groupNames[own] : classes.slice(0, 5).map((index) => fine.classNames[index]).join(" + ");
  });
  return { numGroups, groupOf, groupNames };
}

function moveCut(editor, numGroups) {
  if (numGroups === shownCut(editor) && (editor.preview || isOwnCut(editor, numGroups))) return;
  editor.cut ??= { sent: 0, time: 0, timer: 0, isDragged: false };
  editor.preview = { ...groupsOfCut(editor.received, numGroups), number: Infinity };
  editor.rebuild();
  editor.draw();
  editor.say(`Cut into ${numGroups} groups.`);
  planCut(editor);
}

// Sends now, or when the pause since the last event is over.
function planCut(editor) {
  const { cut } = editor;
  if (cut.timer) return;
  const isPending = editor.outbox.some((event) => event.kind === "cut");
  const wait = cut.time ? cut.time + (isPending ? ANSWER_PAUSE : CUT_PAUSE) - performance.now() : 0;
  if (wait <= 0) sendCut(editor);
  else cut.timer = setTimeout(() => { cut.timer = 0; planCut(editor); }, Math.min(wait, CUT_PAUSE / 4));
}

function sendCut(editor) {
  const { cut, preview } = editor;
  if (!preview || preview.numGroups === cut.sent) return;
  cut.sent = preview.numGroups;
  cut.time = performance.now();
  editor.outbox = editor.outbox.filter((event) => event.kind !== "cut" || event !== editor.outbox.at(-1)); // overtaken
  editor.sendStep("cut", { num_groups: preview.numGroups }, `Cut into ${preview.numGroups} groups.`);
  preview.number = editor.sent;
}

function releaseCut(editor) {
  if (!editor.cut?.isDragged) return;
  editor.cut.isDragged = false;
  clearTimeout(editor.cut.timer);
  editor.cut.timer = 0;
  sendCut(editor);
  editor.cut = null;
  updateTray(editor);
}

function stopCut(editor) {
  clearTimeout(editor.cut?.timer);
  editor.cut = null;
}

// The groups of the moving line give way to those of Python once it has answered the last event.
function endAnsweredPreview(editor) {
  const { preview, received } = editor;
  if (!preview) return;
  const isOther = preview.groupOf.length !== received.numClasses || !received.tree;
  if (isOther || (!editor.cut?.isDragged && received.seen >= preview.number)) editor.preview = null;
  else Object.assign(preview, groupsOfCut(received, preview.numGroups));
}

function shownCut(editor) {
  return editor.preview ? editor.preview.numGroups : editor.fine.groupNames.length;
}

// Whether the groups are those of the tree, and not made by hand.
function isOwnCut(editor, numGroups) {
  const { fine } = editor;
  if (editor.preview) return true;
  if (fine.cutKnown === undefined) {
    const made = new Map();
    const branches = cutTree(fine, numGroups);
    fine.cutKnown = branches.every((branch, index) => {
      if (!made.has(branch)) made.set(branch, fine.groupOf[index]);
      return made.get(branch) === fine.groupOf[index];
    });
  }
  return fine.cutKnown;
}

function cutByKey(editor, event) {
  const { numClasses } = editor.fine;
  const now = shownCut(editor);
  const page = Math.max(5, Math.round(numClasses / 20));
  const steps = {
    ArrowLeft: now + 1, ArrowUp: now + 1, ArrowRight: now - 1, ArrowDown: now - 1,
    PageUp: now + page, PageDown: now - page, Home: numClasses, End: 2,
  };
  const wanted = event.altKey || event.ctrlKey || event.metaKey ? undefined : steps[event.key];
  if (wanted === undefined) return;
  event.preventDefault();
  moveCut(editor, Math.max(2, Math.min(numClasses, wanted)));
}
