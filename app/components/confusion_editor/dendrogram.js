// The tree of merges at the right of the matrix, drawn where the order keeps the classes of every merge side by side, so
// that no lines cross. Its cut line is moved by cutting.js.

const TREE_WIDTH = [52, 150]; // pixels
const TREE_MARGIN = 4; // pixels beside the leaves and the root

const TREE_PLACES = new WeakMap(); // order -> {tree, ys} (ys null where lines would cross)

// Pixels that the tree takes beside the matrix, 0 where it is not shown.
function widthOfTree(editor) {
  const { fine, model } = editor;
  const hasTree = fine.tree && fine.numClasses > 2;
  const isShown = hasTree && !model.isFolded && treePlaces(fine);
  const note = editor.find("tree-note");
  note.hidden = !hasTree || Boolean(isShown);
  if (!note.hidden && editor.treeNoteOf !== model) tellHiddenTree(editor, note.dataset.order);
  editor.treeNoteOf = model;
  editor.find("tree").hidden = !isShown;
  return isShown ? Math.round(Math.max(TREE_WIDTH[0], Math.min(TREE_WIDTH[1], 0.1 * editor.root.clientWidth))) : 0;
}

// Why the tree is not drawn, and the button that shows it.
function tellHiddenTree(editor, orderTitle) {
  const { fine, model } = editor;
  const [why, show] = model.isFolded ? ["The tree of merges is shown when groups are unfolded.", "Unfold them"]
    : [groupsCrossTree(fine) ? "Your groups cross the branches of the tree of merges, so it is hidden."
      : "In this order the branches of the tree of merges would cross, so it is hidden.", `Show it (${orderTitle})`];
  editor.find("tree-why").textContent = why;
  editor.find("tree-show").textContent = show;
}

function showHiddenTree(editor) {
  if (editor.model.isFolded) foldGroups(editor, false);
  else editor.sendStep("tree_order", {}, "Showing the tree of merges.");
  editor.overlay.focus({ preventScroll: true });
}

// Whether groups stand together that are no branches of the tree: a branch of m classes holds m - 1 merges.
function groupsCrossTree({ tree, groupOf, groups, numClasses, groupNames }) {
  if (groups.some(({ stretches }) => stretches.length > 1)) return false;
  const groupOfNode = Int32Array.from({ length: 2 * numClasses - 1 }, (_, node) => (node < numClasses ? groupOf[node] : -1));
  let numWithin = 0;
  for (let merge = 0; merge < numClasses - 1; merge += 1) {
    const [left, right] = [groupOfNode[tree.left[merge]], groupOfNode[tree.right[merge]]];
    if (left < 0 || left !== right) continue;
    groupOfNode[numClasses + merge] = left;
    numWithin += 1;
  }
  return numWithin < numClasses - groupNames.length;
}

// Place of each node along the diagonal (leaves, then merges); null where the lines would cross.
function treePlaces(fine) {
  const { order, tree, numClasses } = fine;
  const kept = TREE_PLACES.get(order);
  if (kept && kept.tree === tree) return kept.ys;
  const size = 2 * numClasses - 1;
  const [ys, first, last] = [new Float64Array(size), new Int32Array(size), new Int32Array(size)];
  order.forEach((index, place) => { ys[index] = place + 0.5; first[index] = last[index] = place; });
  let isFree = true;
  for (let merge = 0; merge < numClasses - 1; merge += 1) {
    const [node, left, right] = [numClasses + merge, tree.left[merge], tree.right[merge]];
    first[node] = Math.min(first[left], first[right]);
    last[node] = Math.max(last[left], last[right]);
    ys[node] = (ys[left] + ys[right]) / 2;
    if (last[left] + 1 !== first[right] && last[right] + 1 !== first[left]) isFree = false;
  }
  const places = isFree ? ys : null;
  TREE_PLACES.set(order, { tree, ys: places });
  return places;
}

