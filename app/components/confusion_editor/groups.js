// Groups and classes in the terms of the gestures: members, what is meant, new orders.

// Classes of each group, by the group's number.
function membersOf(fine) {
  if (!fine.members) {
    fine.members = fine.groupNames.map(() => []);
    fine.groupOf.forEach((group, classIndex) => fine.members[group].push(classIndex));
  }
  return fine.members;
}

// The same classes in other groups; what Python says of groups (color, lock) stays where the group is the same.
function regrouped(fine, { groupOf, groupNames }) {
  const model = { ...fine, groupOf, groupNames, members: undefined, colors: {}, locked: [], solid: null };
  const before = new Map(fine.groupNames.map((name, group) => [name, group]));
  groupNames.forEach((name, group) => {
    const was = before.get(name);
    if (was !== undefined && fine.colors[was]) model.colors[group] = fine.colors[was];
    if (was !== undefined && fine.locked.includes(was)) model.locked.push(group);
  });
  model.cutKnown = undefined;
  model.fine = model;
  addGroups(model);
  return model;
}

// Classes at the places first to last.
function classesBetween(model, [first, last]) {
  return Array.from(model.order.slice(first, last + 1)).flatMap((unit) => Array.from(classesOf(model, unit)));
}

// Number of the group at a place of what is drawn.
function groupAtPlace(editor, place) {
  const { model, fine } = editor;
  return fine.groupOf[classesOf(model, model.order[place])[0]];
}

// The group that keys mean: at the cursor, else the one that holds all chosen classes; -1 without.
function meantGroup(editor) {
  const { cursor, chosen, fine } = editor;
  if (cursor && editor.usesKeys) return groupAtPlace(editor, cursor.row);
  const groups = new Set(chosen.map((index) => fine.groupOf[index]));
  return groups.size === 1 ? [...groups][0] : -1;
}

// The classes that keys mean: the chosen ones, else those at the cursor.
function meantClasses(editor) {
  const { cursor, chosen, model } = editor;
  if (chosen.length || !cursor) return chosen;
  return Array.from(classesOf(model, model.order[cursor.row]));
}

function isLocked(fine, group) {
  return Boolean(fine.locked && fine.locked.includes(group));
}

// "boxy (3 classes)", or the name alone where one class is a group.
function nameOfGroup(fine, group) {
  const { length } = membersOf(fine)[group];
  return length > 1 ? `${fine.groupNames[group]} (${length} classes)` : fine.groupNames[group];
}

// The order with some classes brought together before what stands at a place (numClasses: at the end).
function moveInOrder(fine, classes, place) {
  const moved = new Set(classes);
  const inOrder = fine.order.filter((index) => moved.has(index));
  const before = fine.order.slice(0, place).filter((index) => !moved.has(index));
  const after = fine.order.slice(place).filter((index) => !moved.has(index));
  return [...before, ...inOrder, ...after];
}

// The nearest place at which no other group would be torn apart; `place` lies between classes.
function placeBetweenGroups(fine, group, place) {
  const other = (at) => (at >= 0 && at < fine.numClasses ? fine.groupOf[fine.order[at]] : -1);
  const isInside = (at) => other(at - 1) === other(at) && other(at) !== -1 && other(at) !== group;
  let [up, down] = [place, place];
  while (isInside(up)) up -= 1;
  while (isInside(down)) down += 1;
  return place - up <= down - place ? up : down;
}

function sendOrder(editor, classes, place, words) {
  const order = moveInOrder(editor.fine, classes, place);
  if (order.every((index, at) => index === editor.fine.order[at])) editor.say(`${words} stays where it is.`);
  else editor.sendStep("order", { order }, `Moving ${words}.`);
}

// Moves a group one neighbor up or down along the diagonal.
function nudgeGroup(editor, group, direction) {
  const { fine } = editor;
  const classes = membersOf(fine)[group];
  const places = classes.map((index) => fine.position[index]);
  const edge = direction < 0 ? Math.min(...places) - 1 : Math.max(...places) + 1;
  if (edge < 0 || edge >= fine.numClasses) {
    editor.say(`${nameOfGroup(fine, group)} stands at the end already.`);
    return;
  }
  const groupAt = (at) => fine.groupOf[fine.order[at]]; // undefined past the ends
  let place = edge;
  while (groupAt(place + direction) === groupAt(edge)) place += direction;
  sendOrder(editor, classes, direction < 0 ? place : place + 1, nameOfGroup(fine, group));
}

// Actions on a group, each one event.
const groupActions = {
  rename(editor, group, name) {
    const old = editor.fine.groupNames[group];
    if (name.trim() === old) editor.say(`${old} keeps its name.`);
    else editor.sendStep("rename", { group: old, name }, `Renaming ${old} to ${name.trim()}.`);
  },
  dissolve(editor, group) {
    const { fine } = editor;
    const name = fine.groupNames[group];
    if (membersOf(fine)[group].length < 2) editor.say(`${name} is one class alone.`);
    else editor.sendStep("dissolve", { group: name }, `Dissolving ${nameOfGroup(fine, group)}.`);
  },
  lock(editor, group) {
    const locked = !isLocked(editor.fine, group);
    const name = editor.fine.groupNames[group];
    editor.sendStep("lock", { group: name, locked }, `${locked ? "Locking" : "Unlocking"} ${name}.`);
  },
  color(editor, group, color) {
    const name = editor.fine.groupNames[group];
    editor.sendStep("color", { group: name, color }, color < 0 ? `${name} loses its color.` : `Coloring ${name}.`);
  },
  takeOut(editor, classes) {
    if (!classes.length) editor.say("Choose the classes first that shall leave their group.");
    else editor.sendStep("take_out", { classes: editor.namesOf(classes) }, `Taking out ${editor.words(classes)}.`);
  },
  move(editor, classes, group) {
    const coming = classes.filter((index) => editor.fine.groupOf[index] !== group);
    const name = nameOfGroup(editor.fine, group);
    if (!coming.length) editor.say(`${editor.words(classes)}: already in ${name}.`);
    else editor.sendStep("move", { classes: editor.namesOf(coming), group: editor.fine.groupNames[group] },
      `Moving ${editor.words(coming)} into ${name}.`);
  },
};
