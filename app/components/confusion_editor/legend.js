// What the colors mean, for every combination of measure, scale and threshold.

const TICKS = [0, 0.5, 1]; // places along a ramp at which its value is written

function showLegend(editor) {
  const { model, theme, options, layout } = editor;
  const isShared = layout.cell * editor.ratio < 1;
  const isDashed = model.fine.groups.some((group) => !group.solid);
  const isHidden = !model.isFolded && model.groups.some((group) => isTiny(group, layout));
  const isLocked = model.fine.locked.length > 0;
  const key = [
    model.cells.key, model.cells.maxConfused, model.isFolded, model.matrixKey, options.measure,
    isShared, isDashed, isHidden, isLocked,
  ].join(" ");
  if (editor.legendKey === key && editor.legendTheme === theme) return;
  [editor.legendKey, editor.legendTheme] = [key, theme];
  const { cells } = model;
  const parts = SCALES[cells.scale].isBands ? [bandLegend(model, theme)] : rampLegends(model, theme);
  const notes = [
    cells.paleBelow ? `pale: below ${valueText(cells.measure, cells.paleBelow)}` : "",
    isShared ? "several cells share a pixel: the strongest shows" : "",
    options.measure !== cells.measure ? "numbers in cells are counts" : "",
    isDashed ? "dashed: groups that are not stable" : "",
    isHidden ? "small groups are outlined when zoomed in" : "",
    isLocked ? "padlock: locked groups" : "",
  ].filter(Boolean);
  if (notes.length) parts.push(makeNode("span", { className: "legend-note", textContent: notes.join("; ") }));
  editor.find("legend").replaceChildren(...parts);
}

function rampLegends({ cells, isFolded }, theme) {
  const lookup = lookupOf(theme, cells.scale);
  const ramps = [
    ["recognized", cells.maxRecognized, 1 + PALED],
    ["taken for another", cells.maxConfused, 1 + PALED + RAMP_STEPS],
  ];
  const parts = ramps.map(([title, most, level]) => {
    if (!most) return makeNode("span", { className: "legend-note", textContent: `${title}: none` });
    const bar = makeNode("i", { className: "legend-bar" });
    bar.style.background = gradientOf(lookup, level, level + RAMP_STEPS - 1);
    const ticks = TICKS.map((share) => makeNode("span", {
      textContent: valueText(cells.measure, valueAlong(cells.scale, cells.measure, share, most)),
    }));
    return makeNode("span", { className: "legend-ramp" }, makeNode("span", { textContent: title }), bar,
      makeNode("span", { className: "legend-ticks" }, ...ticks));
  });
  return [...parts, makeNode("span", { className: "legend-note", textContent: tellsOf(cells, isFolded) })];
}

// What a number is a share of, or a count of.
function tellsOf({ measure }, isFolded) {
  const { tells } = MEASURES[measure];
  return isFolded ? tells.replaceAll("class", "group") : tells;
}

function bandLegend({ cells, isFolded }, theme) {
  const colors = bandColors(theme, cells.scale);
  const swatches = colors.map((color, band) => {
    const swatch = makeNode("i", { className: "legend-swatch" });
    swatch.style.background = `rgb(${color.join(",")})`;
    const text = band === 0 ? `below ${BANDS[0]}` : `${BANDS[band - 1]}${band === BANDS.length ? " and more" : "+"}`;
    return makeNode("span", {}, swatch, makeNode("span", { textContent: text }));
  });
  return makeNode("span", { className: "legend-bands" }, ...swatches,
    makeNode("span", { textContent: tellsOf(cells, isFolded) }));
}

// An element with properties and children; text is only ever set as text.
function makeNode(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}