// Where a merge stands from leaves (0) to root (1): half its height, half its rank, so that a crowd of merges
// at one height can still be told apart and each of them be reached.
function mergePosition({ tree, numClasses }, merge) {
  const [low, high] = [tree.height[0], tree.height[numClasses - 2]];
  const height = high > low ? (tree.height[merge] - low) / (high - low) : 0;
  return 0.06 + 0.94 * (0.5 * height + (0.5 * (merge + 1)) / (numClasses - 1));
}

function treeX(editor, position) {
  return TREE_MARGIN + position * (editor.layout.treeWidth - 2 * TREE_MARGIN);
}

function drawTree(editor) {
  const canvas = editor.find("tree");
  const { fine, layout, theme, ratio } = editor;
  if (!layout.treeWidth || canvas.hidden) return;
  canvas.style.left = `${layout.treeLeft}px`;
  canvas.style.width = `${layout.treeWidth}px`;
  canvas.style.height = `${layout.height}px`;
  const [width, height] = [Math.round(layout.treeWidth * ratio), Math.round(layout.height * ratio)];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d");
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, width, height);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  const numGroups = shownCut(editor);
  drawBranches(editor, context, theme, isOwnCut(editor, numGroups) ? numGroups : 0);
  drawCut(editor, context, numGroups);
  canvas.setAttribute("aria-valuemax", String(fine.numClasses));
  canvas.setAttribute("aria-valuenow", String(numGroups));
  canvas.setAttribute("aria-valuetext", `${numGroups} groups`);
  canvas.dataset.x = String(cutX(editor, numGroups));
}

// Merges below the cut are drawn strong; `numGroups` 0: the groups are not the tree's, none is.
function drawBranches(editor, context, theme, numGroups) {
  const { fine, layout } = editor;
  const { tree, numClasses } = fine;
  const ys = treePlaces(fine);
  const y = (node) => edgeY(layout, ys[node]);
  const x = (node) => treeX(editor, node < numClasses ? 0 : mergePosition(fine, node - numClasses));
  const numBelow = numGroups ? numClasses - numGroups : 0;
  context.save();
  context.beginPath();
  context.rect(0, layout.top, layout.treeWidth, layout.plot);
  context.clip();
  context.lineWidth = layout.cell >= 6 ? 1.5 : layout.cell >= 2 ? 1 : 0.5;
  for (const [from, to, color] of [[numBelow, numClasses - 1, theme.faint], [0, numBelow, theme.text]]) {
    context.beginPath();
    context.strokeStyle = color;
    for (let merge = from; merge < to; merge += 1) {
      const [left, right] = [tree.left[merge], tree.right[merge]];
      if (Math.max(y(left), y(right)) < layout.top || Math.min(y(left), y(right)) > layout.top + layout.plot) continue;
      const reach = x(numClasses + merge);
      context.moveTo(x(left), y(left));
      context.lineTo(reach, y(left));
      context.lineTo(reach, y(right));
      context.lineTo(x(right), y(right));
    }
    context.stroke();
  }
  context.restore();
}

// The line, its grip and the number of groups; dashed where the groups were made by hand.
function drawCut(editor, context, numGroups) {
  const { layout, theme } = editor;
  const x = cutX(editor, numGroups);
  context.strokeStyle = context.fillStyle = theme.accent;
  context.lineWidth = 2;
  context.setLineDash(isOwnCut(editor, numGroups) ? [] : [4, 4]);
  context.beginPath();
  context.moveTo(x, layout.top);
  context.lineTo(x, layout.top + layout.plot);
  context.stroke();
  context.setLineDash([]);
  context.beginPath();
  context.roundRect(x - 5, layout.top - 12, 10, 14, 3);
  context.fill();
  context.font = `600 12px ${theme.font}`;
  context.textBaseline = "alphabetic";
  context.textAlign = "left";
  const number = numGroups.toLocaleString("en-US");
  const words = `${number} groups${numGroups === editor.fine.numClasses ? " →" : ""}`; // it can be drawn to the right
  const text = context.measureText(words).width > layout.treeWidth - 8 ? number : words;
  const half = context.measureText(text).width / 2;
  context.fillText(text, Math.max(6, Math.min(layout.treeWidth - 2 * half - 2, x - half)), layout.top - 17);
}
