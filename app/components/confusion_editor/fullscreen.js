// The editor alone on the whole screen: many classes need the room that a page leaves beside the matrix.

const REST_HEIGHT = 210; // pixels kept free for what stands above and below the matrix

function isFullScreen(editor) {
  return editor.root.matches(":fullscreen");
}

function fullScreenTool(editor) {
  const button = makeNode("button", { type: "button", className: "full", title: "The matrix alone, as large as it gets (F)" });
  button.hidden = !document.fullscreenEnabled;
  button.addEventListener("click", () => toggleFullScreen(editor), { signal: editor.signal });
  const changed = () => {
    button.textContent = isFullScreen(editor) ? "Leave full screen" : "Full screen";
    if (editor.received) editor.draw();
  };
  editor.root.addEventListener("fullscreenchange", changed, { signal: editor.signal });
  changed();
  return button;
}

function toggleFullScreen(editor) {
  if (isFullScreen(editor)) document.exitFullscreen();
  else editor.root.requestFullscreen?.().catch(() => editor.say("The browser does not allow the full screen here."));
}

// Height that the matrix may take, with its names.
function heightForMatrix(editor) {
  return isFullScreen(editor) ? Math.max(300, window.innerHeight - REST_HEIGHT)
    : Math.max(420, Math.min(1100, window.innerHeight - 340));
}
